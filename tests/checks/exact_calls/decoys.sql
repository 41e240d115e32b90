-- Beside each function of the extension that its own SQL calls, decoys: functions of its name that
-- take nearly its types. A call whose arguments have exactly the declared types never meets one; any
-- other does, as it would meet an overload of a stranger's. A decoy says in the server's log that the
-- extension called it, and by which function, and goes on to what was meant.

CREATE SCHEMA decoys;
GRANT USAGE ON SCHEMA decoys TO PUBLIC;

-- Types that a careless call may have in the place of one.
CREATE FUNCTION decoys.mistakable(type regtype) RETURNS SETOF regtype LANGUAGE sql AS $$
    SELECT type
    UNION
    SELECT unnest(CASE type
        WHEN 'name'::regtype THEN '{text,varchar}'
        WHEN 'text'::regtype THEN '{name,varchar}'
        WHEN 'numeric'::regtype THEN '{text,int4,int8}'
        WHEN 'int8'::regtype THEN '{text,int4,numeric}'
        WHEN 'int4'::regtype THEN '{text,int8,int2}'
        WHEN 'date'::regtype THEN '{text,timestamp,timestamptz}'
        WHEN 'timestamp'::regtype THEN '{text,date,timestamptz}'
        WHEN 'timestamptz'::regtype THEN '{text,date,timestamp}'
        WHEN 'regclass'::regtype THEN '{text,oid}'
        WHEN 'oid'::regtype THEN '{text,regclass}'
        WHEN 'text[]'::regtype THEN '{text,name[]}'
        WHEN 'name[]'::regtype THEN '{text,text[]}'
        ELSE '{text}'
    END::regtype[])
$$;

-- All lists of types that may be mistaken for these; of long lists only those that differ in one place.
CREATE FUNCTION decoys.lists(types regtype[]) RETURNS SETOF regtype[] LANGUAGE plpgsql AS $$
BEGIN
    types := types[0:cardinality(types) - 1]; -- that of a function counts from 0
    IF cardinality(types) <= 3 THEN
        RETURN QUERY WITH RECURSIVE list AS (
            SELECT '{}'::regtype[] AS list, 0 AS n
            UNION ALL
            SELECT l.list || m, l.n + 1 FROM list AS l, decoys.mistakable(types[l.n + 1]) AS m WHERE l.n < cardinality(types))
        SELECT l.list FROM list AS l WHERE l.n = cardinality(types);
    ELSE
        RETURN QUERY SELECT types[:i - 1] || m || types[i + 1:] FROM generate_subscripts(types, 1) AS i, decoys.mistakable(types[i]) AS m;
    END IF;
END
$$;

-- Who called, by the context of the decoy: the function nearest to it, if it is the extension's.
CREATE FUNCTION decoys.report(called text, context text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOREACH line IN ARRAY (string_to_array(context, E'\n'))[2:] LOOP
        IF line ~ '^(PL/pgSQL|SQL) function ' THEN
            IF EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'saas_metrics'::regnamespace
                          AND proname = substring(line FROM 'function "?(?:saas_metrics\.)?(\w+)')) THEN
                RAISE LOG 'inexact call of % by %', called, line;
            END IF;
            RETURN;
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION decoys.make(f pg_proc, types regtype[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    names text[] := coalesce(f.proargnames, '{}');
    arguments text := (SELECT string_agg(format('%s %s', quote_ident(nullif(names[i], '')), types[i]), ', ' ORDER BY i) FROM generate_series(1, f.pronargs::int) AS i);
    out_arguments text := (SELECT string_agg(format('OUT %I %s', names[i], f.proallargtypes[i]::regtype), ', ' ORDER BY i)
                             FROM generate_subscripts(f.proargmodes, 1) AS i WHERE f.proargmodes[i] = 'o');
    call text := format('saas_metrics.%I(%s)', f.proname, (
        SELECT string_agg(format('decoy_%s::%s', i, f.proargtypes[i - 1]::regtype), ', ' ORDER BY i)
          FROM generate_series(1, f.pronargs::int) AS i));
    aliases text := (SELECT string_agg(format('decoy_%s ALIAS FOR $%1$s;', i), ' ') FROM generate_series(1, f.pronargs::int) AS i);
BEGIN
    EXECUTE format($make$
        CREATE FUNCTION saas_metrics.%I(%s) RETURNS %s LANGUAGE plpgsql AS $decoy$
        DECLARE %s context_of_decoy text;
        BEGIN
            GET DIAGNOSTICS context_of_decoy = PG_CONTEXT;
            PERFORM decoys.report(%L, context_of_decoy);
            %s;
        END $decoy$ $make$,
        f.proname, concat_ws(', ', arguments, out_arguments),
        pg_get_function_result(f.oid), aliases,
        format('saas_metrics.%s(%s)', f.proname, array_to_string(types, ', ')),
        CASE WHEN f.prorettype = 'void'::regtype THEN 'PERFORM ' || call
             WHEN f.proretset THEN 'RETURN QUERY SELECT * FROM ' || call
             WHEN out_arguments IS NOT NULL THEN format('SELECT * INTO %s FROM %s',
                 (SELECT string_agg(quote_ident(names[i]), ', ' ORDER BY i) FROM generate_subscripts(f.proargmodes, 1) AS i WHERE f.proargmodes[i] = 'o'), call)
             ELSE 'RETURN ' || call END);
EXCEPTION WHEN duplicate_function THEN
    NULL; -- an overload of the extension's own
END
$$;

CREATE TABLE decoys.original AS
    SELECT f.oid
      FROM pg_proc AS f
     WHERE f.pronamespace = 'saas_metrics'::regnamespace AND f.prokind = 'f' AND f.pronargs > 0 AND f.provariadic = 0
       AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid = ANY (f.proargtypes::oid[] || f.prorettype) AND t.typtype = 'p' AND t.typname NOT IN ('void', 'record'))
       -- By another function, or by what the library holds.
       AND (f.proname LIKE '\_%' OR EXISTS (SELECT FROM pg_proc AS c WHERE c.pronamespace = f.pronamespace AND c.prosrc ~ ('\m' || f.proname || '\(')));

SELECT count(decoys.make(f, list)) FROM decoys.original AS o JOIN pg_proc AS f USING (oid), decoys.lists(f.proargtypes::oid[]::regtype[]) AS list;

-- SQL functions say what they call without being run: in a body that is parsed when it is made.
CREATE SCHEMA probes;
CREATE TABLE decoys.unknown (function text, why text);
DO $$
DECLARE
    f pg_proc;
BEGIN
    FOR f IN SELECT p.* FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
              WHERE p.pronamespace = 'saas_metrics'::regnamespace AND l.lanname = 'sql' AND p.prosqlbody IS NULL LOOP
        PERFORM set_config('search_path', coalesce((SELECT substr(c, 13) FROM unnest(f.proconfig) AS c WHERE c LIKE 'search_path=%'), 'public'), true);
        BEGIN
            EXECUTE format('CREATE FUNCTION probes.%I(%s) RETURNS %s LANGUAGE sql BEGIN ATOMIC %s; END', f.proname,
                           pg_get_function_arguments(f.oid), pg_get_function_result(f.oid), regexp_replace(f.prosrc, ';?\s*$', E'\n'));
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO decoys.unknown VALUES (f.oid::regprocedure::text, SQLERRM);
        END;
    END LOOP;
END
$$;
CREATE VIEW decoys.met AS
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS caller, c.oid::regprocedure AS called
      FROM pg_depend AS d JOIN pg_proc AS c ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = c.oid
     WHERE c.prosrc LIKE '%context\_of\_decoy%';
