-- Objects of a ledger, and objects of its user ----------------------------------------

-- By their names: a dump of the schema alone has no list of watched tables.
CREATE FUNCTION saas_metrics._objects_of_watches(ledger name, OUT kind text, OUT name name) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT made.*
  FROM pg_namespace AS n
  CROSS JOIN LATERAL (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname
    FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v')
  ) AS made (kind, name)
  WHERE n.nspname = ledger
    AND made.name ~ CASE made.kind WHEN 'VIEW' THEN '^mark_.+_[0-9]+(_rows)?$' ELSE '^mark_.+_[0-9]+_queue$' END
    -- A user's own may have such a name too.
    AND EXISTS (SELECT FROM pg_class AS q
                WHERE q.relnamespace = n.oid AND saas_metrics._is_queue(q.oid)
                  AND q.relname = CASE made.kind WHEN 'VIEW' THEN regexp_replace(made.name, '_rows$', '') || '_queue' ELSE made.name END)
$$;
COMMENT ON FUNCTION saas_metrics._objects_of_watches(name) IS
  'The objects that watch creates in a ledger''s schema. Part of _own_objects.';

CREATE FUNCTION saas_metrics._own_objects(ledger name, OUT kind text, OUT name name, OUT input text) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $$
  SELECT found[1], found[2]::name, NULL
  FROM (
    SELECT saas_metrics._ledger_objects('tables') AS script
    UNION ALL
    SELECT s FROM saas_metrics._view_scripts(false) AS s
  ) AS made,
  regexp_matches(made.script, '^CREATE (TABLE|VIEW) (\w+)', 'gn') AS found
  UNION ALL
  SELECT i.kind, (c.input || i.suffix)::name, c.input
  FROM (SELECT DISTINCT c.input FROM saas_metrics.input_columns AS c) AS c
  CROSS JOIN (VALUES ('VIEW', ''), ('VIEW', '_query'), ('TABLE', '_rows')) AS i (kind, suffix)
  UNION ALL
  SELECT w.kind, w.name, NULL FROM saas_metrics._objects_of_watches(ledger) AS w
$$;
COMMENT ON FUNCTION saas_metrics._own_objects(name) IS
  'The objects that saas_metrics makes in a ledger''s schema, whether or not they are there now: TABLE or VIEW, and of which input. All else in it is its user''s. Part of the verbs.';

CREATE FUNCTION saas_metrics._own_relations(ledger name, OUT relation regclass, OUT kind text, OUT input text) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.oid::regclass, o.kind, o.input
  FROM saas_metrics._own_objects(ledger) AS o
  JOIN pg_namespace AS n ON n.nspname = ledger
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = o.name
                    AND c.relkind = CASE o.kind WHEN 'TABLE' THEN 'r' WHEN 'VIEW' THEN 'v' END
$$;
COMMENT ON FUNCTION saas_metrics._own_relations(name) IS
  'The tables and views of a ledger that are saas_metrics'' own. Part of the verbs.';

-- Statements that make again what the server describes by them.
CREATE FUNCTION saas_metrics._definition(class oid, object oid) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  SET datestyle = 'ISO, YMD'
  SET intervalstyle = 'postgres'
  RETURN CASE class
    WHEN 'pg_rewrite'::regclass THEN (
      SELECT CASE WHEN w.rulename = '_RETURN'
                  THEN format(E'CREATE %s %s AS\n%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
                              c.oid::regclass, pg_get_viewdef(c.oid))
                  ELSE pg_get_ruledef(w.oid) END
      FROM pg_rewrite AS w JOIN pg_class AS c ON c.oid = w.ev_class
      WHERE w.oid = object)
    WHEN 'pg_policy'::regclass THEN (
      SELECT concat_ws(' ', format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass),
               CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
               'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
               'TO ' || (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(p.polroles) AS r),
               'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') || ';'
      FROM pg_policy AS p
      WHERE p.oid = object)
    WHEN 'pg_constraint'::regclass THEN (
      SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s;', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
      FROM pg_constraint AS c
      WHERE c.oid = object AND c.conrelid <> 0)
    WHEN 'pg_attrdef'::regclass THEN (
      SELECT format('default or generated from %s', pg_get_expr(d.adbin, d.adrelid)) FROM pg_attrdef AS d WHERE d.oid = object)
    WHEN 'pg_trigger'::regclass THEN pg_get_triggerdef(object) || ';'
    WHEN 'pg_proc'::regclass THEN (
      SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p WHERE p.oid = object AND p.prokind IN ('f', 'p', 'w'))
    WHEN 'pg_class'::regclass THEN (SELECT pg_get_indexdef(i.indexrelid) || ';' FROM pg_index AS i WHERE i.indexrelid = object)
  END;
