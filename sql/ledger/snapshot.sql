-- Recording what is only known as it is now -----------------------------------------

-- An item that ended before its first snapshot counted until then: a stretch that was paid for, and one that counts nothing.
CREATE FUNCTION saas_metrics._record_past_ends(recorded_at timestamptz) RETURNS bigint
  LANGUAGE plpgsql
AS $$
DECLARE
  stretches bigint;
BEGIN
  INSERT INTO subscription_periods_rows (
    customer_id, subscription_id, item_id, product, plan, kind, quantity, amount, discount, discount_kind, currency, billing_period,
    starts_at, ends_at, status, cancel_requested_at, access_ends_at, churn_kind, churn_reason)
  SELECT c.customer_id, c.subscription_id, c.item_id, c.product, c.plan, c.kind, c.quantity, c.amount, c.discount, c.discount_kind,
         c.currency, c.billing_period, s.starts_at, s.ends_at, s.status, c.cancel_requested_at, c.access_ends_at, c.churn_kind, c.churn_reason
  FROM current_subscriptions AS c,
       LATERAL (VALUES (c.started_at, c.access_ends_at, 'active'), (c.access_ends_at, NULL, 'canceled')) AS s (starts_at, ends_at, status)
  WHERE c.status = 'canceled' AND c.started_at < c.access_ends_at AND c.access_ends_at <= _record_past_ends.recorded_at
    AND NOT EXISTS (SELECT FROM subscription_periods_rows AS r
                    WHERE r.customer_id = c.customer_id AND r.item_id = c.item_id
                      AND coalesce(r.subscription_id, '') = coalesce(c.subscription_id, ''));
  GET DIAGNOSTICS stretches = ROW_COUNT;
  RETURN stretches / 2;
END
$$;
COMMENT ON FUNCTION saas_metrics._record_past_ends(timestamptz) IS
  'Records the items of current_subscriptions that are seen for the first time and ended before; returns how many. Part of record_snapshot.';

CREATE FUNCTION saas_metrics._require_items_once() RETURNS void
  STABLE LANGUAGE plpgsql
AS $$
DECLARE
  twice text;
BEGIN
  SELECT CASE WHEN c.customer_id IS NULL OR c.item_id IS NULL
              THEN pg_catalog.format('a row without %s', CASE WHEN c.item_id IS NULL THEN 'item_id' ELSE 'customer_id' END)
              ELSE pg_catalog.format('item %s of customer %s twice', pg_catalog.left(c.item_id, 100), pg_catalog.left(c.customer_id::text, 100)) END
    INTO twice
  FROM current_subscriptions AS c
  GROUP BY c.customer_id, c.subscription_id, c.item_id
  HAVING pg_catalog.count(*) > 1 OR c.customer_id IS NULL OR c.item_id IS NULL
  LIMIT 1;
  IF twice IS NOT NULL THEN
    RAISE EXCEPTION 'current_subscriptions has %', twice
      USING ERRCODE = '22023', HINT = 'Give one row for each item, with its customer.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._require_items_once() IS
  'Raises 22023 unless each row of current_subscriptions has a customer and an item of its own. Part of record_snapshot.';

CREATE FUNCTION saas_metrics.record_snapshot(
    ledger name,
    OUT opened bigint,
    OUT closed bigint,
    OUT unchanged bigint,
    OUT recorded_at timestamptz
  )
  LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner_wrapper';
CREATE FUNCTION saas_metrics.record_snapshot_as_owner(
    ledger name,
    OUT opened bigint,
    OUT closed bigint,
    OUT unchanged bigint,
    OUT recorded_at timestamptz
  )
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
AS $$
DECLARE
  past bigint;
