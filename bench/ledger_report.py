"""The results of the ledger as Markdown, and what is to be reached."""
from statistics import median

from report import at, digits_of, facts, seconds_text, table
from targets import Missing, Target, ratio, seconds, verdict


def percent(over, under):
    return lambda run, runs: 100 * ratio(over, under)(run, runs)


def milliseconds(name):
    return lambda run, runs: 1000 * seconds(run, name)


def peak_memory(run, runs):
    return max(runs[-1].peaks) / 2**30


def watched_share(pairs):
    def measure(run, runs):
        measured = getattr(run, pairs)
        if not measured:
            raise Missing
        return median(shares(measured))
    return measure


def shares(pairs):
    return [watched / unwatched for unwatched, watched in pairs]


TARGETS = [
    Target("first refresh / insert of as many lines", "≤", 2.5, "×", ratio("first", "insert")),
    Target("another policy, which changes every line / insert", "≤", 7, "×", ratio("policy", "insert")),
    Target("full refresh without a change / insert", "≤", 1.0, "×", ratio("unchanged", "insert")),
    Target("refresh, 1 % of customers changed / first refresh", "≤", 4, " %", percent("hundredth", "first")),
    Target("refresh, 1 customer changed", "≤", 20, " ms", milliseconds("one")),
    Target("aggregate / mrr_monthly", "≥", 100, "×", ratio("aggregate", "monthly")),
    Target("aggregate / mrr_monthly, 1,000 customers pending", "≥", 15, "×", ratio("aggregate", "pending")),
    Target("transactions, watched / unwatched", "≥", 0.92, "×", watched_share("billing")),
    Target("load of 300,000 rows, watched / unwatched", "≤", 1.3, "×", watched_share("loads")),
    Target("private memory of the first refresh, largest size", "≤", 1, " GB", peak_memory),
]


def markdown(bench, counts):
    run = at(bench.runs, counts)
    yield "# Results of the ledger"
    yield ""
    yield from facts(bench)
    yield f"maintenance_work_mem is {bench.options.memory}."
    yield ""
    yield f"## Targets, at {run.rows:,} periods"
    yield ""
    yield from table(["", "target", "measured", ""], (verdict(target, run, bench.runs) for target in TARGETS))
    yield from times(bench.runs, run)
    yield from sizes(bench.runs)
    yield from plans(bench.runs, run)
    yield from writers(run)


def times(runs, run):
    yield "## Times"
    yield ""
    yield from table(["seconds", *(f"{other.rows:,}" for other in runs), "min–max", "runs", "× insert"],
                     (times_row(runs, run, entry) for entry in run.entries.values()))


def times_row(runs, run, entry):
    insert = run.entries.get("insert")
    return [entry.name, *(precise(other.entries[entry.key]) for other in runs),
            f"{min(entry.times):.{digits(entry)}f}–{max(entry.times):.{digits(entry)}f}", str(len(entry.times)),
            f"{entry.seconds / insert.seconds:.3f}" if insert else ""]


def precise(entry):
    return f"{entry.seconds:.{digits(entry)}f}"


def digits(entry):
    return 4 if entry.seconds < 0.1 else digits_of(entry.seconds)


def sizes(runs):
    yield "## Sizes"
    yield ""
    yield from table(["", *(f"{run.rows:,}" for run in runs)], (
        [what, *(text(run) for run in runs)] for what, text in {
            "customers": lambda run: f"{run.customers:,}",
            "lines": lambda run: f"{run.lines:,}",
            "lines changed by the other policy": lambda run: f"{run.lines_changed:,}" if run.lines_changed else "",
            "peak private memory of the first refresh, MB": lambda run: f"{max(run.peaks) / 2**20:,.0f}",
            "temporary files of the first refresh, MB": lambda run: f"{max(run.files) / 2**20:,.0f}",
        }.items()))


def plans(runs, run):
    if not run.plans:
        return
    yield "## Reading with the settings that a server comes with"
    yield ""
    yield from table(
        ["", "planning, ms", "execution, ms", "of it JIT, ms", "estimated cost"],
        ([run.entries[key].name, f"{plan['Planning Time']:.1f}", f"{plan['Execution Time']:.1f}",
          f"{plan['JIT']['Timing']['Total']:.1f}" if "JIT" in plan else "none", f"{plan['Plan']['Total Cost']:,.0f}"]
         for key, plan in run.plans.items()))


def writers(run):
    for title, unit, pairs in (("Transactions a second", "", run.billing), ("Seconds of a load", "", run.loads)):
        if pairs:
            yield f"## {title}"
            yield ""
            yield from table(["", "min", "median", "max", "pairs"], (
                [name, f"{min(values):.{places}f}", f"{median(values):.{places}f}", f"{max(values):.{places}f}",
                 str(len(values))]
                for name, values, places in [
                    ("unwatched", [pair[0] for pair in pairs], 2), ("watched", [pair[1] for pair in pairs], 2),
                    ("watched / unwatched", shares(pairs), 3)]))
