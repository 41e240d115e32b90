-- Prints docs/reference.md from the comments of the extension's objects:
--
--   psql -XqAt -f docs/reference.sql

SET search_path = pg_catalog;

WITH member AS (
    SELECT p.oid, p.proname AS name, p.prokind = 'a' AS is_aggregate, p.pronargs,
           -- What only an aggregate can call, or is called by it.
           p.prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (p.proargtypes) AS is_part,
           format('%s(%s)', p.proname, pg_get_function_arguments(p.oid)) AS signature,
           pg_get_function_result(p.oid) AS result,
           obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_proc AS p
    WHERE p.pronamespace = 'saas_metrics'::regnamespace
), entry AS (
    SELECT is_aggregate, name, string_agg(
        format(E'```\n%s → %s\n```\n\n%s Since %s.\n',
               regexp_replace(signature, 'saas_metrics\.', '', 'g'), regexp_replace(result, 'saas_metrics\.', ''),
               regexp_replace(comment, '\s*Since \d+\.\d+\.\d+\.', ''),
               coalesce(substring(comment FROM 'Since (\d+\.\d+\.\d+)'), '0.1.0')),
        E'\n' ORDER BY pronargs DESC, signature COLLATE "C" DESC) AS forms
    FROM member
    WHERE NOT is_part
    GROUP BY is_aggregate, name
), composite AS (
    SELECT t.typname AS name, obj_description(t.oid, 'pg_type') AS comment, string_agg(
        format('| `%s` | %s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
               replace(col_description(a.attrelid, a.attnum), '|', '\|')),
        E'\n' ORDER BY a.attnum) AS columns
    FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
    WHERE t.typnamespace = 'saas_metrics'::regnamespace AND t.typtype = 'c'
    GROUP BY t.oid
), section AS (
    SELECT 1 AS place, '' AS name, $$# Reference

Every function, aggregate and type of the extension, in the words of its COMMENT, which
`\df+ saas_metrics.*` and `\dT+ saas_metrics.*` show in psql. All are in the schema `saas_metrics`.
Aggregates come first, then functions, then the types of results.

Rates are fractions: 0.05 is 5 %. A rate without a base is NULL.

# Aggregates
$$ AS text
    UNION ALL SELECT 2, name, format(E'## %s\n\n%s', name, forms) FROM entry WHERE is_aggregate
    UNION ALL SELECT 3, '', E'# Functions\n'
    UNION ALL SELECT 4, name, format(E'## %s()\n\n%s', name, forms) FROM entry WHERE NOT is_aggregate
    UNION ALL SELECT 5, '', E'# Types of results\n'
    UNION ALL SELECT 6, name, format(E'## Type %s\n\n%s\n\n| column | type | meaning |\n| --- | --- | --- |\n%s\n', name, comment, columns)
              FROM composite
    UNION ALL SELECT 7, '', E'# Parts of aggregates\n\nNothing to call: the server does.\n'
    UNION ALL SELECT 8, '', string_agg(format('- `%s`: %s', signature, comment), E'\n' ORDER BY signature COLLATE "C")
              FROM member WHERE is_part
)
SELECT text FROM section ORDER BY place, name COLLATE "C";
