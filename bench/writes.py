"""Measures the write cost of watching a table: by type of customer, by column and by SELECT; see README.md."""
import argparse
import os
import re
import subprocess
from pathlib import Path
from statistics import median
from time import sleep

import psycopg

import machine
from bench import say

CUSTOMERS = 100_000
ROWS = 1_000_000
SQL = Path(__file__).with_name("writes")
# How the customer of a number is written, by the type of the column.
TYPES = {
    "bigint": "{number}",
    "uuid": "lpad(({number})::text, 32, '0')::uuid",
    "text": "'cus_' || lpad(({number})::text, 14, '0')",
}
WATCHES = {"column": "customer_id", "SELECT": "SELECT c.customer_id FROM changed AS c"}
TARGET = 0.95   # of the transactions of an unwatched table


def main():
    options = read_options()
    maker = psycopg.connect(autocommit=True)
    maker.execute("SET client_min_messages = warning")
    set_fsync(maker, "on")
    rows = []
    for of_type, spelled in TYPES.items():
        make(maker, of_type, spelled)
        for watch, given in WATCHES.items():
            rows.append(measured(maker, of_type, watch, given, "pay", options, options.pairs))
        rows.append(measured(maker, of_type, "column", "customer_id", "move", options, options.moves))
        maker.execute("SELECT saas_metrics.drop_ledger('writes_ledger')")
        maker.execute("DROP SCHEMA writes CASCADE")
    report = "\n".join(markdown(maker, rows, options))
    set_fsync(maker, "off")
    print(report)
    if options.output:
        Path(options.output).write_text(report + "\n")
        say(f"written to {options.output}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20, help="pairs of runs (default 20)")
    parser.add_argument("--moves", type=int, default=20, help="pairs of runs that change the customer (default 20)")
    parser.add_argument("--seconds", type=int, default=5, help="of a run (default 5)")
    parser.add_argument("--output", help="file for the results")
    return parser.parse_args()


def set_fsync(maker, value):
    maker.execute(f"ALTER SYSTEM SET fsync = {value}")
    maker.execute("SELECT pg_reload_conf()")
    while maker.execute("SHOW fsync").fetchone()[0] != value:
        sleep(0.1)
    os.sync()


def make(maker, of_type, spelled):
    say(f"{ROWS:,} rows with customers of type {of_type}")
    maker.execute("DROP SCHEMA IF EXISTS writes CASCADE")
    maker.execute("CREATE SCHEMA writes")
    maker.execute(f"""CREATE FUNCTION writes.customer(number bigint) RETURNS {of_type} IMMUTABLE LANGUAGE sql
                      RETURN {spelled.format(number='number')}""")
    maker.execute(f"""CREATE TABLE writes.subscriptions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                      customer_id {of_type} NOT NULL, plan text, amount numeric, starts_on date)""")
    maker.execute(f"""INSERT INTO writes.subscriptions (customer_id, plan, amount, starts_on)
                      SELECT writes.customer(i % {CUSTOMERS}), 'solo', 9.90, date '2025-01-01' + (i % 300)::int
                      FROM generate_series(1::bigint, {ROWS}) AS i""")
    maker.execute("CREATE INDEX ON writes.subscriptions (customer_id)")
    maker.execute("VACUUM ANALYZE writes.subscriptions")
    maker.execute("SELECT saas_metrics.create_ledger('writes_ledger')")
    maker.execute("""SELECT saas_metrics.bind('writes_ledger', 'subscription_periods',
        'SELECT customer_id, plan, amount, interval ''1 month'' AS billing_period, starts_on FROM writes.subscriptions')""")


def measured(maker, of_type, watch, given, script, options, count):
    """Every other pair is in the other order, so that what grows or slows meanwhile hits both alike."""
    pairs = []
    for turn in range(count):
        found = {}
        for watched in (False, True) if turn % 2 == 0 else (True, False):
            maker.execute("SELECT saas_metrics.unwatch('writes_ledger', 'writes.subscriptions')")
            maker.execute("TRUNCATE writes_ledger.changed_customers")
            if watched:
                maker.execute("SELECT saas_metrics.watch('writes_ledger', 'writes.subscriptions', %s)", [given])
            maker.execute("CHECKPOINT")
            found[watched] = transactions_a_second(script, options.seconds)
        pairs.append((found[False], found[True]))
        say(f"{of_type}, {watch}, {script}: {found[True] / found[False]:.3f}")
    return of_type, watch, script, pairs


def transactions_a_second(script, seconds):
    files = {"pay": ["insert", "pay"], "move": ["move"]}[script]
    result = subprocess.run(
        ["pgbench", "--no-vacuum", "--client=4", "--jobs=2", "--protocol=prepared", f"--time={seconds}",
         f"--define=customers={CUSTOMERS}", f"--define=rows={ROWS}", *(f"--file={SQL}/{name}.pgbench@1" for name in files)],
        env={**os.environ, "PGOPTIONS": "-c synchronous_commit=on"}, check=True, capture_output=True, text=True)
    return float(re.search(r"tps = ([0-9.]+)", result.stdout)[1])


def markdown(maker, rows, options):
    version = maker.execute("SHOW server_version").fetchone()[0]
    yield "# The write cost of watching"
    yield ""
    yield f"PostgreSQL {version}, {machine.description()}. {options.pairs} pairs of runs of {options.seconds} s each"
    yield f"({options.moves} where the customer changes), every other pair in the other order; 4 clients, `fsync` and `synchronous_commit` on. One transaction is one `INSERT` or one"
    yield f"`UPDATE` of a table of {ROWS:,} rows with two indexes. The target is a median of at least {TARGET} where the customer"
    yield "stays the same; an `UPDATE` that changes the customer is marked twice, and has no target."
    yield ""
    yield f"Repeat: `scripts/bench.sh writes --pairs {options.pairs} --moves {options.moves} --seconds {options.seconds}`"
    yield ""
    yield "| customer | watched by | transaction | unwatched, tps | watched, tps | watched / unwatched: min | median | max |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for of_type, watch, script, pairs in rows:
        shares = sorted(watched / unwatched for unwatched, watched in pairs)
        yield (f"| {of_type} | {watch} | {'`UPDATE` of the customer' if script == 'move' else 'half `INSERT`, half `UPDATE`'} "
               f"| {median(it[0] for it in pairs):.0f} | {median(it[1] for it in pairs):.0f} "
               f"| {shares[0]:.3f} | {median(shares):.3f} | {shares[-1]:.3f} |")


if __name__ == "__main__":
    main()
