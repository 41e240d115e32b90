"""The results as Markdown."""
from datetime import date
from statistics import median

import machine
from formulas import ROWS
from targets import verdict


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
        yield "Not all tables fitted into shared buffers: their scans include reading files."
    yield ""


def at(runs, counts):
    """The run at the size that counts, or the largest."""
    return next((run for run in runs if run.rows == counts), runs[-1])


def verdicts_table(bench, counts):
    contests = [(contest, runs) for contest, runs in bench.runs.items() if runs]
    if not contests or not bench.extension:
        return
    yield f"## Targets, at {at(contests[0][1], counts).rows:,} rows"
    yield ""
    yield from table(
        ["", "", "target", "measured", ""],
        ([contest.name if target is contest.targets[0] else "", *verdict(target, at(runs, counts), runs)]
         for contest, runs in contests for target in contest.targets))


def contest_tables(bench, counts):
    for contest, runs in bench.runs.items():
        if not runs:
            continue
        run = at(runs, counts)
        yield f"## {contest.name}"
        yield ""
        yield f"{run.rows:,} rows of {contest.dataset} are about {run.subjects:,} subjects."
        yield ""
        yield from times_table(runs, run)
        yield from memory_table(runs)


def times_table(runs, run):
    if not any(entry.times for entry in run.entries.values()):
        return
    header = ["seconds", *(f"{other.rows:,}" for other in runs),
              "min–max", "runs", "ns a row", "× ours", "× ours, 2 workers"]
    yield from table(header, (times_row(runs, run, entry) for entry in run.entries.values()))


def times_row(runs, run, entry):
    sizes = [seconds_text(other.entries[entry.key]) for other in runs]
    if not entry.times:
        return [entry.name, *sizes, *[""] * 5]
    digits = digits_of(entry.seconds)
    return [entry.name, *sizes,
            f"{min(entry.times):.{digits}f}–{max(entry.times):.{digits}f}", str(len(entry.times)),
            f"{entry.seconds / run.rows * 1e9:.0f}",
            against(entry, run.entries.get("ours")), against(entry, run.entries.get("ours, 2 workers"))]


def seconds_text(entry):
    return f"{entry.seconds:.{digits_of(entry.seconds)}f}" if entry.times else entry.skipped or ""


def digits_of(seconds):
    return 3 if seconds < 10 else 1


def against(entry, ours):
    return f"{entry.seconds / ours.seconds:.2f}" if ours and ours.seconds else ""


def memory_table(runs):
    names = {key: run.entries[key].name for run in runs for key in run.memory}
    if not names:
        return
    yield from table(
        ["peak private memory, bytes a row", *(f"{run.rows:,}" for run in runs)],
        ([name, *(f"{run.memory[key] / run.rows:.1f}" if key in run.memory else "" for run in runs)]
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


def markdown(bench, counts):
    yield "# Results"
    yield ""
    yield from facts(bench)
    yield from verdicts_table(bench, counts)
    yield from contest_tables(bench, counts)
    yield from formulas_table(bench.formulas)
