UPDATE stripe.subscription_history SET status = 'canceled', ended_at = '2026-06-29' WHERE customer_id = :'payer' AND _fivetran_active;
