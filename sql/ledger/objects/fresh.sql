-- Lines and rollup with what changed since the last refresh.

-- The customers changed since the last refresh: as they were and as they are. Each is found by an
-- index, and the planner takes an array of unknown length for a short one.
CREATE VIEW outdated_lines AS
  SELECT k.*
  FROM kept_lines AS k
  WHERE k.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c));
COMMENT ON VIEW outdated_lines IS
  'The lines of the customers changed since the last refresh, as they were then.';

CREATE VIEW pending_movements AS
  SELECT p.customer_id,
         saas_metrics.ledger_movements(
           (SELECT s.settings FROM engine_settings AS s), NULL, :each_input(p.%)) AS movements
  FROM subscription_periods AS p
  WHERE p.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c))
    AND octet_length(p.customer_id::text) <= :longest_text
    AND NOT EXISTS (
      SELECT FROM customers AS t
      WHERE t.is_test AND t.customer_id = p.customer_id
        AND t.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c)))
    -- Before the first refresh, the changed customers would be shown for all.
    AND (SELECT c.refreshed FROM ledger_clock AS c)
  GROUP BY p.customer_id;
COMMENT ON VIEW pending_movements IS
  'The movements of the customers changed since the last refresh, as they are now.';

CREATE VIEW fresh_lines AS
  SELECT k.*
  FROM kept_lines AS k
  WHERE NOT EXISTS (SELECT FROM pending_customers AS c WHERE c.customer_id = k.customer_id)
  UNION ALL
  SELECT p.customer_id, l.seq, l.effective_at, :each_column(l.%), NULL::bigint
  FROM pending_movements AS p, saas_metrics.ledger_lines(p.movements) AS l;
COMMENT ON VIEW fresh_lines IS
  'The lines of all movements; those of customers changed since the last refresh as they are now.';

-- Slice by slice: a view reads one, and only that is summed up.
CREATE VIEW whole_rollup AS
  SELECT r.*
  FROM rollup AS r
  UNION ALL
  SELECT summed.slice, sums.segment, sums.detail, sums.cohort, sums.age, sums.period_start, sums.counts_from,
         :each_sum(sums.%)
  FROM unnest(saas_metrics._ledger_slices()) AS summed (slice)
  CROSS JOIN LATERAL (
    SELECT saas_metrics.ledger_contributions(
             summed.slice, -1, (SELECT c.settled_on FROM ledger_clock AS c),
             :each_column(l.%)) AS found
    FROM outdated_lines AS l
    UNION ALL
    SELECT saas_metrics.ledger_contributions(
             summed.slice, (SELECT c.settled_on FROM ledger_clock AS c), p.movements)
    FROM pending_movements AS p
  ) AS pending, unnest(pending.found) AS sums;
COMMENT ON VIEW whole_rollup IS 'The rollup with what changed since the last refresh.';
