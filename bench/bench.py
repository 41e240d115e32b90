"""Compares the aggregates with plain SQL, DuckDB and ClickHouse; see README.md."""
import argparse
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import formulas
import machine
from contests import CONTESTS
from datasets import DATASETS
from engines import ClickHouse, DuckDB, Postgres
from memory import private_peak, private_peak_with_workers
from race import Entry, Mismatch, race
from report import markdown

SIZES = [100_000, 1_000_000, 3_000_000, 10_000_000]
COUNTS = 3_000_000   # the size that the targets are about
WORKERS = 2
PARTS = [*(contest.name for contest in CONTESTS), "formulas"]
ENGINES = ["postgres", "duckdb", "clickhouse"]
MEASURES = ["time", "memory"]


@dataclass
class Run:
    """What was measured of a contest at one size."""
    rows: int
    subjects: int
    entries: dict
    memory: dict = field(default_factory=dict)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = read_options()
    bench = Bench(options)
    try:
        with tempfile.TemporaryDirectory(prefix="bench.") as folder:
            bench.run(folder)
    except (Mismatch, formulas.Difference) as difference:
        sys.exit(f"error: {difference}")
    report = "\n".join(markdown(bench, COUNTS))
    print(report)
    if options.output:
        Path(options.output).write_text(report)
        say(f"written to {options.output}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=numbers, default=SIZES, help="numbers of rows")
    parser.add_argument("--runs", type=int, default=5, help="rounds (default 5)")
    for option, known in ("--only", PARTS), ("--engines", ENGINES), ("--measure", MEASURES):
        parser.add_argument(option, type=names(known), default=known, help=",".join(known))
    parser.add_argument("--limit", type=int, default=100, help="seconds for a query (default 100)")
    parser.add_argument("--output", help="file for the results (default, if all is run: results.md)")
    options = parser.parse_args()
    complete = (options.sizes, options.only, options.engines, options.measure) == (SIZES, PARTS, ENGINES, MEASURES)
    if complete and not options.output:
        options.output = Path(__file__).with_name("results.md")
    return options


def numbers(text):
    return sorted(int(number) for number in text.split(","))


def names(known):
    def chosen(text):
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return [name for name in known if name in text.split(",")]
    return chosen


class Bench:
    def __init__(self, options):
        self.options = options
        self.maker = Postgres()
        self.serial = Postgres(0, options.limit)
        self.parallel = Postgres(WORKERS, options.limit)
        self.versions = ["PostgreSQL " + self.maker.value("SHOW server_version")]
        self.in_memory = True
        self.busy = []
        self.runs = {contest: [] for contest in CONTESTS if contest.name in options.only}
        self.formulas = []
        self.maker.run("SET client_min_messages = warning")
        self.extension = self.find_extension()

    def find_extension(self):
        try:
            self.maker.run("CREATE EXTENSION IF NOT EXISTS saas_metrics")
        except Exception as error:
            say(f"without saas_metrics: {error}")
            return False
        self.versions.append("saas_metrics " + self.maker.value("SELECT saas_metrics.version()"))
        return True

    def run(self, folder):
        chosen = self.options.engines
        self.engines = {
            **({"postgres": self.serial} if "postgres" in chosen else {}),
            **({"duckdb": DuckDB(folder)} if "duckdb" in chosen else {}),
            **({"clickhouse": ClickHouse(folder)} if "clickhouse" in chosen else {}),
        }
        self.others = [engine for engine in self.engines.values() if engine is not self.serial]
        self.versions += [engine.version for engine in self.others]
        self.maker.run("CREATE SCHEMA IF NOT EXISTS bench")
        try:
            for dataset in DATASETS:
                contests = [contest for contest in self.runs if contest.dataset == dataset.name]
                if contests:
                    self.run_over(dataset, contests, Path(folder, "rows.csv"))
            if "formulas" in self.options.only and self.extension:
                self.formulas = formulas.measure(self.maker, self.options.runs, say)
        finally:
            self.maker.run("DROP SCHEMA bench CASCADE")
            for engine in (self.maker, self.serial, self.parallel, *self.others):
                engine.close()

    def run_over(self, dataset, contests, csv):
        for rows in self.options.sizes:
            say(f"{dataset.name}, {rows:,} rows: making them")
            self.in_memory &= dataset.make(self.maker, rows)
            if self.others and "time" in self.options.measure:
                say("copying them to the other engines")
                dataset.copy(self.maker, self.others, csv)
            self.busy.append(machine.busy_share())
            for contest in contests:
                say(f"{contest.name}, {rows:,} rows")
                self.runs[contest].append(self.measure(contest, dataset, rows))
        dataset.drop(self.maker, self.others)

    def measure(self, contest, dataset, rows):
        subjects = self.maker.value(f"SELECT count(DISTINCT {dataset.subject}) FROM {dataset.name}")
        run = Run(rows, subjects, {entry.key: entry for entry in self.entries(contest, dataset)})
        if "time" in self.options.measure:
            self.leave_out_slow(run, self.runs[contest])
            race(list(run.entries.values()), contest.key, self.options.runs, say)
        if "memory" in self.options.measure:
            run.memory = self.measure_memory(run, dataset)
        return run

    def entries(self, contest, dataset):
        if self.extension:
            sql = contest.query("saas_metrics")
            yield from self.in_postgres("ours", contest.name, sql)
            for variant, (text, replacement) in contest.variants.items():
                yield from self.in_postgres(f"ours, {variant}", f"{contest.name}, {variant}",
                                            sql.replace(text, replacement))
        yield from self.in_postgres("scan", "bare scan", dataset.query("scan"), ())
        for name, engine in self.engines.items():
            for query in contest.queries_of(name):
                label = ", ".join([engine.name, *query.split("_")[1:]])
                entry = query, label, contest.query(query), contest.compared.get(query)
                yield from self.in_postgres(*entry) if engine is self.serial else [Entry(*entry, engine)]

    def in_postgres(self, key, name, sql, compared=None):
        yield Entry(key, name, sql, compared, self.serial)
        workers = f", {WORKERS} workers"
        parallel = Entry(key + workers, name + workers, sql, compared, self.parallel)
        if not self.parallel.is_parallel(sql):
            parallel.skipped = "no worker"
        yield parallel

    def leave_out_slow(self, run, before):
        """By the time per row of the size before."""
        for key, entry in run.entries.items() if before else []:
            last = before[-1].entries[key]
            if not entry.skipped and (last.skipped or last.seconds / before[-1].rows * run.rows > self.options.limit):
                entry.skipped = last.skipped or f"over {self.options.limit} s"

    def measure_memory(self, run, dataset):
        """Of ours, and of SQL at the size that counts."""
        peaks = {}
        for entry in run.entries.values():
            if entry.skipped or not (entry.is_ours or entry.is_sql and run.rows == COUNTS):
                continue
            if entry.engine is self.serial:
                say(f"memory of {entry.name}")
                peaks[entry.key] = private_peak(entry.sql, dataset)
            elif run.rows >= 1_000_000:   # below, it is mostly what a process needs anyway
                say(f"memory of {entry.name}")
                peaks[entry.key] = private_peak_with_workers(entry.sql, dataset, WORKERS)
        return peaks


START = monotonic()


def say(text):
    print(f"[{monotonic() - START:6.0f} s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
