-- Prints docs/reference.md from the comments of the extension's objects:
--
--   psql -XqAt -f docs/reference.sql

SET search_path = pg_catalog;

WITH member AS (
    SELECT p.oid, p.proname AS name, p.prokind = 'a' AS is_aggregate, p.pronargs,
           -- What only an aggregate can call, or is called by it.
           p.prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (p.proargtypes)
             OR p.proname LIKE '\_%' OR p.proname LIKE 'ledger\_%' OR p.proname LIKE 'mark\_%' OR p.proname LIKE '%\_as\_owner' AS is_part,
           coalesce(p.proargnames[1] = 'ledger', false) AS is_verb,
           format('%s(%s)', p.proname, regexp_replace(pg_get_function_arguments(p.oid), '(, )?OUT [a-z_]+ [a-z \[\]]+', '', 'g')) AS signature,
           CASE WHEN p.proallargtypes IS NULL THEN pg_get_function_result(p.oid)
                ELSE (SELECT CASE WHEN p.proretset THEN 'rows of ' ELSE 'a row of ' END
                             || string_agg(format('%s %s', a.name, format_type(a.type, NULL)), ', ' ORDER BY a.place)
                      FROM unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS a(name, type, mode, place)
                      WHERE a.mode IN ('o', 't')) END AS result,
           obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_proc AS p
    WHERE p.pronamespace = 'saas_metrics'::regnamespace
), entry AS (
    SELECT is_aggregate, is_verb, name, string_agg(
        format(E'```\n%s → %s\n```\n\n%s Since %s.\n',
               regexp_replace(signature, 'saas_metrics\.', '', 'g'), regexp_replace(result, 'saas_metrics\.', ''),
               regexp_replace(comment, '\s*Since \d+\.\d+\.\d+\.', ''),
               coalesce(substring(comment FROM 'Since (\d+\.\d+\.\d+)'), '0.1.0')),
        E'\n' ORDER BY pronargs DESC, signature COLLATE "C" DESC) AS forms
    FROM member
    WHERE NOT is_part
    GROUP BY is_aggregate, is_verb, name
), composite AS (
    SELECT c.relkind, t.typname AS name,
           coalesce(obj_description(t.oid, 'pg_type'), obj_description(c.oid, 'pg_class')) AS comment, string_agg(
        format('| `%s` | %s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
               replace(col_description(a.attrelid, a.attnum), '|', '\|')),
        E'\n' ORDER BY a.attnum) AS columns
    FROM pg_type AS t
    JOIN pg_class AS c ON c.oid = t.typrelid
    JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
    WHERE t.typnamespace = 'saas_metrics'::regnamespace AND t.typtype = 'c'
    GROUP BY t.oid, c.oid
), section AS (
    SELECT 1 AS place, '' AS name, $$# Reference

Every function, aggregate and type of the extension, in the words of its COMMENT, which
`\df+ saas_metrics.*` and `\dT+ saas_metrics.*` show in psql. All are in the schema `saas_metrics`.
Aggregates come first, then functions, then what makes and keeps ledgers, then the types of results.

Rates are fractions: 0.05 is 5 %. A rate without a base is NULL.

# Aggregates
$$ AS text
    UNION ALL SELECT 2, name, format(E'## %s\n\n%s', name, forms) FROM entry WHERE is_aggregate
    UNION ALL SELECT 3, '', E'# Functions\n'
    UNION ALL SELECT 4, name, format(E'## %s()\n\n%s', name, forms) FROM entry WHERE NOT is_aggregate AND NOT is_verb
    UNION ALL SELECT 5, '', E'# Ledgers\n\nThe views of a ledger itself are described in [ledger.md](ledger.md), and by `\\d+` of each.\n'
    UNION ALL SELECT 6, name, format(E'## %s()\n\n%s', name, forms) FROM entry WHERE NOT is_aggregate AND is_verb
    UNION ALL SELECT 7, name, format(E'## View %s\n\n%s\n\n| column | type | meaning |\n| --- | --- | --- |\n%s\n', name, comment, columns)
              FROM composite WHERE relkind = 'v'
    UNION ALL SELECT 8, '', E'# Types of results\n'
    UNION ALL SELECT 9, name, format(E'## Type %s\n\n%s\n\n| column | type | meaning |\n| --- | --- | --- |\n%s\n', name, comment, columns)
              FROM composite WHERE relkind = 'c' AND name NOT LIKE 'ledger\_%'
    UNION ALL SELECT 10, '', E'# Parts\n\nNothing to call: aggregates, verbs and views do.\n'
    UNION ALL SELECT 11, '', string_agg(format('- `%s`: %s', signature, comment), E'\n' ORDER BY signature COLLATE "C")
              FROM (SELECT signature, comment FROM member WHERE is_part
                    UNION ALL
                    SELECT name || '(type)', comment FROM composite WHERE relkind = 'c' AND name LIKE 'ledger\_%') AS parts
)
SELECT text FROM section ORDER BY place, name COLLATE "C";
