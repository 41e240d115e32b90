"""Verbs and views of a ledger whose owner wrote into its tables."""

RELATIONS = """
    SELECT c.relname, c.relkind = 'r', array_agg(a.attname::text ORDER BY a.attnum), array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'lg'::regnamespace AND c.relkind IN ('r', 'v')
    GROUP BY c.oid
    ORDER BY c.relname COLLATE "C"
"""
VERBS = ["refresh", "check_ledger", "rebind", "export_commands", "upgrade_ledger", "record_snapshot", "subscription_differences", "drop_ledger"]


def script(relations, values):
    """One string of statements: what is read or done last meets what the first wrote."""
    random = values.random
    tables = [it for it in relations if it[1]]
    views = [it[0] for it in relations if not it[1]]
    written = []
    for _ in range(random.randint(1, 2)):
        table, _, names, types = random.choice(tables)
        row = ", ".join(values.of(sql_type, name) for name, sql_type in zip(names, types))
        column, sql_type = random.choice(list(zip(names, types)))
        written.append(random.choice([
            f"UPDATE lg.{table} SET {column} = {values.of(sql_type, column)}",
            f"UPDATE lg.{table} SET {column} = {values.of(sql_type, column)}",
            f"INSERT INTO lg.{table} VALUES ({row})",
            f"DELETE FROM lg.{table}",
            f"ALTER TABLE lg.{table} DROP COLUMN {column} CASCADE",
            f"ALTER TABLE lg.{table} RENAME COLUMN {column} TO renamed",
            f"DROP TABLE lg.{table} CASCADE",
        ]))
    if random.random() < 0.4:
        written.append("SELECT saas_metrics.refresh('lg', true)")
    if random.random() < 0.3:
        return "; ".join([*written, f"SELECT saas_metrics.{random.choice(VERBS)}('lg')"])
    return "; ".join([*written, f"SELECT max(v::text) FROM lg.{random.choice(views)} AS v"])
