-- The customers that changed since the last refresh.

-- The marks in all queues; watch and unwatch replace this view.
CREATE VIEW marks AS
  SELECT c.customer_id, c.scope FROM changed_customers AS c;
COMMENT ON VIEW marks IS
  'The marks of all watched tables since the last refresh: of a customer, of everybody or of nobody knows whom.';
COMMENT ON COLUMN marks.customer_id IS 'The customer; NULL if the scope is not r, or if a row without customer changed.';
COMMENT ON COLUMN marks.scope IS
  'r: the customer of a row that changed; e: everybody, as a table was truncated; u: unknown, as a column that the mark is made of is not as it was.';

-- A limit that is only known at run time keeps the planner from reckoning with all lines.
CREATE VIEW pending_customers AS
  SELECT m.customer_id FROM marks AS m
  UNION ALL
  (SELECT everybody.customer_id
   FROM (
     SELECT l.customer_id
     FROM current_lines AS l
     LIMIT (SELECT CASE WHEN EXISTS (SELECT FROM marks AS m WHERE m.scope = 'e') THEN NULL::bigint ELSE 0 END)
   ) AS everybody
   LIMIT (SELECT CASE WHEN EXISTS (SELECT FROM marks AS m WHERE m.scope = 'e') THEN NULL::bigint ELSE 0 END));
COMMENT ON VIEW pending_customers IS
  'The customers changed since the last refresh, once for each change; NULL where it is not known who.';
