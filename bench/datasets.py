"""The tables: made in Postgres, and copied from there to the other engines."""
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "datasets"


@dataclass(frozen=True, eq=False)
class DataSet:
    name: str
    of: str           # whom the rows are about
    columns: list     # (name, expression or None, type in DuckDB, type in ClickHouse)

    def query(self, name):
        return (FOLDER / self.name / f"{name}.sql").read_text()

    @property
    def subject(self):
        return self.columns[0][0]

    def make(self, postgres, rows):
        """A table of so many rows, whole in shared buffers, all-visible and analysed."""
        postgres.run((FOLDER / "draw.sql").read_text())
        postgres.run(self.query("make").replace(":rows", str(rows)))
        postgres.run(f"VACUUM (ANALYZE, FREEZE) {self.name}")
        scan = self.query("scan")
        postgres.run(scan)
        plan = postgres.value(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {scan}")
        return plan[0]["Plan"]["Shared Read Blocks"] == 0

    def copy(self, postgres, engines, csv):
        """What the queries of the other engines need."""
        columns = ", ".join(expression or name for name, expression, *_ in self.columns)
        with csv.open("wb") as file, postgres.connection.cursor() as cursor:
            with cursor.copy(f"COPY (SELECT {columns} FROM {self.name}) TO STDOUT (FORMAT csv)") as copy:
                for chunk in copy:
                    file.write(chunk)
        for engine in engines:
            engine.load(self, csv)
        csv.unlink()

    def drop(self, postgres, engines):
        for engine in (postgres, *engines):
            engine.run(f"DROP TABLE IF EXISTS {self.name}")


# No NULL, which columnar engines read faster: an open end is the last date that ClickHouse has.
# Its 32 bits of time are enough for whole seconds.
DATASETS = [
    DataSet("spans", "customers", [
        ("customer_id", None, "BIGINT", "Int64"),
        ("starts_on", None, "DATE", "Date"),
        ("ends_on", "coalesce(ends_on, '2149-06-06')", "DATE", "Date"),
        ("mrr", None, "DECIMAL(12, 2)", "Decimal(12, 2)"),
    ]),
    DataSet("activity", "users", [
        ("user_id", None, "BIGINT", "Int64"),
        ("active_on", None, "DATE", "Date"),
    ]),
    DataSet("events", "visitors", [
        ("visitor_id", None, "BIGINT", "Int64"),
        ("step", None, "ENUM ('visit', 'sign_up', 'activate', 'invite', 'subscribe', 'help')",
         "Enum8('visit' = 1, 'sign_up' = 2, 'activate' = 3, 'invite' = 4, 'subscribe' = 5, 'help' = 6)"),
        ("occurred_at", "occurred_at AT TIME ZONE 'UTC'", "TIMESTAMP", "DateTime('UTC')"),
    ]),
    DataSet("payments", "customers", [
        ("customer_id", None, "BIGINT", "Int64"),
        ("paid_on", None, "DATE", "Date"),
        ("amount", None, "DECIMAL(12, 2)", "Decimal(12, 2)"),
    ]),
]

# The ledger's; it stays in Postgres.
PERIODS = DataSet("periods", "customers", [("customer_id", None, None, None)])
