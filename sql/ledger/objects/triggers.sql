-- What a TRUNCATE of a watched table calls: all customers are to be looked at again. Writers need no
-- right on the ledger. It finds the ledger by its own schema, which may be renamed.
CREATE FUNCTION mark_all() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Not those of the inputs: to read other tables while one is locked would invite deadlocks. As of
  -- now: a transaction may have begun before a customer came who goes with this.
  PERFORM saas_metrics._execute_as_of_now(format(
    'INSERT INTO %1$I.changed_customers SELECT DISTINCT l.customer_id FROM %1$I.current_lines AS l UNION ALL SELECT NULL',
    saas_metrics._ledger_of_trigger(TG_RELID, TG_NAME)));
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION mark_all() FROM PUBLIC;
COMMENT ON FUNCTION mark_all() IS
  'Part of the triggers of watched tables: marks all customers when a table is truncated. Runs with the ledger owner''s rights, so that no writer needs any on the ledger.';
