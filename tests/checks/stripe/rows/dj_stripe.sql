-- What customers are referred to by.
\if :{?key} \else \set key id \endif
INSERT INTO djstripe_customer (djstripe_created, djstripe_updated, stripe_data, id, livemode, created, metadata, email)
SELECT now(), now(), object, id, livemode, to_timestamp((object ->> 'created')::bigint), object -> 'metadata', object ->> 'email'
FROM pg_temp.stripe_customer;
INSERT INTO djstripe_price (djstripe_created, djstripe_updated, stripe_data, id, livemode, active, currency, nickname, product_id)
SELECT now(), now(), object, id, true, true, object ->> 'currency', object ->> 'nickname', 1
FROM pg_temp.stripe_price;
INSERT INTO djstripe_subscription (djstripe_created, djstripe_updated, stripe_data, id, livemode, customer_id)
SELECT now(), now(), s.object, s.id, s.livemode, c.:key
FROM pg_temp.stripe_subscription AS s JOIN djstripe_customer AS c ON c.id = s.customer;
INSERT INTO djstripe_invoice (djstripe_created, djstripe_updated, stripe_data, id, livemode, customer_id)
SELECT now(), now(), i.object, i.id, i.livemode, c.:key
FROM pg_temp.stripe_invoice AS i JOIN djstripe_customer AS c ON c.id = i.customer;
