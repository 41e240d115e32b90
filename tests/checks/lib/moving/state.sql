-- All that a ledger stores and shows, but for the times in :clocks, its triggers and its rights.
\set ON_ERROR_STOP on
SET search_path = public, "Q's ""ledger""";
SELECT format('SELECT %L AS object, to_jsonb(t) - %L::text[] AS line FROM %s AS t ORDER BY line',
              c.relname, :'clocks', c.oid::regclass)
FROM pg_class AS c
WHERE c.relnamespace = '"Q''s ""ledger"""'::regnamespace AND c.relkind IN ('r', 'v')
ORDER BY c.relname \gexec
SELECT pg_get_triggerdef(oid), tgenabled, tgparentid <> 0 FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
-- MAINTAIN is a right of later versions only.
SELECT relname, reloptions,
       (SELECT string_agg(pg_get_userbyid(a.grantee) || ' ' || a.privilege_type, ' ' ORDER BY a.grantee, a.privilege_type)
        FROM aclexplode(relacl) AS a WHERE a.privilege_type <> 'MAINTAIN')
FROM pg_class
WHERE relnamespace = '"Q''s ""ledger"""'::regnamespace ORDER BY relname;
