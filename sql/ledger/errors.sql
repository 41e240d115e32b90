-- Errors of bound queries ------------------------------------------------------------

CREATE FUNCTION saas_metrics._blame_query(state text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  culprit text;
  found_state text;
  problem text;
  detail text;
BEGIN
  -- Errors that a retry may solve, and those that have nothing to do with the query.
  IF state ~ '^(40|53|57|58|XX)' OR state IN ('55P03', '55006') THEN
    RETURN;
  END IF;
  -- An input after those that it may be made of.
  FOR culprit IN
    SELECT b.input FROM bindings AS b
    WHERE b.bound
    ORDER BY b.input = 'subscription_periods', b.input
  LOOP
    BEGIN
      -- As a whole, so that each column is computed.
      EXECUTE pg_catalog.format('SELECT count(i) FROM %I AS i', culprit);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS found_state = RETURNED_SQLSTATE, problem = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    END;
    IF found_state = state THEN
      RAISE EXCEPTION 'the query bound to % fails: %', culprit,
                      pg_catalog.left(pg_catalog.concat_ws(': ', problem, nullif(detail, '')), 500)
        USING ERRCODE = state,
              HINT = pg_catalog.concat_ws(' ',
                       pg_catalog.format('Correct the query with saas_metrics.bind, or the rows that it fails for. SELECT * FROM %I.%I shows the error alone.',
                                         pg_catalog.current_schema(), culprit),
                       CASE WHEN problem LIKE 'invalid input syntax for type interval%' THEN saas_metrics._interval_hint() END);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION saas_metrics._blame_query(text) IS
  'Raises the error of the bound query that fails with this SQLSTATE; nothing if there is none. Errors that a retry may solve are not the query''s. Part of refresh.';
