"""psycopg reads every result without registration or extra code, as text and in binary.

results.json has queries, their parameters and what they give: numerics as
strings, since JSON has no exact numbers, and intervals in minutes. Parameters need
no cast, but for those of rate_interval where a client, like Node's pg, sends them
without a type: it takes rows, too.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
from psycopg.types.range import Range

PYTHON = {
    "bigint": int,
    "boolean": bool,
    "date": date.fromisoformat,
    "daterange": lambda bounds: Range(*map(date.fromisoformat, bounds)),
    "integer": int,
    "interval": lambda minutes: timedelta(minutes=minutes),
    "numeric": Decimal,
    "text": str,
    "text[]": list,
}

# The types that rows are made of, and the aggregates that give a plain value.
RESULTS = """
    SELECT t.typname FROM pg_type AS t JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'
    WHERE t.typnamespace = 'saas_metrics'::regnamespace AND t.typname !~ '^(ledger|stripe)_'
    UNION
    SELECT p.proname FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
    WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'a' AND p.proname !~ '^ledger|^_'
      AND t.typnamespace = 'pg_catalog'::regnamespace
"""


def value(sql_type, written):
    return None if written is None else PYTHON[sql_type](written)


def with_types(rows):
    return [[(type(read), read) for read in row] for row in rows]


def check(cursor, result):
    columns = result["columns"]
    parameters = [value(*parameter) for parameter in result["parameters"]]
    read = cursor.execute("\n".join(result["query"]), parameters).fetchall()
    expected = [list(map(value, columns.values(), row)) for row in result["rows"]]
    assert [column.name for column in cursor.description] == list(columns), cursor.description
    assert with_types(read) == with_types(expected), f"{read}\n{expected}"


results = json.loads(Path(__file__).with_name("results.json").read_text())
with psycopg.connect(cursor_factory=psycopg.RawCursor) as connection:
    covered = {result["of"]: result["columns"] for result in results}
    missing = {name for (name,) in connection.execute(RESULTS)} - {*covered, *covered["plain numbers"]}
    assert not missing, missing
    for binary in False, True:
        for result in results:
            print("binary" if binary else "text", result["of"], flush=True)
            check(connection.cursor(binary=binary), result)
