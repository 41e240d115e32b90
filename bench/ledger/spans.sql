-- The periods as the aggregates take them.
SELECT customer_id, (starts_at AT TIME ZONE 'UTC')::date AS starts_on, (ends_at AT TIME ZONE 'UTC')::date AS ends_on,
       round(CASE billing_period WHEN '1 month' THEN price WHEN '1 year' THEN price / 12 ELSE price * 52 / 12 END, 10) AS mrr
  FROM (SELECT *, amount - discount AS price FROM periods) AS priced
