UPDATE stripe.subscriptions SET status = 'canceled', ended_at = extract(epoch FROM timestamptz '2026-06-29') WHERE customer = :'payer';
