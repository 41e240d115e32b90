-- cltv, cltv_factors ----------------------------------------------------------

CREATE TYPE saas_metrics.cltv_factors AS (
  average_sale        numeric,
  repeat_transactions numeric,
  retention_years     numeric
);
COMMENT ON TYPE saas_metrics.cltv_factors IS
  'What transactional customer lifetime value is the product of.';
COMMENT ON COLUMN saas_metrics.cltv_factors.average_sale IS
  'Sum of amounts / transactions, in the unit of amount. NULL without transactions.';
COMMENT ON COLUMN saas_metrics.cltv_factors.repeat_transactions IS
  'Transactions per customer and year of retention. NULL where retention_years is 0 or NULL.';
COMMENT ON COLUMN saas_metrics.cltv_factors.retention_years IS
  'Years of 365 days from a customer''s first transaction to its last, on average over customers. NULL without transactions.';

CREATE FUNCTION saas_metrics.cltv_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'cltv_final_wrapper';
COMMENT ON FUNCTION saas_metrics.cltv_final(internal) IS
  'Part of cltv: the value.';

CREATE FUNCTION saas_metrics.cltv_factors_final(internal) RETURNS saas_metrics.cltv_factors
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'cltv_factors_final_wrapper';
COMMENT ON FUNCTION saas_metrics.cltv_factors_final(internal) IS
  'Part of cltv_factors: the factors.';

CREATE AGGREGATE saas_metrics.cltv(
    customer anyelement,
    paid_on date,
    amount numeric
) (
  SFUNC = saas_metrics.payments_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cltv_final,
  COMBINEFUNC = saas_metrics.payments_combine,
  SERIALFUNC = saas_metrics.payments_serialize,
  DESERIALFUNC = saas_metrics.payments_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cltv(anyelement, date, numeric) IS
  'Customer lifetime value, transactional = average sale * repeat transactions per year * retention in years, in the unit of amount; the factors as in cltv_factors(customer, paid_on, amount). Their divisors cancel out, so that without rounding on the way it is the sum of amounts / customers. Each row is an amount that a customer paid or, when negative, got back on a day; 0 counts for nothing. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. NULL where no customer has transactions on two days, for then there is no retention to speak of, and without rows. Source: the transactional form of retail and services, as cltv(average_sale, repeat_transactions, retention_years). Errors name the customer of the row: paid_on or amount is NULL (22004), paid_on is infinite (22008), amount is NaN or infinite (22023) or has more than 20 decimals (22003). Other errors: customer is NULL (22004) or of another type (0A000); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.cltv_factors(
    customer anyelement,
    paid_on date,
    amount numeric
) (
  SFUNC = saas_metrics.payments_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.cltv_factors_final,
  COMBINEFUNC = saas_metrics.payments_combine,
  SERIALFUNC = saas_metrics.payments_serialize,
  DESERIALFUNC = saas_metrics.payments_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.cltv_factors(anyelement, date, numeric) IS
  'The factors of transactional customer lifetime value: average_sale = sum of amounts / transactions; repeat_transactions = transactions / customers / retention_years; retention_years = days from a customer''s first transaction to its last, on average over customers, / 365. A transaction is a row with an amount above 0, customers are those with a transaction; refunds reduce the sum of amounts only. Each row is an amount that a customer paid or, when negative, got back on a day; 0 counts for nothing. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. Returns a cltv_factors, NULL without rows: SELECT (saas_metrics.cltv_factors(...)).* FROM ... Errors name the customer of the row: paid_on or amount is NULL (22004), paid_on is infinite (22008), amount is NaN or infinite (22023) or has more than 20 decimals (22003). Other errors: customer is NULL (22004) or of another type (0A000); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';
