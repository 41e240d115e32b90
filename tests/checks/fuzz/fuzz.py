"""Calls of everything with odd values, and writes that nobody means, rolled back one by one.

fuzz.py SEED ROUNDS: each round is a ledger's owner's, a superuser's or nobody's, in turn. The same
seed makes the same statements. Exit status 1: a find, printed with its statement.
"""

import itertools
import random
import sys
import time
from collections import Counter

import psycopg

import tampered
import writes
from calls import CALLABLE, ROW_TYPES, Callable, Calls
from values import Values

SEED, ROUNDS = int(sys.argv[1]), int(sys.argv[2])
ROLES = ["fuzz_owner", "postgres", "fuzz_nobody"]
SESSIONS = ["", "", "", *["SET LOCAL search_path = lg, pg_catalog"] * 7, "SET LOCAL search_path = ''", "SET LOCAL TimeZone = 'Pacific/Apia'", "SET LOCAL DateStyle = 'German'",
            "SET LOCAL IntervalStyle = 'sql_standard'", "SET LOCAL work_mem = '64kB'", "SET TRANSACTION READ ONLY",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET LOCAL row_security = off"]
# After a second a statement times out. It stops at once, but others may have the machine.
STOPS_WITHIN = 30
# Bytes that were made packed movements by force may be reported as corrupted.
FORCED = "::bytea::saas_metrics.packed_movements"


class Find(Exception):
    """What must not be."""


def connect(role):
    connection = psycopg.connect("")
    connection.execute(f"SET SESSION AUTHORIZATION {role}")
    connection.commit()
    return connection


def judge(error, statement):
    """What is wrong with an error, if anything."""
    code = error.sqlstate or ""
    if code.startswith("XX") and not (code == "XX001" and FORCED in statement):
        return "internal error"
    if "backtrace" in f"{error.diag.message_primary} {error.diag.message_detail}".lower():
        return "backtrace"
    return None


def run(connection, statement, session=""):
    """Its SQLSTATE."""
    began = time.monotonic()
    code, wrong, said = "00000", None, ""
    try:
        if session:
            connection.execute(session)
        connection.execute(statement)
    except psycopg.Error as error:
        code = error.sqlstate or ""
        wrong = "lost connection" if connection.closed else judge(error, statement)
        said = f"{code} {error}"
    if time.monotonic() - began > STOPS_WITHIN:
        wrong = wrong or "goes on after the timeout"
    if wrong:
        raise Find(f"{wrong}: {said}\n{session}\n{statement}")
    connection.rollback()
    return code


def require_that_finds_are_seen():
    planted = {
        "internal error": "DO $$ BEGIN RAISE 'x' USING ERRCODE = 'XX000'; END $$",
        "backtrace": "DO $$ BEGIN RAISE 'x' USING DETAIL = 'stack backtrace:'; END $$",
        "lost connection": "SELECT pg_terminate_backend(pg_backend_pid())",
    }
    for wrong, statement in planted.items():
        try:
            run(connect("postgres"), statement)
        except Find as find:
            if str(find).startswith(wrong):
                continue
        sys.exit(f"not seen: {statement}")


def statements():
    """Those of each round."""
    with connect("postgres") as connection:
        callables = [Callable(*row) for row in connection.execute(CALLABLE)]
        row_types = {row_type: list(zip(*columns)) for row_type, *columns in connection.execute(ROW_TYPES)}
        packed = [row[0] for row in connection.execute("SELECT movements::bytea FROM app.packed ORDER BY 1")]
        relations = connection.execute(tampered.RELATIONS).fetchall()
    values = Values(random.Random(SEED), row_types, packed)
    calls = Calls(callables, values)
    for _ in range(ROUNDS):
        yield [*calls.round(), *(writes.script(values.random) for _ in range(40)), *(tampered.script(relations, values) for _ in range(10))]


def main():
    require_that_finds_are_seen()
    sessions, began, codes, finds = random.Random(SEED), time.monotonic(), Counter(), 0
    for role, of_round in zip(itertools.cycle(ROLES), statements()):
        connection = connect(role)
        for statement in of_round:
            try:
                codes[run(connection, statement, sessions.choice(SESSIONS))] += 1
            except Find as find:
                print(f"{role}, {find}\n", flush=True)
                finds += 1
                if connection.closed:
                    sys.exit("the server may be gone")
                connection.rollback()
    answered = codes.pop("00000", 0)
    print(f"seed {SEED}: {answered} statements answered, {codes.total()} refused, {finds} finds, {time.monotonic() - began:.0f} s")
    print(", ".join(f"{code}: {count}" for code, count in codes.most_common()))
    sys.exit(finds > 0)


main()
