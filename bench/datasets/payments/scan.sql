-- The limit: what reading the columns costs.
SELECT count(*), max(customer_id), max(paid_on), sum(amount) FROM payments
