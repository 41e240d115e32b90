-- The customers of the marks that were taken, and whether everybody has to be looked at. A customer that no
-- key can hold is among the rows of no customer.
SELECT array_agg(DISTINCT s.customer_id) FILTER (WHERE octet_length(s.customer_id::text) <= :longest_text)::text[],
       coalesce(bool_or(s.customer_id IS NULL OR s.scope <> 'r' OR octet_length(s.customer_id::text) > :longest_text), false)
FROM seen AS s
