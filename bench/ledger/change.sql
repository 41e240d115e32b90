-- One recent change for each of :count customers, :step apart.
INSERT INTO periods (customer_id, subscription_id, item_id, product, plan, amount, discount, billing_period, starts_at)
SELECT id, id, id * 8 + 7, 'Starter', 'solo', 9.90, 0.99, interval '1 month', timestamptz '2025-12-15 00:00+00'
  FROM generate_series(:first, :first + (:count - 1) * :step, :step) AS id