BEGIN
  PERFORM saas_metrics._lock_ledger(ledger);
  PERFORM saas_metrics._require_views(ledger);
  IF EXISTS (SELECT FROM bindings AS b WHERE b.input = 'subscription_periods' AND b.bound) THEN
    RAISE EXCEPTION 'input "subscription_periods" is bound to a query'
      USING ERRCODE = '55000', HINT = 'Snapshots fill subscription_periods_rows. Unbind subscription_periods first, or, where it has all the history, do without snapshots.';
  END IF;
  PERFORM saas_metrics._require_items_once();
  SELECT CASE WHEN c.today = (now() AT TIME ZONE c.time_zone)::date THEN now()
              ELSE c.today::timestamp AT TIME ZONE c.time_zone END
    INTO recorded_at
  FROM ledger_clock AS c;

  past := saas_metrics._record_past_ends(recorded_at);
  WITH compared AS (
    SELECT o.ctid AS place, o.starts_at AS opened_at, c AS row, c.item_id IS NOT NULL AS present,
           (o.product, o.plan, o.kind, o.quantity, o.amount, o.discount, o.discount_kind, o.currency,
            o.billing_period, o.status, o.cancel_requested_at, o.access_ends_at, o.churn_kind, o.churn_reason)
           IS NOT DISTINCT FROM
           (c.product, c.plan, c.kind, c.quantity, c.amount, c.discount, c.discount_kind, c.currency,
            c.billing_period, c.status, c.cancel_requested_at, c.access_ends_at, c.churn_kind, c.churn_reason)
           AND o.item_id IS NOT NULL AS same
    FROM current_subscriptions AS c
    FULL JOIN (SELECT r.ctid, r.* FROM subscription_periods_rows AS r
               WHERE r.ends_at IS NULL AND r.item_id IS NOT NULL) AS o
      ON (o.customer_id, o.item_id) = (c.customer_id, c.item_id)
         AND coalesce(o.subscription_id, '') = coalesce(c.subscription_id, '')
  ),
  ended AS (
    UPDATE subscription_periods_rows AS r
    SET ends_at = greatest(record_snapshot_as_owner.recorded_at, r.starts_at)
    FROM compared AS d
    WHERE r.ctid = d.place AND NOT d.same
    RETURNING 1
  ),
  begun AS (
    INSERT INTO subscription_periods_rows (
      customer_id, subscription_id, item_id, product, plan, kind, quantity, amount, discount,
      discount_kind, currency, billing_period, starts_at, status, cancel_requested_at,
      access_ends_at, churn_kind, churn_reason)
    SELECT (d.row).customer_id, (d.row).subscription_id, (d.row).item_id, (d.row).product, (d.row).plan,
           (d.row).kind, (d.row).quantity, (d.row).amount, (d.row).discount, (d.row).discount_kind,
           (d.row).currency, (d.row).billing_period,
           CASE WHEN EXISTS (SELECT FROM subscription_periods_rows AS r
                             WHERE r.customer_id = (d.row).customer_id AND r.item_id = (d.row).item_id
                               AND coalesce(r.subscription_id, '') = coalesce((d.row).subscription_id, ''))
                THEN record_snapshot_as_owner.recorded_at
                ELSE coalesce((d.row).started_at, record_snapshot_as_owner.recorded_at) END,
           (d.row).status, (d.row).cancel_requested_at, (d.row).access_ends_at, (d.row).churn_kind,
           (d.row).churn_reason
    FROM compared AS d
    WHERE d.present AND NOT d.same
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM begun) + 2 * past, (SELECT count(*) FROM ended) + past,
         (SELECT count(*) FROM compared AS d WHERE d.same) - past
    INTO opened, closed, unchanged;
END
$$;
COMMENT ON FUNCTION saas_metrics.record_snapshot_as_owner(name) IS 'The body of record_snapshot, run as the owner of the ledger. Part of record_snapshot.';
COMMENT ON FUNCTION saas_metrics.record_snapshot(name) IS
  'For tables that keep only the current state: compares the input current_subscriptions with the open stretches in subscription_periods_rows, ends those of items that changed or are gone, and begins new ones, all now; an item seen for the first time begins at its started_at and, if it is canceled with an access_ends_at that is over, counts until then. Without changes it writes nothing. Call it as often as changes are to be dated. Returns how many stretches it opened and closed, how many items are unchanged, and the instant. Errors: 55000 while subscription_periods is bound, 22023 for an item given twice or without item_id or customer.';
