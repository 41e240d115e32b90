use pgrx::prelude::*;

use super::arguments::{loss, not_negative, share};
use super::{GUARD_DECIMALS, one, power, ratio, remainder};
use crate::pg::numeric::Numeric;

const MONTHS_OF_A_YEAR: i64 = 12;

ratios! {
    churn_rate(lost within, customers);
}

#[pg_extern(immutable, strict, parallel_safe)]
fn retention_rate<'a>(lost: Numeric<'a>, customers: Numeric<'a>) -> Option<Numeric<'a>> {
    churn_rate(lost, customers).map(remainder)
}

#[pg_extern(immutable, strict, parallel_safe)]
fn annual_churn_rate<'a>(monthly: Numeric<'a>) -> Numeric<'a> {
    let retention = remainder(share("monthly", monthly));
    remainder(power(retention, MONTHS_OF_A_YEAR.into()))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn monthly_churn_rate<'a>(annual: Numeric<'a>) -> Numeric<'a> {
    let retention = remainder(share("annual", annual));
    let exponent = one().at_least(GUARD_DECIMALS) / MONTHS_OF_A_YEAR.into();
    remainder(power(retention, exponent))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn customer_lifetime<'a>(churn_rate: Numeric<'a>) -> Option<Numeric<'a>> {
    ratio(one(), not_negative("churn_rate", churn_rate))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn gross_revenue_churn_rate<'a>(
    opening_mrr: Numeric<'a>,
    contraction: Numeric<'a>,
    churn: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let lost = loss("contraction", contraction) + loss("churn", churn);
    ratio(lost, not_negative("opening_mrr", opening_mrr))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn net_revenue_churn_rate<'a>(
    opening_mrr: Numeric<'a>,
    expansion: Numeric<'a>,
    contraction: Numeric<'a>,
    churn: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let lost = loss("contraction", contraction) + loss("churn", churn);
    let net = lost - not_negative("expansion", expansion);
    ratio(net, not_negative("opening_mrr", opening_mrr))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn nrr<'a>(
    opening_mrr: Numeric<'a>,
    expansion: Numeric<'a>,
    contraction: Numeric<'a>,
    churn: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let lost = loss("contraction", contraction) + loss("churn", churn);
    let left = opening_mrr + not_negative("expansion", expansion) - lost;
    ratio(left, not_negative("opening_mrr", opening_mrr))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn grr<'a>(
    opening_mrr: Numeric<'a>,
    contraction: Numeric<'a>,
    churn: Numeric<'a>,
) -> Option<Numeric<'a>> {
    nrr(opening_mrr, 0.into(), contraction, churn)
}
