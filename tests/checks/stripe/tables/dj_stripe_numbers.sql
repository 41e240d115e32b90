-- The tables of dj-stripe 2.11, with foreign keys to djstripe_id.
\ir dj_stripe.sql
alter table djstripe_subscription alter customer_id type bigint using customer_id::bigint;
alter table djstripe_invoice alter customer_id type bigint using customer_id::bigint,
                             alter subscription_id type bigint using subscription_id::bigint;
