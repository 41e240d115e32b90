"""Compares mrr_movements with plain SQL, DuckDB and ClickHouse; see README.md."""
import argparse
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import formulas
import machine
from data import create_spans, export_spans, query
from engines import ClickHouse, DuckDB, Postgres
from memory import private_peak, private_peak_with_workers
from race import Entry, Mismatch, race
from report import markdown

SIZES = [100_000, 1_000_000, 3_000_000, 10_000_000]
COUNTS = 3_000_000   # the size that the targets are about
WORKERS = 2
PARTS = ["movements", "memory", "formulas"]
ENGINES = ["postgres", "duckdb", "clickhouse"]
# The spine nets by month, so its movements are others; these columns are the same.
SPINE = ("opening_mrr", "closing_mrr", "lost_customers", "closing_customers")


@dataclass
class Run:
    """What was measured at one size."""
    spans: int
    customers: int
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
    parser.add_argument("--sizes", type=numbers, default=SIZES, help="numbers of spans")
    parser.add_argument("--runs", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--only", type=names(PARTS), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--engines", type=names(ENGINES), default=ENGINES, help=",".join(ENGINES))
    parser.add_argument("--limit", type=int, default=240, help="seconds for a query (default 240)")
    parser.add_argument("--output", help="file for the results (default, if all is run: results.md)")
    options = parser.parse_args()
    complete = (options.sizes, options.only, options.engines) == (SIZES, PARTS, ENGINES)
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
        self.runs = []
        self.formulas = []
        self.maker.connection.execute("CREATE SCHEMA IF NOT EXISTS bench")
        self.maker.connection.execute("SET client_min_messages = warning")
        self.extension = self.find_extension()

    def find_extension(self):
        try:
            self.maker.connection.execute("CREATE EXTENSION IF NOT EXISTS saas_metrics")
        except Exception as error:
            say(f"without saas_metrics: {error}")
            return False
        self.versions.append("saas_metrics " + self.maker.value("SELECT saas_metrics.version()"))
        return True

    def run(self, folder):
        chosen = self.options.engines
        self.duckdb = DuckDB(folder) if "duckdb" in chosen else None
        self.clickhouse = ClickHouse(folder) if "clickhouse" in chosen else None
        self.others = [engine for engine in (self.duckdb, self.clickhouse) if engine]
        self.versions += [engine.version for engine in self.others]
        try:
            if set(self.options.only) & {"movements", "memory"}:
                for spans in self.options.sizes:
                    self.runs.append(self.measure(spans, Path(folder, "spans.csv")))
            if "formulas" in self.options.only and self.extension:
                self.formulas = formulas.measure(self.maker, self.options.runs, say)
        finally:
            self.maker.connection.execute("DROP SCHEMA bench CASCADE")
            for engine in (self.maker, self.serial, self.parallel, *self.others):
                engine.close()

    def measure(self, spans, csv):
        say(f"{spans:,} spans: making them")
        self.in_memory &= create_spans(self.maker, spans)
        customers = self.maker.value("SELECT count(DISTINCT customer_id) FROM spans")
        run = Run(spans, customers, {entry.key: entry for entry in self.entries()})
        if "movements" in self.options.only:
            self.load_others(csv)
            self.leave_out_slow(run)
            self.busy.append(machine.busy_share())
            race(list(run.entries.values()), self.options.runs, say)
        if "memory" in self.options.only and spans >= 1_000_000:
            run.memory = self.measure_memory(run)
        return run

    def load_others(self, csv):
        if self.others:
            say("copying them to the other engines")
            export_spans(self.maker, csv)
            for engine in self.others:
                engine.load(csv)
            csv.unlink()

    def entries(self):
        if self.extension:
            for customer in "bigint", "text", "uuid":
                yield from self.in_postgres(customer, f"mrr_movements, {customer}", ours(customer))
        yield from self.in_postgres("scan", "bare scan", query("scan"), ())
        yield from self.in_postgres("events", "SQL, events", query("postgres_events"))
        yield from self.in_postgres("spine", "SQL, month spine", query("postgres_spine"), SPINE)
        if self.duckdb:
            yield Entry("duckdb events", "DuckDB, events", self.duckdb, query("duckdb_events"))
            yield Entry("duckdb spine", "DuckDB, month spine", self.duckdb, query("duckdb_spine"), SPINE)
        if self.clickhouse:
            for form in "events", "arrays":
                yield Entry(f"clickhouse {form}", f"ClickHouse, {form}", self.clickhouse,
                            query(f"clickhouse_{form}"))

    def in_postgres(self, key, name, sql, columns=None):
        yield Entry(key, name, self.serial, sql, columns)
        parallel = Entry(f"{key}, {WORKERS} workers", f"{name}, {WORKERS} workers", self.parallel, sql, columns)
        if not self.parallel.is_parallel(sql):
            parallel.skipped = "the planner uses no worker"
        yield parallel

    def leave_out_slow(self, run):
        """By the time per span of the size before."""
        if not self.runs:
            return
        before = self.runs[-1]
        for key, entry in run.entries.items():
            last = before.entries[key]
            if not entry.skipped and (last.skipped or last.seconds / before.spans * run.spans > self.options.limit):
                entry.skipped = last.skipped or f"would take over {self.options.limit} s"

    def measure_memory(self, run):
        scan = query("scan")
        peaks = {}
        for key, entry in run.entries.items():
            if entry.engine is self.serial and key.split(",")[0] in ("bigint", "text", "uuid", "events"):
                say(f"memory of {entry.name}")
                peaks[key] = private_peak(entry.sql, scan)
            elif key.startswith("bigint"):
                say(f"memory of {entry.name}")
                peaks[key] = private_peak_with_workers(entry.sql, scan, WORKERS)
        return peaks


def ours(customer):
    column = {"bigint": "customer_id"}.get(customer, f"customer_{customer}")
    return query("mrr_movements").replace("customer_id", column)


START = monotonic()


def say(text):
    print(f"[{monotonic() - START:6.0f} s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
