"""What is to be reached, and how it is told from what was measured."""
from dataclasses import dataclass
from typing import Callable


class Missing(Exception):
    """A measurement that a target needs was not taken."""


@dataclass(frozen=True)
class Target:
    what: str
    relation: str         # at most or at least
    limit: float
    unit: str
    measure: Callable     # from the run at the size that counts, and all runs


def seconds(run, name):
    """Of an entry, or of an engine's fastest one."""
    times = [entry.seconds for entry in run.entries.values() if matches(entry.key, name) and entry.seconds]
    if not times:
        raise Missing
    return min(times)


def matches(key, name):
    (query, *how), (wanted, *wanted_how) = key.split(", "), name.split(", ")
    return how == wanted_how and (query == wanted or query.startswith(f"{wanted}_"))


def ratio(over, under):
    return lambda run, runs: seconds(run, over) / seconds(run, under)


def bytes_per_row(run, runs):
    if "ours" not in run.memory:
        raise Missing
    return run.memory["ours"] / run.rows


def flat_time(run, runs):
    return spread([seconds(run, "ours") / run.rows for run in runs])


def flat_memory(run, runs):
    return spread([bytes_per_row(run, runs) for run in runs])


def spread(values):
    if len(values) < 2:
        raise Missing
    return max(values) / min(values)


def verdict(target, run, runs):
    """(what, target, measured, reached or not)"""
    wanted = f"{target.relation} {target.limit}{target.unit}"
    try:
        measured = target.measure(run, runs)
    except Missing:
        return target.what, wanted, "not measured", ""
    reached = measured <= target.limit if target.relation == "≤" else measured >= target.limit
    return target.what, wanted, f"{measured:.2f}{target.unit}", "reached" if reached else "not reached"
