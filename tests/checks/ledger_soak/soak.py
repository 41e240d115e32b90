"""Writers, refreshers and readers at once: the ledger must be exact at every moment.

soak.py SECONDS [REFRESH]: REFRESH is the function that refreshes. Exit status 3: the ledger
differs from what it should be.
"""
import random
import sys
import threading
import time
from collections import Counter

import psycopg
from psycopg import errors

SECONDS = float(sys.argv[1])
REFRESH = sys.argv[2] if len(sys.argv) > 2 else "saas_metrics.refresh"
LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
VIEWS = ["movements", "movement_lines", "mrr_monthly", "mrr_by_plan_monthly",
         "cohort_retention_monthly", "customer_status"]
TABLES = ["current_lines", "rejected_rows"]

stop = threading.Event()
counts = Counter()
problems = []


class Differs(Exception):
    """The ledger says something else than it should."""


def connect():
    # Most of the time would go to compiling the queries of so small a company.
    return psycopg.connect("", autocommit=True, options="-c jit=off -c client_min_messages=warning")


def begin(c, level):
    c.execute(f"BEGIN ISOLATION LEVEL {level}")
    if level != "READ COMMITTED":
        # A snapshot from before a TRUNCATE would find the table empty: PostgreSQL's caveat, not the ledger's.
        c.execute("LOCK TABLE subscriptions, seats IN ACCESS SHARE MODE")


# --- what writers do ------------------------------------------------------------------------

def customer():
    return random.randint(1, 40)


def table():
    return random.choice(["subscriptions", "subscriptions", "seats", "seats_eu", "seats_us", "seats_trial"])


def insert(c, rows):
    name = table()
    region = "" if name == "subscriptions" else ", region"
    value = {"subscriptions": "", "seats": ", (ARRAY['eu', 'us', 'trial'])[1 + i % 3]"}.get(name, f", '{name[6:]}'")
    c.execute(f"""
        INSERT INTO {name} (customer_id, plan, amount, starts_on, ends_on{region})
        SELECT 1 + (%s + 7 * i) %% 40, (ARRAY['basic', 'pro', 'team'])[1 + i %% 3], (%s + i) %% 60, d.day,
               CASE WHEN i %% 3 > 0 THEN d.day + i * 29 %% 200 END{value.replace('%', '%%')}
        FROM generate_series(1, %s) AS i, LATERAL (SELECT current_date + 40 - (i * 53 + %s) %% 900 AS day) AS d""",
        [customer(), random.randint(0, 59), rows, random.randint(0, 899)])


def change(c, what, rows=6):
    """Changes rows that nobody else has locked, so that writers alone never wait, nor deadlock."""
    name = table()
    c.execute(f"""
        WITH mine AS (SELECT tableoid AS part, ctid AS place FROM {name} WHERE id %% 16 = %s LIMIT {rows} FOR UPDATE SKIP LOCKED)
        {what.format(name=name)} WHERE (t.tableoid, t.ctid) IN (SELECT part, place FROM mine)""",
        [random.randint(0, 15)])


def flip_account(c):
    c.execute("""UPDATE accounts SET is_test = NOT is_test WHERE customer_id IN
                 (SELECT customer_id FROM accounts WHERE customer_id = %s FOR UPDATE SKIP LOCKED)""", [customer()])


def move(c):
    c.execute("""WITH mine AS (SELECT tableoid AS part, ctid AS place FROM seats WHERE id %% 16 = %s LIMIT 3 FOR UPDATE SKIP LOCKED)
                 UPDATE seats AS t SET region = %s WHERE (t.tableoid, t.ctid) IN (SELECT part, place FROM mine)""",
              [random.randint(0, 15), random.choice(["eu", "us", "trial"])])


OPERATIONS = [
    lambda c: insert(c, 1),
    lambda c: insert(c, 1),
    lambda c: insert(c, 25),
    lambda c: change(c, "UPDATE {name} AS t SET amount = t.amount + 3"),
    lambda c: change(c, f"UPDATE {{name}} AS t SET customer_id = {customer()}"),
    lambda c: change(c, "UPDATE {name} AS t SET ends_on = t.starts_on + 50"),
    lambda c: change(c, "DELETE FROM {name} AS t"),
    lambda c: change(c, "DELETE FROM {name} AS t", 40),
    flip_account,
    move,
]


