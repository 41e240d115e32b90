\set key djstripe_id
\ir dj_stripe.sql
