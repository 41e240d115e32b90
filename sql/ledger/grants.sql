-- Grants, which views that are made again get back ----------------------------------

CREATE FUNCTION saas_metrics._live_grants(
    ledger name, OUT object_name name, OUT column_name name, OUT privilege text, OUT grantee name, OUT grantable boolean
  ) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  -- To find the ledger's own takes milliseconds of each refresh, so only where something was granted.
  WITH granted AS (
    SELECT c.relname AS object_name, NULL::name AS column_name, c.relacl AS acl, c.relowner AS owner, c.oid
    FROM pg_namespace AS n
    JOIN pg_class AS c ON c.relnamespace = n.oid
    WHERE n.nspname = ledger AND c.relacl IS NOT NULL
    UNION ALL
    SELECT c.relname, a.attname, a.attacl, c.relowner, c.oid
    FROM pg_namespace AS n
    JOIN pg_class AS c ON c.relnamespace = n.oid
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = ledger AND a.attacl IS NOT NULL
  )
  SELECT g.object_name, g.column_name, a.privilege_type, CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END, a.is_grantable
  FROM (
    SELECT NULL::name AS object_name, NULL::name AS column_name, n.nspacl AS acl, n.nspowner AS owner
    FROM pg_namespace AS n
    WHERE n.nspname = ledger
    UNION ALL
    SELECT c.object_name, c.column_name, c.acl, c.owner
    FROM granted AS c
    WHERE c.oid IN (SELECT o.relation FROM saas_metrics._own_relations(ledger) AS o)
  ) AS g
  CROSS JOIN aclexplode(g.acl) AS a
  WHERE a.grantee <> g.owner
$$;
COMMENT ON FUNCTION saas_metrics._live_grants(name) IS
  'The privileges of other roles on a ledger''s own schema, tables, views and columns. NULL as object_name: the schema; as column_name: all of it; as grantee: PUBLIC. Part of the verbs.';

CREATE FUNCTION saas_metrics._grant_statement(
    ledger name, object_name name, column_name name, privilege text, grantee name, grantable boolean
  ) RETURNS text
  IMMUTABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN format('GRANT %s%s ON %s TO %s%s', privilege, ' (' || quote_ident(column_name) || ')',
                CASE WHEN object_name IS NULL THEN format('SCHEMA %I', ledger) ELSE format('%I.%I', ledger, object_name) END,
                coalesce(quote_ident(grantee), 'PUBLIC'), CASE WHEN grantable THEN ' WITH GRANT OPTION' ELSE '' END);
COMMENT ON FUNCTION saas_metrics._grant_statement(name, name, name, text, name, boolean) IS
  'The GRANT of a row of _live_grants. Part of the verbs.';

CREATE FUNCTION saas_metrics._grants_of(ledger name) RETURNS text[]
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(saas_metrics._grant_statement(ledger, g.object_name, g.column_name, g.privilege, g.grantee, g.grantable)
                            ORDER BY g.object_name NULLS FIRST, g.column_name NULLS FIRST, g.grantee, g.privilege), '{}')
  FROM saas_metrics._live_grants(ledger) AS g
$$;
COMMENT ON FUNCTION saas_metrics._grants_of(name) IS
  'The statements that grant again what others may do with a ledger''s objects. Part of export_commands.';

-- Of what is not there, what was recorded stays.
CREATE FUNCTION saas_metrics._record_grants(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  DELETE FROM recorded_grants AS r
  WHERE (r.object_name IS NULL OR pg_catalog.to_regclass(pg_catalog.format('%I.%I', ledger, r.object_name)) IS NOT NULL)
    AND (r.*)::text NOT IN (SELECT (g.*)::text FROM saas_metrics._live_grants(ledger) AS g);
  INSERT INTO recorded_grants
  SELECT g.* FROM saas_metrics._live_grants(ledger) AS g
  EXCEPT
  SELECT r.* FROM recorded_grants AS r;
END
$$;
COMMENT ON FUNCTION saas_metrics._record_grants(name) IS
  'Brings recorded_grants up to date. Part of _record_life.';

CREATE FUNCTION saas_metrics._grant_again(ledger name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT saas_metrics._grant_statement(ledger, g.object_name, g.column_name, g.privilege, g.grantee, g.grantable)
    FROM (SELECT r.* FROM recorded_grants AS r EXCEPT SELECT l.* FROM saas_metrics._live_grants(ledger) AS l) AS g
    WHERE (g.grantee IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_roles AS o WHERE o.rolname = g.grantee))
      AND (g.object_name IS NULL
           OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                      WHERE a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', ledger, g.object_name))
                        AND (a.attname = g.column_name OR g.column_name IS NULL)))
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._grant_again(name) IS
  'Grants on what was made again what recorded_grants has. Part of the verbs.';
