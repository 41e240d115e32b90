"""The spans: made in Postgres, and copied from there to the other engines."""
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"


def query(name):
    return (QUERIES / f"{name}.sql").read_text()


def create_spans(postgres, spans):
    """A table of so many spans, whole in shared buffers, all-visible and analysed."""
    postgres.connection.execute(query("spans").replace(":spans", str(spans)))
    postgres.connection.execute("VACUUM (ANALYZE, FREEZE) spans")
    scan = query("scan")
    postgres.run(scan)
    plan = postgres.value(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {scan}")
    return plan[0]["Plan"]["Shared Read Blocks"] == 0


def export_spans(postgres, csv):
    """What the queries of the other engines need."""
    with csv.open("wb") as file, postgres.connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT customer_id, starts_on, ends_on, mrr FROM spans) "
                         "TO STDOUT (FORMAT csv)") as copy:
            for chunk in copy:
                file.write(chunk)
