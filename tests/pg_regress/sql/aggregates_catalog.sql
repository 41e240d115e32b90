-- What the catalog says of the aggregates and of the types they return.
SELECT p.proname AS aggregate, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result
FROM pg_proc AS p
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'a' AND p.proname <> 'mrr_movements' AND p.proname !~ '^ledger_|^periods_from_lines|^_'
ORDER BY p.proname COLLATE "C", p.pronargs, 2;

-- Each combines, passes its state between processes, says how large it is, and can be read and go on.
SELECT p.oid::regprocedure
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'saas_metrics'::regnamespace
  -- Those of a ledger see one customer at a time, or run once.
  AND p.proname !~ '^ledger_|^periods_from_lines|^_'
  AND (a.aggcombinefn = 0 OR a.aggserialfn = 0 OR a.aggdeserialfn = 0 OR p.proparallel <> 's'
       OR a.aggtransspace NOT BETWEEN 1 AND 512 OR a.aggfinalmodify <> 'r' OR a.aggmfinalmodify <> 'r');

-- Each part of one may run in a worker.
SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.proparallel <> 's' AND l.lanname = 'c'
  -- But for what locks tables, writes, or runs a verb.
  AND p.proname NOT IN ('mark_changed', 'mark_truncated', '_tie_trigger', '_is_ledger_schema', '_ledger_header', '_takes_marks')
  AND p.prosrc <> 'as_owner_wrapper';

-- Every object of the extension explains itself, columns too.
SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS without_comment
FROM pg_depend AS d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'saas_metrics')
  AND d.classid IN ('pg_proc'::regclass, 'pg_type'::regclass)
  AND obj_description(d.objid, d.classid::regclass::name) IS NULL
  -- An array type comes with its element, a view's with the view.
  AND NOT EXISTS (
    SELECT FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE t.oid = d.objid AND d.classid = 'pg_type'::regclass AND (t.typelem <> 0 OR c.relkind = 'v'));
SELECT t.typname AS type, a.attname AS column_without_comment
FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid
WHERE t.typnamespace = 'saas_metrics'::regnamespace AND t.typtype = 'c' AND t.typname !~ '^(ledger|stripe)_'
  AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL;

-- An aggregate that takes rows explains them, its NULLs and its errors where its form is the fullest.
SELECT p.oid::regprocedure
FROM pg_proc AS p
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'a'
  AND p.pronargs = (SELECT max(q.pronargs) FROM pg_proc AS q WHERE q.prokind = 'a' AND q.proname = p.proname)
  AND (obj_description(p.oid, 'pg_proc') LIKE '%Each row is%' AND obj_description(p.oid, 'pg_proc') LIKE '%NULL (22004)%'
       AND obj_description(p.oid, 'pg_proc') LIKE '%Errors%') IS NOT TRUE
  AND p.proname <> 'mrr' AND p.proname !~ '^ledger_|^periods_from_lines|^_';

SELECT t.typname AS type, string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) AS columns
FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid
WHERE t.typnamespace = 'saas_metrics'::regnamespace AND t.typtype = 'c' AND t.typname <> 'mrr_period' AND t.typname !~ '^(ledger|stripe)_'
  AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')
GROUP BY t.typname
ORDER BY t.typname COLLATE "C";

-- No name of a built-in aggregate.
SELECT p.oid::regprocedure
FROM pg_proc AS p
WHERE p.pronamespace = 'saas_metrics'::regnamespace AND p.prokind = 'a'
  AND EXISTS (SELECT FROM pg_proc AS b WHERE b.pronamespace = 'pg_catalog'::regnamespace AND b.prokind = 'a' AND b.proname = p.proname);
