-- A load of many rows, of customers in the order of their arrival.
INSERT INTO periods (customer_id, subscription_id, item_id, product, plan, amount, discount, billing_period, starts_at, ends_at)
SELECT customer_id, subscription_id, item_id, product, plan, amount, discount, billing_period, starts_at, ends_at
  FROM periods
 ORDER BY id
 LIMIT 300000
