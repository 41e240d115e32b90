"""Measures what a copy of Stripe costs to read; see README.md."""
import argparse
import sys
from pathlib import Path
from time import perf_counter

import machine
from bench import numbers, say
from engines import Postgres
from race import Entry, Mismatch, race

SIZES = [100_000, 1_000_000]
TARGET = 3.0
SQL = Path(__file__).with_name("stripe")

# PostgreSQL reading and detoasting the same lines.
LIMIT = "SELECT count(*), sum(length(lines::text)) FROM stripe.invoices"
PERIODS = "SELECT count(*), sum(amount) FROM metrics.subscription_periods"
# The same sums without a ledger. Every line is for a whole month here.
PLAIN = """
    SELECT count(*), sum((line ->> 'amount')::numeric / 100)
      FROM stripe.invoices, jsonb_array_elements(lines -> 'data') AS line"""
REFRESH = "SELECT * FROM saas_metrics.refresh('metrics')"
CHANGE = "UPDATE stripe.invoices SET status = status WHERE customer IN (SELECT 'cus_' || n FROM generate_series(1, {last}, 100) AS n)"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=numbers, default=SIZES, help="numbers of invoices")
    parser.add_argument("--runs", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--output", help="file for the results")
    options = parser.parse_args()
    session = Postgres()
    # As a refresh sets them.
    for setting, value in {"client_min_messages": "warning", "timezone": "UTC", "work_mem": "64MB", "jit": "off",
                           "enable_hashagg": "off", "saas_metrics.today": "2026-01-01"}.items():
        session.run(f"SET {setting} = '{value}'")
    report = ["# Results of reading Stripe", "",
              "PostgreSQL " + session.value("SHOW server_version") + ", saas_metrics " + session.value("SELECT saas_metrics.version()") + ".",
              f"The target is {TARGET:.0f} times the time in which PostgreSQL reads and writes out the same lines as text.", "",
              "| invoices | lines | reading the lines, s | periods, s | × | plain SQL over the lines, s | first refresh, s | refresh, 1 % of customers changed, s | busy |",
              "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    try:
        for invoices in options.sizes:
            report.append(measure(session, invoices, options.runs))
    except Mismatch as difference:
        sys.exit(f"error: {difference}")
    text = "\n".join(report) + "\n"
    print(text)
    if options.output:
        Path(options.output).write_text(text)


def measure(session, invoices, runs):
    say(f"{invoices:,} invoices: making them")
    session.run("SELECT saas_metrics.drop_ledger(ledger) FROM saas_metrics.ledgers")
    session.run(SQL.joinpath("make.sql").read_text().replace(":invoices", str(invoices)))
    session.run("VACUUM (ANALYZE) stripe.invoices, stripe.subscriptions, stripe.prices, stripe.customers")
    session.run("SELECT saas_metrics.create_ledger('metrics')")
    session.run("SELECT saas_metrics.connect_stripe('metrics', 'stripe')")
    busy = machine.busy_share()
    limit = Entry("limit", "reading the lines", LIMIT, (), session)
    periods = Entry("periods", "periods", PERIODS, None, session)
    plain = Entry("plain", "plain SQL over the lines", PLAIN, None, session)
    race([limit, periods, plain], 1, runs, say)
    first = timed(session, REFRESH)
    session.run(CHANGE.format(last=invoices // 24))
    hundredth = timed(session, REFRESH)
    lines = session.value("SELECT sum(jsonb_array_length(lines -> 'data')) FROM stripe.invoices")
    return (f"| {invoices:,} | {lines:,} | {limit.seconds:.2f} | {periods.seconds:.2f} | {periods.seconds / limit.seconds:.2f} | {plain.seconds:.2f} "
            f"| {first:.2f} | {hundredth:.2f} | {busy:.0%} |")


def timed(session, statement):
    start = perf_counter()
    session.run(statement)
    return perf_counter() - start


main()
