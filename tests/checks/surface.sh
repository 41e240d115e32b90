#!/usr/bin/env bash
# The C functions that the install script declares are those of the library:
# names, types, strictness, volatility, parallel safety.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"

psql -qAtX -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION IF NOT EXISTS saas_metrics' 2>/dev/null
catalog=$(psql -AtX -v ON_ERROR_STOP=1 <<'SQL'
SET search_path = pg_catalog;
WITH sql_name AS (
  SELECT t.oid,
         CASE WHEN t.typtype = 'c' THEN 'record'
              WHEN e.typtype = 'c' THEN 'record[]'
              ELSE format_type(t.oid, NULL) END AS name
  FROM pg_type AS t LEFT JOIN pg_type AS e ON e.oid = t.typelem
)
SELECT p.prosrc,
       coalesce((SELECT string_agg(n.name, ',' ORDER BY a.place)
                 FROM unnest(p.proargtypes) WITH ORDINALITY AS a(oid, place)
                 JOIN sql_name AS n ON n.oid = a.oid), ''),
       CASE WHEN p.proretset THEN 'setof ' ELSE '' END || r.name, p.proisstrict, p.provolatile, p.proparallel
FROM pg_proc AS p
JOIN sql_name AS r ON r.oid = p.prorettype
WHERE p.pronamespace = 'saas_metrics'::regnamespace
  AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c');
SQL
)
catalog=${catalog#SET$'\n'}
cargo run --quiet -p surface --target-dir target/tools -- \
    "$("$PG_CONFIG" --pkglibdir)/saas_metrics.so" <<<"$catalog"