def write(c):
    if random.random() < 0.02:
        c.execute("TRUNCATE seats_trial")
        counts["truncates"] += 1
        return
    begin(c, random.choice(LEVELS))
    for _ in range(random.randint(1, 4)):
        savepoint = random.random() < 0.4
        if savepoint:
            c.execute("SAVEPOINT s")
        random.choice(OPERATIONS)(c)
        if savepoint:
            c.execute(random.choice(["ROLLBACK TO SAVEPOINT s", "RELEASE SAVEPOINT s"]))
    if random.random() < 0.1:
        compare(c, "within a writing transaction")
        counts["checks within writing transactions"] += 1
    end = random.choice(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"])
    c.execute(end)
    counts["commits" if end == "COMMIT" else "rollbacks"] += 1


# --- refreshers ------------------------------------------------------------------------------

def refresh(c, levels):
    begin(c, random.choice(levels))
    row = c.execute(f"SELECT movements_added + movements_superseded FROM {REFRESH}('metrics')").fetchone()
    c.execute(random.choice(["COMMIT"] * 9 + ["ROLLBACK"]))
    counts["refreshes"] += 1
    counts["refreshes that changed something"] += row[0] > 0
    time.sleep(random.random() * 0.02)


def refresh_all(c):
    c.execute("BEGIN")
    c.execute("UPDATE metrics.ledger_settings SET everything = true")
    c.execute(f"SELECT FROM {REFRESH}('metrics')")
    c.execute("COMMIT")
    counts["refreshes of everything"] += 1
    stop.wait(2)


# --- readers ---------------------------------------------------------------------------------

def compare(c, when):
    """Views against plain SQL, in one statement."""
    rows = c.execute("TABLE differences").fetchmany(2)
    if rows:
        raise Differs(f"{when}: " + "; ".join(map(str, rows)))


def read(c):
    level = random.choice(LEVELS)
    begin(c, level)
    for _ in range(2):
        compare(c, f"outside, {level}")
        counts["checks against plain SQL"] += 1
    c.execute("COMMIT")
    time.sleep(random.random() * 0.2)


def compare_with_scratch(c, objects, when):
    """The ledger against one that is made from nothing of the same tables, in one snapshot."""
    rows = c.execute("SELECT * FROM differences_from_scratch('metrics', %s)", [objects]).fetchmany(2)
    if rows:
        raise Differs(f"{when}: " + "; ".join(map(str, rows)))


def read_and_compare_with_scratch(c):
    refreshed = random.random() < 0.3
    begin(c, "REPEATABLE READ")
    if refreshed:
        c.execute(f"SELECT FROM {REFRESH}('metrics')")
    compare_with_scratch(c, VIEWS + (TABLES if refreshed else []), "after a refresh" if refreshed else "outside")
    c.execute("ROLLBACK")
    counts["checks against scratch"] += 1
    time.sleep(0.5)


# --- all at once -----------------------------------------------------------------------------

def repeat(act, *arguments):
    """Until the time is over or something went wrong; who must try again does."""
    try:
        with connect() as c:
            while not stop.is_set():
                try:
                    act(c, *arguments)
                except errors.SerializationFailure:
                    counts["to be tried again (40001)"] += 1
                    c.execute("ROLLBACK")
    except Exception as problem:
        problems.append(problem)
        stop.set()


def main():
    threads = [threading.Thread(target=repeat, args=it) for it in
               [(write,)] * 4 + [(refresh, LEVELS[:1]), (refresh, LEVELS[1:]), (refresh_all,), (read,),
                                 (read_and_compare_with_scratch,)]]
    for thread in threads:
        thread.start()
    stop.wait(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    if not problems:
        check_at_end()
    for name in sorted(counts):
        print(f"{counts[name]:8}  {name}")
    for problem in problems:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
    if problems:
        return 3 if all(isinstance(it, Differs) for it in problems) else 1
    needed = {"commits": 4, "rollbacks": 1, "refreshes that changed something": 1, "checks against plain SQL": 1,
              "checks against scratch": 0.3, "checks within writing transactions": 0.3}
    idle = [name for name, per_second in needed.items() if counts[name] < per_second * SECONDS]
    if idle:
        print("too few: " + ", ".join(idle), file=sys.stderr)
    return 1 if idle else 0


def check_at_end():
    """When all is quiet: once with what is pending, once refreshed."""
    try:
        with connect() as c:
            compare(c, "at the end")
            compare_with_scratch(c, VIEWS, "at the end")
            c.execute(f"SELECT FROM {REFRESH}('metrics')")
            compare_with_scratch(c, VIEWS + TABLES, "at the end, refreshed")
            found = c.execute("SELECT finding, rows FROM saas_metrics.check_ledger('metrics') WHERE severity = 'error'").fetchall()
            if found:
                raise Differs(f"check_ledger: {found}")
    except Exception as problem:
        problems.append(problem)


sys.exit(main())
