-- Who changed since the last refresh.

-- Those of tables that are watched by a query; made anew by watch and unwatch.
CREATE VIEW changed_by_query AS
  SELECT c.customer_id FROM changed_customers AS c WHERE false;
COMMENT ON VIEW changed_by_query IS 'The customers of changed_rows, told by the queries of watched tables.';

CREATE VIEW pending_customers AS
  SELECT c.customer_id FROM changed_customers AS c
  UNION ALL
  SELECT q.customer_id FROM changed_by_query AS q;
COMMENT ON VIEW pending_customers IS
  'The customers changed since the last refresh, once for each change; NULL where it cannot be told whose.';
