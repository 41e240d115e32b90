UPDATE stripe.subscriptions SET _raw_data = _raw_data || '{"status": "canceled", "ended_at": 1782691200}' WHERE customer = :'payer';
