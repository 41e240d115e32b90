INSERT INTO stripe.customers (_raw_data) SELECT object || '{"_account_id": "acct_1"}' FROM stripe_customer;
INSERT INTO stripe.prices (_raw_data) SELECT object || '{"_account_id": "acct_1"}' FROM stripe_price;
INSERT INTO stripe.subscriptions (_raw_data) SELECT object || '{"_account_id": "acct_1"}' FROM stripe_subscription;
INSERT INTO stripe.invoices (_raw_data) SELECT object || '{"_account_id": "acct_1"}' FROM stripe_invoice;
