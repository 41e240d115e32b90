"""What is to be reached, and the ratios that tell."""


class Missing(Exception):
    """A measurement that a target needs was not taken."""


def seconds(entries, key):
    if key not in entries or entries[key].seconds is None:
        raise Missing
    return entries[key].seconds


def ratio(over, under):
    return lambda run: seconds(run.entries, over) / seconds(run.entries, under)


def bytes_per_span(key):
    def value(run):
        if key not in run.memory:
            raise Missing
        return run.memory[key] / run.spans
    return value


# (what, at most or at least, limit, unit, how to measure it at the size that counts)
TARGETS = [
    ("ours / bare scan, parallel off",
     "≤", 2.0, "×", ratio("bigint", "scan")),
    ("month spine in SQL / ours, parallel off",
     "≥", 50, "×", ratio("spine", "bigint")),
    ("event form in SQL / ours, parallel off",
     "≥", 15, "×", ratio("events", "bigint")),
    ("DuckDB, events / ours, parallel off",
     "≥", 1.0, "×", ratio("duckdb events", "bigint")),
    ("ClickHouse, events / ours, parallel off",
     "≥", 1.0, "×", ratio("clickhouse events", "bigint")),
    ("ClickHouse, arrays / ours, parallel off",
     "≥", 1.0, "×", ratio("clickhouse arrays", "bigint")),
    ("DuckDB, events / ours, 2 workers",
     "≥", 1.5, "×", ratio("duckdb events", "bigint, 2 workers")),
    ("ClickHouse, events / ours, 2 workers",
     "≥", 1.5, "×", ratio("clickhouse events", "bigint, 2 workers")),
    ("ClickHouse, arrays / ours, 2 workers",
     "≥", 1.5, "×", ratio("clickhouse arrays", "bigint, 2 workers")),
    ("ours, text / integer customers, parallel off",
     "≤", 2.0, "×", ratio("text", "bigint")),
    ("ours, uuid / integer customers, parallel off",
     "≤", 2.0, "×", ratio("uuid", "bigint")),
    ("ours, peak memory, integer customers, parallel off",
     "≤", 48, " bytes a span", bytes_per_span("bigint")),
]


def flatness(runs):
    """The slowest time per span over the fastest, of all sizes, parallel off."""
    per_span = [seconds(run.entries, "bigint") / run.spans for run in runs]
    if len(per_span) < 2:
        raise Missing
    return max(per_span) / min(per_span)


def verdicts(runs, counts):
    """(what, target, measured, reached or not) for each target, at `counts` spans."""
    run = next((run for run in runs if run.spans == counts), runs[-1])
    sizes = f"{runs[0].spans:,} to {runs[-1].spans:,}"
    for what, relation, limit, unit, value in [
        *((what, relation, limit, unit, lambda value=value: value(run))
          for what, relation, limit, unit, value in TARGETS),
        (f"ours, time per span, slowest / fastest size, {sizes}", "≤", 1.35, "×", lambda: flatness(runs)),
    ]:
        target = f"{relation} {limit}{unit}"
        try:
            measured = value()
        except Missing:
            yield what, target, "not measured", ""
            continue
        reached = measured <= limit if relation == "≤" else measured >= limit
        yield what, target, f"{measured:.2f}{unit}", "reached" if reached else "not reached"
