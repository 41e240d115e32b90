-- Customers at a day and over a period ----------------------------------------
-- Plain numbers for one-line queries and HAVING. In one query those with equal arguments share
-- their state, so that the rows are collected once.

CREATE FUNCTION saas_metrics.standing_step(internal, anyelement, date, date, numeric, date) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'standing_step_wrapper';
COMMENT ON FUNCTION saas_metrics.standing_step(internal, anyelement, date, date, numeric, date) IS
  'Part of active_customers and arpa: adds a row.';

CREATE FUNCTION saas_metrics.standing_period_step(internal, anyelement, date, date, numeric, daterange) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'standing_period_step_wrapper';
COMMENT ON FUNCTION saas_metrics.standing_period_step(internal, anyelement, date, date, numeric, daterange) IS
  'Part of the rates over a period: adds a row.';

CREATE FUNCTION saas_metrics.standing_combine(internal, internal) RETURNS internal
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'standing_combine_wrapper';
COMMENT ON FUNCTION saas_metrics.standing_combine(internal, internal) IS
  'Part of the aggregates of customers at a day and over a period: brings the rows of two processes together.';

CREATE FUNCTION saas_metrics.standing_serialize(internal) RETURNS bytea
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'standing_serialize_wrapper';
COMMENT ON FUNCTION saas_metrics.standing_serialize(internal) IS
  'Part of the aggregates of customers at a day and over a period: writes the rows of a process for another one.';

CREATE FUNCTION saas_metrics.standing_deserialize(bytea, internal) RETURNS internal
  IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'standing_deserialize_wrapper';
COMMENT ON FUNCTION saas_metrics.standing_deserialize(bytea, internal) IS
  'Part of the aggregates of customers at a day and over a period: reads the rows of another process.';

CREATE FUNCTION saas_metrics.active_customers_final(internal) RETURNS bigint
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'active_customers_final_wrapper';
COMMENT ON FUNCTION saas_metrics.active_customers_final(internal) IS
  'Part of active_customers: the number.';

CREATE FUNCTION saas_metrics.arpa_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'arpa_final_wrapper';
COMMENT ON FUNCTION saas_metrics.arpa_final(internal) IS
  'Part of arpa: the average.';

CREATE FUNCTION saas_metrics.churn_rate_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'churn_rate_final_wrapper';
COMMENT ON FUNCTION saas_metrics.churn_rate_final(internal) IS
  'Part of churn_rate: the rate.';

CREATE FUNCTION saas_metrics.nrr_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nrr_final_wrapper';
COMMENT ON FUNCTION saas_metrics.nrr_final(internal) IS
  'Part of nrr: the rate.';

CREATE FUNCTION saas_metrics.grr_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'grr_final_wrapper';
COMMENT ON FUNCTION saas_metrics.grr_final(internal) IS
  'Part of grr: the rate.';

CREATE FUNCTION saas_metrics.gross_revenue_churn_rate_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'gross_revenue_churn_rate_final_wrapper';
COMMENT ON FUNCTION saas_metrics.gross_revenue_churn_rate_final(internal) IS
  'Part of gross_revenue_churn_rate: the rate.';

CREATE FUNCTION saas_metrics.net_revenue_churn_rate_final(internal) RETURNS numeric
  IMMUTABLE PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'net_revenue_churn_rate_final_wrapper';
COMMENT ON FUNCTION saas_metrics.net_revenue_churn_rate_final(internal) IS
  'Part of net_revenue_churn_rate: the rate.';

