-- What a TRUNCATE of a watched table calls: all customers are to be looked at again. Writers need no
-- right on the ledger.
CREATE FUNCTION mark_all() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = :ledger, pg_temp
AS $$
BEGIN
  -- Not those of the inputs: to read other tables while one is locked would invite deadlocks.
  INSERT INTO changed_customers
  SELECT DISTINCT l.customer_id FROM current_lines AS l
  UNION ALL
  SELECT NULL;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION mark_all() FROM PUBLIC;
COMMENT ON FUNCTION mark_all() IS
  'Part of the triggers of watched tables: marks all customers when a table is truncated. Runs with the ledger owner''s rights, so that no writer needs any on the ledger.';