COMMENT ON FUNCTION saas_metrics._definition(oid, oid) IS
  'The statement that makes a view, rule, policy, constraint, trigger, function or index again; NULL for what else there is. Part of the verbs.';

-- Through views: who loses one loses those that read it.
CREATE FUNCTION saas_metrics._dependents(
    relations oid[], of_column name, OUT class oid, OUT object oid, OUT relation oid
  ) RETURNS SETOF record
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE needed (class, object, part) AS (
    SELECT 'pg_class'::regclass::oid, r, (SELECT a.attnum::integer FROM pg_attribute AS a WHERE a.attrelid = r AND a.attname = of_column)
    FROM unnest(relations) AS r
    UNION
    SELECT next.*
    FROM (
      SELECT d.classid, d.objid, n.class AS needed_class, n.object AS needed_object
      FROM needed AS n
      JOIN pg_depend AS d ON d.refclassid = n.class AND d.refobjid = n.object AND (n.part IS NULL OR d.refobjsubid = n.part)
    ) AS d
    CROSS JOIN LATERAL (
      SELECT d.classid, d.objid, NULL::integer
      UNION ALL
      SELECT 'pg_class'::regclass, w.ev_class, NULL
      FROM pg_rewrite AS w
      WHERE d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid AND w.rulename = '_RETURN'
        AND d.needed_object <> w.ev_class
    ) AS next
  )
  SELECT DISTINCT n.class, n.object,
         coalesce(w.ev_class, t.tgrelid, p.polrelid, nullif(c.conrelid, 0), a.adrelid, i.indrelid, k.oid)
  FROM needed AS n
  LEFT JOIN pg_rewrite AS w ON n.class = 'pg_rewrite'::regclass AND w.oid = n.object
  LEFT JOIN pg_trigger AS t ON n.class = 'pg_trigger'::regclass AND t.oid = n.object
  LEFT JOIN pg_policy AS p ON n.class = 'pg_policy'::regclass AND p.oid = n.object
  LEFT JOIN pg_constraint AS c ON n.class = 'pg_constraint'::regclass AND c.oid = n.object
  LEFT JOIN pg_attrdef AS a ON n.class = 'pg_attrdef'::regclass AND a.oid = n.object
  LEFT JOIN pg_index AS i ON n.class = 'pg_class'::regclass AND i.indexrelid = n.object
  LEFT JOIN pg_class AS k ON n.class = 'pg_class'::regclass AND k.oid = n.object
  -- A view is named by its rule, which has its definition, a constraint trigger by the trigger; types and
  -- the like go with their tables.
  WHERE n.class <> 'pg_type'::regclass AND t.tgisinternal IS NOT TRUE AND c.contype IS DISTINCT FROM 't'
    AND (k.oid IS NULL OR k.relkind NOT IN ('v', 'm') AND k.relnamespace <> 'pg_toast'::regnamespace)
$$;
COMMENT ON FUNCTION saas_metrics._dependents(oid[], name) IS
  'The objects that depend on relations, or on their column of a name, directly or through views: catalog, object, and the relation that the object is part of. Part of the verbs.';

CREATE FUNCTION saas_metrics._described(class oid, object oid) RETURNS text
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN coalesce(
    (SELECT format('%s %s', CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, c.oid::regclass)
     FROM pg_rewrite AS w JOIN pg_class AS c ON c.oid = w.ev_class
     WHERE class = 'pg_rewrite'::regclass AND w.oid = object AND w.rulename = '_RETURN'),
    (SELECT pg_describe_object(d.classid, d.objid, 0)
     FROM pg_depend AS d WHERE (d.classid, d.objid) = (class, object) LIMIT 1))
  || coalesce(E':\n' || saas_metrics._definition(class, object), '');
COMMENT ON FUNCTION saas_metrics._described(oid, oid) IS 'The kind, name and definition of an object that depends on another; NULL if there is none. Part of the verbs.';