CREATE AGGREGATE saas_metrics.active_customers(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    at date
) (
  SFUNC = saas_metrics.standing_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.active_customers_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.active_customers(anyelement, date, date, numeric, date) IS
  'Customers with MRR above 0 at the end of a day. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. at is a date, the same in all rows: the end of that day counts. 0 without rows. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); at is NULL (22004), not the same in all rows (22023) or infinite (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.arpa(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    at date
) (
  SFUNC = saas_metrics.standing_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.arpa_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.arpa(anyelement, date, date, numeric, date) IS
  'Average MRR per account at the end of a day = MRR / active customers, in the unit of mrr. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. at is a date, the same in all rows: the end of that day counts. NULL without active customers, also without rows. Source: ChartMogul, Stripe, Baremetrics. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); at is NULL (22004), not the same in all rows (22023) or infinite (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.churn_rate(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    period daterange
) (
  SFUNC = saas_metrics.standing_period_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.churn_rate_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.churn_rate(anyelement, date, date, numeric, daterange) IS
  'Customer churn rate over a period = customers active at opening and not at closing / customers active at opening; a fraction. Who joined and left, or left and returned, within the period is in neither. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. period is a range of dates, the same in all rows; opening is the end of the day before it, closing the end of its last day. NULL without customers at opening, also without rows. Source: ChartMogul customer churn rate. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); period is NULL (22004), empty or not the same in all rows (22023), or without a bound (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.nrr(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    period daterange
) (
  SFUNC = saas_metrics.standing_period_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.nrr_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.nrr(anyelement, date, date, numeric, daterange) IS
  'Net revenue retention over a period = sum of closing / sum of opening MRR of the customers active at opening; a fraction, above 1 when they grew. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. period is a range of dates, the same in all rows; opening is the end of the day before it, closing the end of its last day. NULL without customers at opening, also without rows. Source: ChartMogul NRR. Differs from nrr(opening_mrr, expansion, contraction, churn), which takes movement sums and so also counts movements of customers won within the period. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); period is NULL (22004), empty or not the same in all rows (22023), or without a bound (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.grr(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    period daterange
) (
  SFUNC = saas_metrics.standing_period_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.grr_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.grr(anyelement, date, date, numeric, daterange) IS
  'Gross revenue retention over a period = sum of min(opening, closing) / sum of opening MRR of the customers active at opening; a fraction from 0 to 1. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. period is a range of dates, the same in all rows; opening is the end of the day before it, closing the end of its last day. NULL without customers at opening, also without rows. Source: SaaS Metrics Standards Board, per customer. Differs from grr(opening_mrr, contraction, churn), which takes movement sums. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); period is NULL (22004), empty or not the same in all rows (22023), or without a bound (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.gross_revenue_churn_rate(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    period daterange
) (
  SFUNC = saas_metrics.standing_period_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.gross_revenue_churn_rate_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.gross_revenue_churn_rate(anyelement, date, date, numeric, daterange) IS
  'Gross revenue churn rate over a period = 1 - GRR, over the customers active at opening; a fraction from 0 to 1. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. period is a range of dates, the same in all rows; opening is the end of the day before it, closing the end of its last day. NULL without customers at opening, also without rows. Source: SaaS Metrics Standards Board, per customer. Differs from gross_revenue_churn_rate(opening_mrr, contraction, churn), which takes movement sums. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); period is NULL (22004), empty or not the same in all rows (22023), or without a bound (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';

CREATE AGGREGATE saas_metrics.net_revenue_churn_rate(
    customer anyelement,
    starts_on date,
    ends_on date,
    mrr numeric,
    period daterange
) (
  SFUNC = saas_metrics.standing_period_step,
  STYPE = internal,
  SSPACE = 512,
  FINALFUNC = saas_metrics.net_revenue_churn_rate_final,
  COMBINEFUNC = saas_metrics.standing_combine,
  SERIALFUNC = saas_metrics.standing_serialize,
  DESERIALFUNC = saas_metrics.standing_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE saas_metrics.net_revenue_churn_rate(anyelement, date, date, numeric, daterange) IS
  'Net revenue churn rate over a period = 1 - NRR, over the customers active at opening; a fraction, negative when they grew. Each row is an amount of monthly revenue (mrr) that a customer has from starts_on up to, but not on, ends_on (NULL or infinity: still running); rows of one customer add up. customer is a smallint, integer, bigint, uuid, text or varchar; others: cast to text. period is a range of dates, the same in all rows; opening is the end of the day before it, closing the end of its last day. NULL without customers at opening, also without rows. Source: ChartMogul net MRR churn, per customer. Differs from net_revenue_churn_rate(opening_mrr, expansion, contraction, churn), which takes movement sums. Errors name the customer of the row: starts_on or mrr is NULL (22004), mrr is negative, NaN or infinite (22023) or has more than 20 decimals (22003), the end is before the start (22023), the start is -infinity (22008). Other errors: customer is NULL (22004) or of another type (0A000); period is NULL (22004), empty or not the same in all rows (22023), or without a bound (22008); an amount or sum has more than 37 digits (22003); a parallel worker with more than 1 GB of rows (54000).';
