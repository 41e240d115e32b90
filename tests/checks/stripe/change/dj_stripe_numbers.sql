\ir dj_stripe.sql
