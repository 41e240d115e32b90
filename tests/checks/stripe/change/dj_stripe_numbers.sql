UPDATE stripe.djstripe_subscription SET stripe_data = stripe_data || '{"status": "canceled", "ended_at": 1782691200}' WHERE customer_id = :'payer';
