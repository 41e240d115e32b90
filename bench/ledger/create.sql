SELECT saas_metrics.create_ledger('metrics', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.bind('metrics', 'subscription_periods', $$
    SELECT customer_id, subscription_id, item_id, product, plan, amount, discount, billing_period, starts_at, ends_at
      FROM bench.periods $$);
INSERT INTO metrics.policies (policy, discount) VALUES ('full_price', 'none');
