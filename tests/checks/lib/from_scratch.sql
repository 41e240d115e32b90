-- A ledger against one that is made from nothing of the same inputs, settings and policies.
-- Without concurrent writers, or in one snapshot (REPEATABLE READ), nothing may differ.
CREATE FUNCTION differences_from_scratch(ledger name, objects text[])
  RETURNS TABLE (object text, problem text, line jsonb)
  LANGUAGE plpgsql
  SET jit = off
  SET client_min_messages = error
AS $$
DECLARE
  settings record;
  input record;
  sides text[];
BEGIN
  EXECUTE format('SELECT * FROM %I.ledger_settings', ledger) INTO settings;
  PERFORM saas_metrics.create_ledger('scratch', settings.currency, settings.time_zone);
  FOR input IN EXECUTE format('SELECT * FROM %I.bindings WHERE bound', ledger) LOOP
    PERFORM saas_metrics.bind('scratch', input.input, input.query);
  END LOOP;
  FOREACH object IN ARRAY '{subscription_periods_rows, customers_rows, fx_rates_rows, policies}'::text[] LOOP
    EXECUTE format('INSERT INTO scratch.%I SELECT * FROM %I.%1$I', object, ledger);
  END LOOP;
  PERFORM saas_metrics.set_policy('scratch', settings.policy);
  FOREACH object IN ARRAY objects LOOP
    SELECT array_agg(format('SELECT to_jsonb(t) - ''recorded_by'' FROM %I.%I AS t', side, object)) INTO sides
    FROM unnest(ARRAY[ledger, 'scratch']) AS side;
    RETURN QUERY EXECUTE format('SELECT %1$L, ''wrong'', * FROM (%2$s EXCEPT ALL %3$s) AS wrong
                                 UNION ALL
                                 SELECT %1$L, ''missing'', * FROM (%3$s EXCEPT ALL %2$s) AS missing',
                                object, sides[1], sides[2]);
  END LOOP;
  PERFORM saas_metrics.drop_ledger('scratch');
END
$$;
