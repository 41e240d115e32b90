"""Runs entries in turns, compares what they return, keeps their times."""
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from statistics import median
from time import perf_counter

from engines import Skipped

TURN = 0.2    # seconds in which a fast query is run again
BUDGET = 30   # seconds after which a slow one has run often enough


@dataclass
class Entry:
    key: str                      # what the targets call it
    name: str                     # what the tables call it
    sql: str
    columns: tuple                # those to compare, () for none, None for all in common
    engine: object
    times: list = field(default_factory=list)
    skipped: str = None

    @property
    def seconds(self):
        return median(self.times) if self.times else None

    @property
    def is_ours(self):
        return self.key.startswith("ours")

    @property
    def is_sql(self):
        return self.key.startswith("postgres")

    def run(self, how="run"):
        start = perf_counter()
        result = getattr(self.engine, how)(self.sql)
        return perf_counter() - start, result


class Mismatch(Exception):
    pass


def race(entries, key, runs, say):
    """Warms up and compares all entries, then times them round by round."""
    results = {}
    first = defaultdict(float)
    for entry in entries:
        if entry.skipped:
            continue
        try:
            seconds, result = entry.run("first_run")
        except Skipped as reason:
            entry.skipped = str(reason)
            say(f"{entry.name}: {reason}")
            continue
        say(f"{entry.name}: {seconds:.3f} s, first run")
        first[entry.key] = seconds
        results[entry.key] = by_key(key, *entry.engine.rows(result))
    compare(entries, results)
    say("all results agree")
    for entry in entries:
        if first[entry.key] > BUDGET / 3:
            entry.times = [first[entry.key]]
    spent = defaultdict(float, first)
    for turn in range(runs):
        for entry in entries:
            if entry.key in results and spent[entry.key] + first[entry.key] <= BUDGET:
                try:
                    spent[entry.key] += take_turn(entry)
                except Skipped as reason:
                    entry.skipped, entry.times = str(reason), []
                    del results[entry.key]
        say(f"round {turn + 1} of {runs}")


def take_turn(entry):
    spent = 0
    while spent == 0 or spent + entry.times[-1] < TURN:
        seconds, _ = entry.run()
        entry.times.append(seconds)
        spent += seconds
    return spent


def by_key(key, columns, rows):
    """{(first columns): {column: value}}, numbers by value whatever an engine's type for them."""
    rows = [[normal(value) for value in row] for row in rows]
    return {tuple(row[:key]): dict(zip(columns[key:], row[key:])) for row in rows}


def normal(value):
    if value is None or value == "\\N":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def compare(entries, results):
    """All entries against the first."""
    reference, *others = [e for e in entries if e.key in results and e.columns != ()]
    for entry in others:
        differences = list(differences_of(results[reference.key], results[entry.key], entry.columns))
        if differences:
            raise Mismatch(f"{entry.name} differs from {reference.name}:\n  "
                           + "\n  ".join(differences[:20]))


def differences_of(expected, found, columns):
    for key in sorted(expected.keys() | found.keys(), key=str):
        name = " ".join(map(str, key))
        if key not in expected or key not in found:
            yield f"{name}: " + ("missing" if key in expected else "too much")
            continue
        wanted, got = expected[key], found[key]
        common = wanted.keys() & got.keys() & set(columns or got)
        if not common:
            yield f"{name}: nothing to compare"
        for column in sorted(common):
            if wanted[column] != got[column]:
                yield f"{name} {column}: {got[column]}, not {wanted[column]}"
