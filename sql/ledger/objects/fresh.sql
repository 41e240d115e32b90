-- Lines and rollup with what changed since the last refresh.

-- The customers changed since the last refresh: as they were and as they are. Each is found by an
-- index, and the planner takes an array of unknown length for a short one.
CREATE VIEW pending_lines AS
  SELECT -1 AS sign, k.*
  FROM kept_lines AS k
  WHERE k.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c))
  UNION ALL
  SELECT 1, found.customer_id, l.*, NULL::bigint
  FROM (
    SELECT p.customer_id,
           saas_metrics.ledger_lines(
             (SELECT s.settings FROM engine_settings AS s), NULL, :each_input(p.%)) AS lines
    FROM subscription_periods AS p
    WHERE p.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c))
      AND NOT EXISTS (
        SELECT FROM customers AS t
        WHERE t.is_test AND t.customer_id = p.customer_id
          AND t.customer_id = ANY (ARRAY(SELECT DISTINCT c.customer_id FROM pending_customers AS c)))
    GROUP BY p.customer_id
  ) AS found, unnest(found.lines) AS l;
COMMENT ON VIEW pending_lines IS
  'The lines of the customers changed since the last refresh: sign -1, as they were then; sign 1, as they are now.';

CREATE VIEW fresh_lines AS
  SELECT k.*
  FROM kept_lines AS k
  WHERE NOT EXISTS (SELECT FROM pending_customers AS c WHERE c.customer_id = k.customer_id)
  UNION ALL
  SELECT p.customer_id, p.seq, p.effective_at, :each_column(p.%), p.recorded_by
  FROM pending_lines AS p
  WHERE p.sign = 1;
COMMENT ON VIEW fresh_lines IS
  'The lines of all movements; those of customers changed since the last refresh as they are now.';

CREATE VIEW whole_rollup AS
  SELECT r.*
  FROM rollup AS r
  UNION ALL
  SELECT sums.*
  FROM (
    SELECT saas_metrics.ledger_contributions(
             l.sign, (SELECT c.settled_on FROM ledger_clock AS c),
             :each_column(l.%)) AS found
    FROM pending_lines AS l
  ) AS pending, unnest(pending.found) AS sums;
COMMENT ON VIEW whole_rollup IS 'The rollup with what changed since the last refresh.';
