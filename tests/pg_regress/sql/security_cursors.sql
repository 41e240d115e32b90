-- The code of a ledger's owner runs while its caller has cursors open: it cannot read, move, close or replace them, and
-- leaves none behind.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE ROLE regress_mallory;
CREATE SCHEMA mallory AUTHORIZATION regress_mallory;
CREATE SCHEMA victim;
CREATE TABLE victim.secret AS SELECT i FROM generate_series(1, 5) AS i;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_mallory', current_database()) \gexec
SET SESSION AUTHORIZATION regress_mallory;
CREATE TABLE mallory.seen (what text);
CREATE TABLE mallory.subs (customer text, began date);
INSERT INTO mallory.subs VALUES ('a', '2024-01-01');
CREATE FUNCTION mallory.evil() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN format('ran as %s', current_user); END $$;
CREATE FUNCTION mallory.attack() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  cursor refcursor;
  name text;
  row text;
BEGIN
  IF current_user = session_user THEN
    RETURN true;
  END IF;
  FOR name IN SELECT c.name FROM pg_cursors AS c UNION ALL SELECT format('<unnamed portal %s>', i) FROM generate_series(1, 200) AS i LOOP
    BEGIN
      cursor := name;
      FETCH cursor INTO row;
      -- Not what its own loop reads.
      INSERT INTO mallory.seen SELECT row WHERE row ~ '^[0-9]+$' OR row LIKE 'ran as%';
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    BEGIN
      cursor := name;
      CLOSE cursor;
      EXECUTE format('DECLARE %I CURSOR FOR SELECT mallory.evil() AS ledger', name);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  BEGIN
    EXECUTE 'DECLARE left_behind CURSOR FOR SELECT mallory.evil()';
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN true;
END $$;
SELECT saas_metrics.create_ledger('l_mallory');
SELECT saas_metrics.bind('l_mallory', 'subscription_periods',
  'SELECT customer AS customer_id, 1 AS amount, interval ''1 month'' AS billing_period, began AS starts_on FROM mallory.subs WHERE mallory.attack()');
RESET SESSION AUTHORIZATION;
-- A superuser's cursor, of SQL and of PL/pgSQL, and the job of docs/security.md.
BEGIN;
DECLARE mine CURSOR FOR SELECT i FROM victim.secret ORDER BY i;
FETCH mine;
SELECT movements_added FROM saas_metrics.refresh('l_mallory');
FETCH ALL FROM mine;
SELECT name FROM pg_cursors;
COMMIT;
DO $$
DECLARE
  mine CURSOR FOR SELECT i FROM victim.secret ORDER BY i;
  row text;
  all_found text := '';
BEGIN
  OPEN mine;
  LOOP
    FETCH mine INTO row;
    EXIT WHEN NOT FOUND;
    all_found := all_found || row;
    PERFORM FROM saas_metrics.refresh('l_mallory', everything => true);
  END LOOP;
  RAISE WARNING '%', all_found;
END $$;
DO $$
DECLARE
  each text;
  all_found text := '';
BEGIN
  FOR each IN SELECT i FROM victim.secret ORDER BY i LOOP
    all_found := all_found || each;
    PERFORM FROM saas_metrics.refresh('l_mallory', everything => true);
  END LOOP;
  RAISE WARNING '%', all_found;
END $$;
-- Also after an error of the verb, within a subtransaction and at the top, and with nothing left open.
BEGIN;
DECLARE mine CURSOR WITH HOLD FOR SELECT i FROM victim.secret ORDER BY i;
SAVEPOINT before;
SELECT saas_metrics.set_policy('l_mallory', 'none such');
ROLLBACK TO before;
FETCH mine;
COMMIT;
SELECT saas_metrics.set_policy('l_mallory', 'none such');
FETCH mine;
CLOSE mine;
SELECT count(*) FROM pg_cursors WHERE name <> '';
SELECT what FROM mallory.seen;
SELECT saas_metrics.drop_ledger('l_mallory');
DROP SCHEMA mallory, victim CASCADE;
SELECT format('REVOKE CREATE ON DATABASE %I FROM regress_mallory', current_database()) \gexec
DROP ROLE regress_mallory;
