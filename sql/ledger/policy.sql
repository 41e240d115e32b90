-- Changing the policy -------------------------------------------------------------

CREATE FUNCTION saas_metrics.set_policy(
    ledger name,
    policy text,
    OUT periods bigint,
    OUT customers bigint,
    OUT movements_added bigint,
    OUT movements_superseded bigint,
    OUT rows_rejected bigint,
    OUT duration interval
  )
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.set_policy_as_owner(
    ledger name,
    policy text,
    OUT periods bigint,
    OUT customers bigint,
    OUT movements_added bigint,
    OUT movements_superseded bigint,
    OUT rows_rejected bigint,
    OUT duration interval
  )
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  IF policy IS NULL THEN
    RAISE EXCEPTION 'policy must not be NULL' USING ERRCODE = '22004', HINT = 'Give the name of a policy.';
  END IF;
  PERFORM saas_metrics._use_policy(policy);
  UPDATE ledger_settings AS s SET policy = set_policy_as_owner.policy, everything = true, anew = true;
  -- The refresh sums everything up again.
  DELETE FROM rollup;
  SELECT r.* INTO periods, customers, movements_added, movements_superseded, rows_rejected, duration
  FROM saas_metrics.refresh(ledger) AS r;
END
$$;
COMMENT ON FUNCTION saas_metrics.set_policy_as_owner(name, text) IS 'The body of set_policy, run as the owner of the ledger. Part of set_policy.';
COMMENT ON FUNCTION saas_metrics.set_policy(name, text) IS
  'Makes rows count by another policy, a built-in one (saas_metrics.policies) or one of the ledger''s own table policies, and refreshes all customers. Also takes in what was changed in the policy of this name. What was sealed stays readable, and the change shows in restatements. Returns what refresh returns. Errors: 22023 for an unknown policy or an option of it that cannot be read.';
