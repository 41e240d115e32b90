"""Writes of tables whose triggers mark changes in queues, neither made by watch, that change in between."""

TYPES = ["text", "bigint", "uuid", "integer", "smallint", "oid", "tid", "xid", "name", '"char"', "numeric", "text[]", "interval", "date",
         "boolean", "app.short", "app.subscriptions"]
VALUES = {
    "text": ["'a'", "repeat('a', 100000)", "''"],
    "oid": ["1"], "tid": ["'(0,1)'"], "xid": ["'3'"], "name": ["'a'"], "text[]": ["'{a}'", "array_fill('x'::text, ARRAY[10000])"],
    "app.short": ["'a'"], "app.subscriptions": ["ROW(1, 'c', 'p', 1, '1 month', now(), NULL, 'active')"], '"char"': ["'a'"],
    "bigint": ["1", "-1"], "uuid": ["gen_random_uuid()"], "integer": ["1"], "smallint": ["1"], "numeric": ["1", "'NaN'"],
    "interval": ["'1 day'"], "date": ["'infinity'"], "boolean": ["true"],
}
QUEUES = ["TABLE"] * 5 + ["UNLOGGED TABLE"]
# What may happen to a queue, to a table, or to either.
CHANGES = [
    "ALTER TABLE {table} DROP COLUMN c0", "ALTER TABLE {table} ADD COLUMN extra {type}", "ALTER TABLE {table} ADD COLUMN extra text DEFAULT 'x' NOT NULL",
    "ALTER TABLE {table} ALTER COLUMN c0 TYPE {type} USING NULL", "ALTER TABLE {table} RENAME COLUMN c0 TO old",
    "ALTER TABLE {table} ADD CHECK (c0 IS NOT NULL)", "ALTER TABLE {table} ALTER COLUMN c0 SET NOT NULL",
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", "CREATE INDEX ON {table} (c0)", "CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "ALTER TABLE {table} ALTER COLUMN c0 SET STORAGE PLAIN", "ALTER TABLE {table} ADD COLUMN g int GENERATED ALWAYS AS (1) STORED",
    "ALTER TABLE {table} ADD COLUMN i int GENERATED ALWAYS AS IDENTITY", "ALTER TABLE {table} SET SCHEMA app",
    "DELETE FROM lg.watched_tables", "ALTER TABLE {table} DISABLE TRIGGER ALL", "DROP TABLE {table} CASCADE",
]


def columns(types):
    return [f"c{place} {sql_type}" for place, sql_type in enumerate(types)]


def script(random):
    """One string of statements; some fail, which ends it."""
    types = random.choices(TYPES, k=random.randint(1, 3))
    queued = types[:random.randint(0, len(types))] if random.random() < 0.7 else random.choices(TYPES, k=random.randint(0, 3))
    row = ", ".join(random.choice(["NULL", *VALUES[it], *VALUES[it]]) for it in types)
    arguments = ["'lg.written'::regclass::oid"]
    for place in range(len(queued)):
        number = place + 1 if random.random() < 0.7 else random.choice([-7, -6, -2, -1, 0, 9, 1600, 32767, "x", ""])
        arguments += [f"'{number}'", f"'{random.choice([f'c{place}'] * 3 + ['nope', ''])}'"]
    if random.random() < 0.1:
        del arguments[random.randrange(len(arguments)):]
    part = random.random() < 0.2
    writes = [
        f"INSERT INTO lg.written VALUES ({row})", f"INSERT INTO lg.written SELECT * FROM lg.written", "UPDATE lg.written SET c0 = c0",
        "UPDATE lg.written SET c0 = NULL", "DELETE FROM lg.written", "TRUNCATE lg.written", "SET CONSTRAINTS ALL DEFERRED",
        f"INSERT INTO lg.written VALUES ({row}) RETURNING *",
    ]
    scope = 'scope "char"' if random.random() < 0.9 else "scope text"
    made = [
        f"CREATE {random.choice(QUEUES)} lg.queue ({', '.join([*columns(queued), scope])})",
        f"CREATE TABLE lg.written ({', '.join(columns(types))})" + (" PARTITION BY LIST (c0); CREATE TABLE lg.part PARTITION OF lg.written DEFAULT" if part else ""),
        "INSERT INTO lg.watched_tables VALUES ('lg.written', 'c0', false, 'queue')",
        "DO $do$ BEGIN EXECUTE format('CREATE CONSTRAINT TRIGGER marks AFTER INSERT OR UPDATE OR DELETE ON lg.written FROM lg.queue "
        f"{random.choice(['', '', '', 'DEFERRABLE INITIALLY DEFERRED'])} FOR EACH ROW EXECUTE FUNCTION saas_metrics.mark_changed("
        f"{', '.join(['%L'] * len(arguments))})', {', '.join(arguments) or 'NULL'}); END $do$",
        "CREATE TRIGGER truncates AFTER TRUNCATE ON lg.written EXECUTE FUNCTION saas_metrics.mark_truncated()",
    ]
    for _ in range(random.randint(2, 5)):
        made += random.choices(writes, k=random.randint(1, 3))
        if random.random() < 0.5:
            made.append(random.choice(CHANGES).format(table=random.choice(["lg.written", "lg.queue"]), type=random.choice(TYPES)))
            made.append(writes[0])
    return "; ".join([*made, "SET CONSTRAINTS ALL IMMEDIATE", "SELECT max(q::text) FROM lg.queue AS q"])
