"""Measures the ledger: its refreshes, reading it, and what it costs those who write; see README.md."""
import argparse
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep

import machine
from bench import names, numbers, say
from datasets import PERIODS
from engines import Postgres
from ledger_report import markdown
from memory import Sampler, kilobytes
from race import Entry, Mismatch, race

SIZES = [100_000, 3_000_000, 10_000_000]
COUNTS = 3_000_000   # the size that the targets are about
QUICK = 30_000
PARTS = ["refresh", "changes", "reading", "billing", "load"]
TODAY = "2026-01-01"
BUDGET = 120         # seconds after which a step was repeated often enough
SQL = Path(__file__).with_name("ledger")

REFRESH = "SELECT * FROM saas_metrics.refresh('metrics')"
INSERT = "INSERT INTO inserted SELECT * FROM ready"
READ = "SELECT * FROM metrics.mrr_monthly WHERE complete"


@dataclass
class Run:
    """What was measured at one size."""
    rows: int
    customers: int
    entries: dict = field(default_factory=dict)
    lines: int = 0
    lines_changed: int = 0                      # by the other policy
    peaks: list = field(default_factory=list)   # bytes of private memory in a first refresh
    files: list = field(default_factory=list)   # bytes of its temporary files
    plans: dict = field(default_factory=dict)   # entry -> how it was planned and run
    billing: list = field(default_factory=list)   # pairs of transactions a second, (unwatched, watched)
    loads: list = field(default_factory=list)     # pairs of seconds, likewise


class Session(Postgres):
    """As a server comes, but for what is set here."""

    def __init__(self, **settings):
        super().__init__()
        self.run("RESET ALL")
        for setting, value in {
            "search_path": "bench",
            "client_min_messages": "warning",
            "saas_metrics.today": TODAY,
            "work_mem": "4MB",
            "jit": "on",
            **settings,
        }.items():
            self.run(f"SET {setting} = '{value}'")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = read_options()
    bench = LedgerBench(options)
    try:
        bench.run()
    except Mismatch as difference:
        sys.exit(f"error: {difference}")
    report = "\n".join(markdown(bench, COUNTS))
    print(report)
    if options.output:
        Path(options.output).write_text(report)
        say(f"written to {options.output}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=numbers, default=SIZES, help="numbers of periods")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} periods and short runs, to try it out")
    parser.add_argument("--only", type=names(PARTS), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--runs", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--pairs", type=int, default=10, help="pairs of billing runs (default 10)")
    parser.add_argument("--seconds", type=int, default=20, help="of a billing run (default 20)")
    parser.add_argument("--loads", type=int, default=6, help="pairs of loads (default 6)")
    parser.add_argument("--memory", default="256MB", help="maintenance_work_mem (default 256MB)")
    parser.add_argument("--output", help="file for the results (default, if all is run: ledger_results.md)")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.runs, options.pairs, options.seconds, options.loads = [QUICK], 2, 2, 2, 2
    given = options.sizes, options.only, options.runs, options.pairs, options.seconds, options.loads, options.memory
    if not options.output and given == (SIZES, PARTS, 5, 10, 20, 6, "256MB"):
        options.output = Path(__file__).with_name("ledger_results.md")
    return options


