"""The results as Markdown."""
from datetime import date
from statistics import median

import machine
from formulas import ROWS
from targets import verdicts


def table(header, rows):
    """Columns after the first are numbers."""
    yield "| " + " | ".join(header) + " |"
    yield "| --- |" + " ---: |" * (len(header) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def facts(bench):
    yield f"{date.today()}. {machine.description()}. {', '.join(bench.versions)}."
    if bench.busy:
        yield f"Before each size, other programs used {min(bench.busy):.0%} to {max(bench.busy):.0%} of the cores."
    if max(bench.busy, default=0) > 0.1:
        yield "That is too much: it slows what uses both cores more than what uses one."
    if not bench.in_memory:
        yield "The table did not fit into shared buffers: the scan includes reading files."
    yield ""


def seconds_text(times):
    digits = 3 if median(times) < 10 else 1
    return f"{median(times):.{digits}f} ({min(times):.{digits}f}–{max(times):.{digits}f})"


def times_table(run):
    if not any(entry.times for entry in run.entries.values()):
        return
    yield f"## {run.spans:,} spans of {run.customers:,} customers"
    yield ""
    header = ["", "s, median (min–max)", "runs", "ns a span", "× ours", "× ours, 2 workers"]
    yield from table(header, (times_row(run, entry) for entry in run.entries.values()))


def times_row(run, entry):
    if not entry.times:
        return [entry.name, entry.skipped, "", "", "", ""]
    return [entry.name, seconds_text(entry.times), str(len(entry.times)),
            f"{entry.seconds / run.spans * 1e9:.0f}",
            against(entry, run.entries.get("bigint")),
            against(entry, run.entries.get("bigint, 2 workers"))]


def against(entry, ours):
    return f"{entry.seconds / ours.seconds:.2f}" if ours and ours.seconds else ""


def memory_table(runs):
    measured = [run for run in runs if run.memory]
    if not measured:
        return
    yield "## Peak private memory, bytes a span"
    yield ""
    names = {key: run.entries[key].name for run in measured for key in run.memory}
    yield from table(
        ["", *(f"{run.spans:,}" for run in measured)],
        ([name, *(f"{run.memory[key] / run.spans:.1f}" if key in run.memory else "" for run in measured)]
         for key, name in names.items()))


def formulas_table(formulas):
    if not formulas:
        return
    yield f"## Formulas, sum over {ROWS:,} rows"
    yield ""
    yield from table(
        ["call", "expression", "call, s", "expression, s", "ratio"],
        ([f"`{f.call}`", f"`{f.expression}`", f"{median(f.call_times):.3f}",
          f"{median(f.expression_times):.3f}", f"{f.ratio:.2f}"] for f in formulas))


def verdicts_table(runs, counts):
    if not runs or "bigint" not in runs[-1].entries:
        return
    size = counts if any(run.spans == counts for run in runs) else runs[-1].spans
    yield f"## Targets, at {size:,} spans"
    yield ""
    yield from table(["", "target", "measured", ""], verdicts(runs, counts))


def markdown(bench, counts):
    yield "# Results"
    yield ""
    yield from facts(bench)
    yield from verdicts_table(bench.runs, counts)
    for run in bench.runs:
        yield from times_table(run)
    yield from memory_table(bench.runs)
    yield from formulas_table(bench.formulas)