CREATE FUNCTION saas_metrics._is_own_rule(ledger name, class oid, object oid) RETURNS boolean
  STABLE STRICT LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN class = 'pg_rewrite'::regclass AND EXISTS (
    SELECT
    FROM pg_rewrite AS w
    JOIN saas_metrics._own_relations(ledger) AS o ON o.relation = w.ev_class
    WHERE w.oid = object AND w.rulename = '_RETURN');
COMMENT ON FUNCTION saas_metrics._is_own_rule(name, oid, oid) IS
  'Whether an object is the query of a view of the ledger''s own. Part of the verbs.';

CREATE FUNCTION saas_metrics._losses_of_views(ledger name, views oid[]) RETURNS SETOF text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT saas_metrics._described(d.class, d.object) COLLATE "C" AS described
  FROM saas_metrics._dependents(views, NULL::name) AS d
  WHERE NOT saas_metrics._is_own_rule(ledger, d.class, d.object)
  ORDER BY described
$$;
COMMENT ON FUNCTION saas_metrics._losses_of_views(name, oid[]) IS
  'The user''s objects that would be lost with views of a ledger, with their definitions. Part of bind and upgrade_ledger.';

-- Plain indexes and keys change their type with the column; NOT NULL does not care.
CREATE FUNCTION saas_metrics._losses_of_retype(ledger name, tables oid[]) RETURNS SETOF text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT saas_metrics._described(d.class, d.object) COLLATE "C" AS described
  FROM saas_metrics._dependents(tables, 'customer_id'::name) AS d
  LEFT JOIN pg_index AS i ON d.class = 'pg_class'::regclass AND i.indexrelid = d.object
  LEFT JOIN pg_constraint AS c ON d.class = 'pg_constraint'::regclass AND c.oid = d.object
  WHERE NOT saas_metrics._is_own_rule(ledger, d.class, d.object)
    AND d.object <> ALL (tables)
    AND (i.indexrelid IS NULL OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
    AND (c.oid IS NULL OR c.contype NOT IN ('p', 'u', 'n')) AND d.class <> 'pg_statistic_ext'::regclass
  ORDER BY described
$$;
COMMENT ON FUNCTION saas_metrics._losses_of_retype(name, oid[]) IS
  'The user''s objects that depend on the type of customer_id in tables of a ledger, with their definitions. Part of bind.';

-- Not what its user made of the ledger's own tables, such as policies and indexes: without those it is for nothing.
CREATE FUNCTION saas_metrics._losses_of_drop(ledger name) RETURNS SETOF text
  STABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH own AS MATERIALIZED (
    SELECT o.relation FROM saas_metrics._own_relations(ledger) AS o
  ),
  lost (class, object) AS (
    SELECT d.class, d.object
    FROM saas_metrics._dependents((SELECT array_agg(o.relation::oid) FROM own AS o), NULL::name) AS d
    WHERE d.class IN ('pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass, 'pg_proc'::regclass)
      AND NOT EXISTS (SELECT FROM own AS o WHERE o.relation = d.relation)
    UNION
    SELECT CASE WHEN w.oid IS NULL THEN d.classid ELSE 'pg_rewrite'::regclass END, coalesce(w.oid, d.objid)
    FROM pg_namespace AS n
    JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
                       AND d.deptype = 'n' AND d.classid <> 'pg_statistic_ext'::regclass
    LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_class'::regclass AND w.ev_class = d.objid AND w.rulename = '_RETURN'
    WHERE n.nspname = ledger
      AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM own AS o WHERE o.relation = d.objid))
  )
  SELECT saas_metrics._described(l.class, l.object) COLLATE "C" AS described
  FROM lost AS l
  ORDER BY described
$$;
COMMENT ON FUNCTION saas_metrics._losses_of_drop(name) IS
  'The user''s objects that would be lost with a ledger, in its schema or outside, with their definitions. Part of drop_ledger.';

CREATE FUNCTION saas_metrics._refuse_losses(message text, hint text, losses text[]) RETURNS void
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(losses) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = '2BP01', HINT = hint, DETAIL = array_to_string(losses, E'\n'),
      MESSAGE = format(message, regexp_replace(split_part(losses[1], E':\n', 1), '^(materialized )?view ', ''));
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._refuse_losses(text, text, text[]) IS
  'Raises 2BP01 if something would be lost: the message with the first of it in place of %s, all of it as the detail. Part of the verbs.';
