"""Who is raced against whom over which rows, and what is to be reached.

A contest's queries are the files of queries/NAME/, called after their engine, or ENGINE_FORM where an
engine has several; saas_metrics.sql is the aggregate itself.
"""
from dataclasses import dataclass, field
from pathlib import Path

from targets import Target, bytes_per_row, flat_memory, flat_time, ratio

QUERIES = Path(__file__).parent / "queries"

FLAT = [
    Target("time per row, slowest / fastest size", "≤", 1.35, "×", flat_time),
    Target("memory per row, most / least of all sizes", "≤", 1.35, "×", flat_memory),
]
AHEAD = [
    Target("SQL / ours, parallel off", "≥", 10, "×", ratio("postgres", "ours")),
    Target("DuckDB / ours, 2 workers", "≥", 1.0, "×", ratio("duckdb", "ours, 2 workers")),
    Target("ClickHouse / ours, 2 workers", "≥", 1.0, "×", ratio("clickhouse", "ours, 2 workers")),
]
MOVEMENTS = [
    Target("ours / bare scan, parallel off", "≤", 2.0, "×", ratio("ours", "scan")),
    Target("month spine in SQL / ours, parallel off", "≥", 50, "×", ratio("postgres_spine", "ours")),
    Target("event form in SQL / ours, parallel off", "≥", 15, "×", ratio("postgres_events", "ours")),
    Target("DuckDB, events / ours, parallel off", "≥", 1.0, "×", ratio("duckdb_events", "ours")),
    Target("ClickHouse, events / ours, parallel off", "≥", 1.0, "×", ratio("clickhouse_events", "ours")),
    Target("ClickHouse, arrays / ours, parallel off", "≥", 1.0, "×", ratio("clickhouse_arrays", "ours")),
    Target("DuckDB, events / ours, 2 workers", "≥", 1.5, "×", ratio("duckdb_events", "ours, 2 workers")),
    Target("ClickHouse, events / ours, 2 workers", "≥", 1.5, "×", ratio("clickhouse_events", "ours, 2 workers")),
    Target("ClickHouse, arrays / ours, 2 workers", "≥", 1.5, "×", ratio("clickhouse_arrays", "ours, 2 workers")),
    Target("text / integer customers, parallel off", "≤", 2.0, "×", ratio("ours, text", "ours")),
    Target("uuid / integer customers, parallel off", "≤", 2.0, "×", ratio("ours, uuid", "ours")),
    Target("peak memory, integer customers, parallel off", "≤", 48, " bytes a row", bytes_per_row),
]


@dataclass(frozen=True, eq=False)
class Contest:
    name: str                                     # the aggregate's
    dataset: str
    targets: list
    key: int = 1                                  # so many columns of the result name its row
    variants: dict = field(default_factory=dict)  # other runs of ours: name -> (text, in its place)
    compared: dict = field(default_factory=dict)  # query -> columns, if not all in common

    def query(self, name):
        return (QUERIES / self.name / f"{name}.sql").read_text()

    def queries_of(self, engine):
        return sorted(file.stem for file in (QUERIES / self.name).glob(f"{engine}*.sql"))


# The month spine nets by month, so its movements are others; these columns are the same.
SPINE = ("opening_mrr", "closing_mrr", "lost_customers", "closing_customers")

CONTESTS = [
    Contest("mrr_movements", "spans", MOVEMENTS + FLAT,
            variants={"text": ("customer_id", "customer_text"), "uuid": ("customer_id", "customer_uuid")},
            compared={"postgres_spine": SPINE, "duckdb_spine": SPINE}),
    Contest("cohort_retention", "spans", AHEAD + FLAT, key=3),
    Contest("churn_by_age", "spans", AHEAD + FLAT),
    Contest("churn_rate", "spans", FLAT),
    Contest("activity_retention", "activity", AHEAD + FLAT, key=3),
    Contest("active_users", "activity", AHEAD + FLAT),
    Contest("conversion_funnel", "events", AHEAD + FLAT, key=2),
    Contest("revenue_by_cohort", "payments", FLAT, key=2),
]
