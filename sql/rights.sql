-- Rights -------------------------------------------------------------------------------
-- Formulas, aggregates and verbs are for everybody. So are functions that a ledger's views need for
-- their readers, or its verbs for its owner, whoever that is: these do nothing that their caller could
-- not do in plain SQL. The rest is nobody's: parts of aggregates, which only the server calls, and what
-- runs as the owner of a ledger, which only the verb of its name calls.
DO $$
DECLARE
  internal regprocedure;
BEGIN
  FOR internal IN
    SELECT p.oid::regprocedure
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'saas_metrics'::regnamespace
      AND (p.proname LIKE '%\_as\_owner'
           OR p.prorettype = 'internal'::regtype
           OR 'internal'::regtype::oid = ANY (p.proargtypes::oid[]))
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', internal);
  END LOOP;
END
$$;
