"""Statements that call the functions and aggregates of the extension."""

from typing import NamedTuple

# Everything that can be called. Triggers can, too, and must refuse; what takes internal never can.
CALLABLE = """
    SELECT p.pronamespace::regnamespace::text || '.' || quote_ident(p.proname), p.prokind = 'a', p.proretset, format_type(p.prorettype, NULL),
           coalesce(p.proargnames[:p.pronargs], '{}'),
           ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place) ORDER BY a.place)
    FROM pg_proc AS p
    WHERE p.pronamespace::regnamespace::text LIKE 'saas\\_metrics%' AND NOT p.proargtypes::oid[] @> ARRAY['internal'::regtype::oid]
    ORDER BY p.oid::regprocedure::text COLLATE "C"
"""
ROW_TYPES = """
    SELECT format_type(c.reltype, NULL), array_agg(a.attname::text ORDER BY a.attnum), array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace::regnamespace::text LIKE 'saas\\_metrics%'
    GROUP BY c.reltype
"""


class Callable(NamedTuple):
    name: str
    is_aggregate: bool
    gives_rows: bool
    result: str
    names: list
    types: list

    @property
    def arguments(self):
        return list(zip(self.names or [""] * len(self.types), self.types))


def shown(expression, result, source=""):
    """What is shown of a result is its text, of an array that of its elements, one by one."""
    if result.endswith("[]"):
        return f"SELECT count(*), max(e::text) FROM (SELECT {expression} AS a {source}) AS x, unnest(x.a) AS e"
    return f"SELECT ({expression})::text {source}"


def function(it, values):
    call = f"{it.name}({', '.join(values.of(sql_type, name) for name, sql_type in it.arguments)})"
    if it.gives_rows:
        return f"SELECT count(*), max(x::text) FROM (SELECT x FROM {call} AS x LIMIT 1000) AS s"
    if it.result in ("cstring", "trigger", "void"):
        return f"SELECT {call}"
    return shown(call, it.result)


def rows(it, values):
    """Some arguments, such as options, are often the same in all rows."""
    fixed = {place: values.of(sql_type, name)
             for place, (name, sql_type) in enumerate(it.arguments)
             if name == "settings" or values.random.random() < 0.4}
    columns = ", ".join(f"c{place}" for place in range(len(it.types)))
    lines = [", ".join(fixed.get(place) or values.of(sql_type, name) for place, (name, sql_type) in enumerate(it.arguments))
             for _ in range(values.random.choice([1, 2, 3, 5, 20]))]
    nothing = " WHERE false" if values.random.random() < 0.05 else ""
    return columns, f"FROM (VALUES {', '.join(f'({line})' for line in lines)}) AS v ({columns}){nothing}"


def aggregate(it, values):
    columns, source = rows(it, values)
    call = f"{it.name}({columns})"
    if "saas_metrics.packed_movements" not in it.types:  # which nothing can sort
        by = values.random.choice(columns.split(", "))
        call = values.random.choice([call] * 6 + [
            f"{it.name}(DISTINCT {columns})",
            f"{it.name}({columns} ORDER BY {by})",
            f"{it.name}({columns}) FILTER (WHERE {by} IS NOT NULL)",
            f"{it.name}({columns}) OVER (ORDER BY {by} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        ])
        if "OVER" not in call and values.random.random() < 0.1:
            source += f" GROUP BY GROUPING SETS ((), ({by}))"
    return shown(call, it.result, source)


def through_lines(movements, contributions, values):
    """Movements of generated rows, as lines, and these summed up."""
    columns, source = rows(movements, values)
    given = ", ".join(values.of(sql_type, name) for name, sql_type in contributions.arguments[:3])
    read = ", ".join(f"l.{name}" for name, _ in contributions.arguments[3:])
    return shown(f"{contributions.name}({given}, {read})", contributions.result,
                 f"FROM (SELECT {movements.name}({columns}) AS packed {source}) AS m, saas_metrics.ledger_lines(m.packed) AS l")


class Calls:
    def __init__(self, callables, values):
        self.callables = callables
        self.values = values
        self.of_ledger = [it for it in callables if "ledger_" in it.result or it.name.endswith((".ledger_movements", ".ledger_digest"))]
        self.movements = next(it for it in callables if it.name.endswith(".ledger_movements"))
        self.by_line = next(it for it in self.of_ledger if "mrr_before" in it.names)

    def call(self, it):
        self.values.choose_customer_type()
        return aggregate(it, self.values) if it.is_aggregate else function(it, self.values)

    def times(self, it):
        """Verbs are slow; what a ledger's rows go through has most to get wrong."""
        if "ledger" in it.names:
            return 1
        return 15 if it in self.of_ledger else 3

    def round(self):
        for it in self.callables:
            for _ in range(self.times(it)):
                yield self.call(it)
        for _ in range(50):
            yield through_lines(self.movements, self.by_line, self.values)