class LedgerBench:
    def __init__(self, options):
        self.options = options
        self.maker = Session(maintenance_work_mem=options.memory)
        self.versions = ["PostgreSQL " + self.maker.value("SHOW server_version"),
                         "saas_metrics " + self.maker.value("SELECT saas_metrics.version()")]
        self.in_memory = True
        self.busy = []
        self.runs = []

    def run(self):
        self.maker.run("CREATE SCHEMA IF NOT EXISTS bench")
        counts = COUNTS if COUNTS in self.options.sizes else self.options.sizes[-1]
        for rows in self.options.sizes:
            self.run_over(rows, writing=rows == counts)
        self.drop_ledger()
        self.maker.run("DROP SCHEMA bench CASCADE")
        self.maker.close()

    def run_over(self, rows, writing):
        say(f"{rows:,} periods: making them")
        run = self.make(rows)
        self.runs.append(run)
        only = self.options.only
        self.refresh_first(run, self.turns() if "refresh" in only else [0])
        if "refresh" in only:
            self.refresh_everything(run)
        if "changes" in only:
            self.refresh_changes(run)
        if "reading" in only:
            self.read(run)
        if writing and {"billing", "load"} & set(only):
            with self.durable():
                self.write(run)

    def make(self, rows):
        self.drop_ledger()
        self.in_memory &= PERIODS.make(self.maker, rows)
        self.maker.run("DROP TABLE IF EXISTS spans")
        self.maker.run(f"CREATE TABLE spans AS {sql('spans')}")
        self.vacuum("spans")
        self.busy.append(machine.busy_share())
        return Run(rows, self.maker.value("SELECT max(customer_id) FROM periods"))

    def drop_ledger(self):
        self.maker.run("SELECT saas_metrics.drop_ledger(ledger) FROM saas_metrics.ledgers")

    def vacuum(self, *tables):
        """As autovacuum, which is off, would."""
        self.maker.run(f"VACUUM (ANALYZE) {', '.join(tables)}")

    def turns(self):
        start = monotonic()
        for turn in range(self.options.runs):
            if turn == 0 or monotonic() - start < BUDGET:
                yield turn

    def take(self, run, key, name, statement, session=None):
        """Runs it, keeps the time, returns the row."""
        session = session or self.maker
        entry = run.entries.setdefault(key, Entry(key, name, statement, (), session))
        self.maker.run("CHECKPOINT")
        start = perf_counter()
        cursor = session.run(statement)
        entry.times.append(perf_counter() - start)
        say(f"{name}: {entry.times[-1]:.3f} s")
        return cursor.fetchone() if cursor.description else None

    # --- refreshing ---

    def refresh_first(self, run, turns):
        for turn in turns:
            self.drop_ledger()
            self.maker.run(sql("create"))
            self.take_first(run)
            if turn == 0:
                self.compare(run)
                self.make_ready(run)
            if "refresh" in self.options.only:
                self.maker.run("DROP TABLE IF EXISTS inserted")
                self.maker.run("CREATE TABLE inserted (LIKE metrics.current_lines INCLUDING ALL)")
                self.take(run, "insert", "insert of as many lines", INSERT)
        self.maker.run("DROP TABLE IF EXISTS ready, inserted")
        self.vacuum("metrics.current_lines", "metrics.rollup")

    def take_first(self, run):
        """In a backend of its own, whose memory and files are looked at."""
        session = Session(maintenance_work_mem=self.options.memory)
        try:
            pid = session.connection.info.backend_pid
            memory, files = kilobytes(pid)["RssAnon"], self.temporary_bytes(session)
            with Sampler(pid, 0.02) as sampler:
                self.take(run, "first", "first refresh", REFRESH, session)
            run.peaks.append(1024 * (sampler.peak - memory))
            run.files.append(self.temporary_bytes(session) - files)
        finally:
            session.close()

    @staticmethod
    def temporary_bytes(session):
        session.run("SELECT pg_stat_force_next_flush()")
        return session.value("SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()")

    def make_ready(self, run):
        self.maker.run("DROP TABLE IF EXISTS ready")
        self.maker.run("CREATE TABLE ready AS TABLE metrics.current_lines")
        self.vacuum("ready")
        run.lines = self.maker.value("SELECT count(*) FROM ready")

    def refresh_everything(self, run):
        for _ in self.turns():
            row = self.take(run, "unchanged", "full refresh without a change", REFRESH)
            if row[2] or row[3]:
                raise Mismatch(f"a refresh without a change recorded movements: {row}")
        for turn in self.turns():
            for policy in "full_price", "default":
                before = self.superseded()
                self.take(run, "policy", "another policy", f"SELECT * FROM saas_metrics.set_policy('metrics', '{policy}')")
                run.lines_changed = self.superseded() - before
                if turn == 0:
                    self.compare(run, "amount" if policy == "full_price" else "amount - discount")
                self.vacuum("metrics.current_lines", "metrics.rollup")

    def superseded(self):
        return self.maker.value("SELECT count(*) FROM metrics.superseded_lines")

    def refresh_changes(self, run):
        self.watch(True)
        self.maker.run(REFRESH)
        for turn in self.turns():
            self.change(1 + turn, 100, run.customers // 100)
            self.take(run, "hundredth", "refresh, 1 % of customers changed", REFRESH)
        for turn in range(4 * self.options.runs):
            self.change(50 + turn * 100, 1, 1)
            self.take(run, "one", "refresh, 1 customer changed", REFRESH)
        self.compare(run)
        self.vacuum("periods", "metrics.current_lines", "metrics.rollup", "metrics.changed_customers")

    def change(self, first, step, count, session=None):
        (session or self.maker).run(sql("change", first=first, step=step, count=count))

    def watch(self, watched):
        self.maker.run("SELECT saas_metrics.watch('metrics', 'bench.periods', 'customer_id')" if watched else
                       "SELECT saas_metrics.unwatch('metrics', 'bench.periods')")

    def compare(self, run, price="amount - discount"):
        """The ledger with the aggregate over what the table holds now."""
        race(self.both("now", price), 1, 0, say)

    def both(self, when, price="amount - discount", session=None):
        spans = sql("spans").replace("amount - discount", price)
        recomputed = sql("aggregate").replace("spans", f"({spans}) AS spans")
        return [Entry(f"aggregate, {when}", "aggregate over the table", recomputed, None, session or self.maker),
                Entry(f"mrr_monthly, {when}", "mrr_monthly", READ, None, session or self.maker)]

    # --- reading ---

    def read(self, run):
        self.watch(True)
        self.maker.run(REFRESH)
        self.maker.run("DROP TABLE spans")
        self.maker.run(f"CREATE TABLE spans AS {sql('spans')}")
        self.vacuum("spans")
        reader = Session()
        entries = [Entry("aggregate", "aggregate", sql("aggregate"), None, reader),
                   Entry("monthly", "mrr_monthly", READ, None, reader),
                   Entry("rollup", "rollup alone", sql("rollup"), (), reader)]
        self.race(run, entries, reader)
        reader.run("BEGIN")
        self.change(3, max(1, run.customers // 1000), min(1000, run.customers // 2), reader)
        recomputed, pending = self.both("pending", session=reader)
        pending = Entry("pending", "mrr_monthly, 1,000 customers pending", READ, None, reader)
        race([recomputed, pending], 1, 0, say)
        self.race(run, [pending], reader)
        reader.run("ROLLBACK")
        reader.close()

    def race(self, run, entries, reader):
        race(entries, 1, self.options.runs, say)
        for entry in entries:
            run.entries[entry.key] = entry
            run.plans[entry.key] = reader.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {entry.sql}")[0]

    # --- writing ---

    @contextmanager
    def durable(self):
        """The server as it is where billing is: commits are on disk."""
        self.set_fsync("on")
        try:
            yield
        finally:
            self.set_fsync("off")

    def set_fsync(self, value):
        self.maker.run(f"ALTER SYSTEM SET fsync = {value}")
        self.maker.run("SELECT pg_reload_conf()")
        while self.maker.value("SHOW fsync") != value:
            sleep(0.1)
        os.sync()

    def write(self, run):
        if "billing" in self.options.only:
            for turn in range(self.options.pairs):
                run.billing.append(self.pair(turn, lambda: self.transact(run)))
        if "load" in self.options.only:
            for turn in range(self.options.loads):
                run.loads.append(self.pair(turn, self.load, lambda: self.unload(run)))

    def pair(self, turn, measure, prepare=lambda: None):
        """(unwatched, watched), every other turn in the other order, so that what grows or slows meanwhile
        hits both alike."""
        measured = {}
        for watched in (False, True) if turn % 2 == 0 else (True, False):
            self.watch(False)
            prepare()
            self.watch(watched)
            self.maker.run("CHECKPOINT")
            measured[watched] = measure()
            say(f"{'watched' if watched else 'unwatched'}: {measured[watched]:.2f}")
        return measured[False], measured[True]

    def transact(self, run):
        """Transactions a second."""
        result = subprocess.run(
            ["pgbench", "--no-vacuum", "--client=4", "--jobs=2", "--protocol=prepared", f"--time={self.options.seconds}",
             f"--define=customers={run.customers}", f"--define=periods={run.rows}",
             f"--file={SQL}/insert.pgbench@1", f"--file={SQL}/update.pgbench@1"],
            env={**os.environ, "PGOPTIONS": "-c synchronous_commit=on"}, check=True, capture_output=True, text=True)
        return float(re.search(r"tps = ([0-9.]+)", result.stdout)[1])

    def load(self):
        """Seconds."""
        self.maker.run("SET synchronous_commit = on")
        start = perf_counter()
        self.maker.run(sql("load"))
        return perf_counter() - start

    def unload(self, run):
        self.maker.run(f"DELETE FROM periods WHERE id > {run.rows}")
        self.maker.run("VACUUM periods")


def sql(name, **values):
    text = (SQL / f"{name}.sql").read_text()
    for value, replacement in values.items():
        text = text.replace(f":{value}", str(replacement))
    return text


if __name__ == "__main__":
    main()
