-- Takes all changes off the queue: the customers, and whether everything has to be looked at, as does
-- $1. Rows that only a query tells the customers of are taken as far as that one sees them; where a
-- column was renamed since, it cannot be asked.
WITH taken AS (
  DELETE FROM changed_customers AS c RETURNING c.customer_id
),
seen AS MATERIALIZED (
  SELECT c.ctid AS place FROM changed_rows AS c
),
told AS MATERIALIZED (
  SELECT q.customer_id FROM changed_by_query AS q
),
renamed AS MATERIALIZED (
  SELECT c.marked_by
  FROM changed_rows AS c
  LEFT JOIN watched_tables AS w ON w.marked_by = c.marked_by
  WHERE EXISTS (SELECT jsonb_object_keys(c.row)::name
                EXCEPT
                SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = w.source_table AND a.attnum > 0)
  LIMIT 1
),
gone AS (
  DELETE FROM changed_rows AS c USING seen AS s WHERE c.ctid = s.place
)
SELECT array_agg(DISTINCT c.customer_id) FILTER (WHERE octet_length(c.customer_id::text) <= :longest_text)::text[],
       -- A customer that no key can hold is among the rows of no customer.
       coalesce(bool_or(c.customer_id IS NULL OR octet_length(c.customer_id::text) > :longest_text), false) OR $1
       OR EXISTS (SELECT FROM renamed)
FROM (SELECT t.customer_id FROM taken AS t UNION ALL SELECT t.customer_id FROM told AS t) AS c
