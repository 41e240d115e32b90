use pgrx::prelude::*;

use super::arguments::{finite, loss, not_negative, share};
use super::{APPROXIMATE_DECIMALS, GUARD_DECIMALS, one, power, ratio, remainder};
use crate::pg::numeric::Numeric;

#[pg_extern(immutable, strict, parallel_safe)]
fn growth_rate<'a>(previous: Numeric<'a>, current: Numeric<'a>) -> Option<Numeric<'a>> {
    let growth = finite("current", current) - not_negative("previous", previous);
    ratio(growth, previous)
}

#[pg_extern(immutable, strict, parallel_safe)]
fn cmgr<'a>(first: Numeric<'a>, last: Numeric<'a>, periods: Numeric<'a>) -> Option<Numeric<'a>> {
    for (name, value) in [("first", first), ("last", last), ("periods", periods)] {
        not_negative(name, value);
    }
    let factor = ratio(last.at_least(GUARD_DECIMALS), first);
    let root = ratio(one().at_least(GUARD_DECIMALS), periods);
    Some((power(factor?, root?) - one()).trim())
}

#[pg_extern(immutable, strict, parallel_safe)]
fn quick_ratio<'a>(
    new: Numeric<'a>,
    expansion: Numeric<'a>,
    contraction: Numeric<'a>,
    churn: Numeric<'a>,
    reactivation: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let gains = not_negative("new", new)
        + not_negative("expansion", expansion)
        + not_negative("reactivation", reactivation);
    ratio(gains, loss("contraction", contraction) + loss("churn", churn))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn rule_of_40<'a>(growth_rate: Numeric<'a>, profit_margin: Numeric<'a>) -> Numeric<'a> {
    (finite("growth_rate", growth_rate) + finite("profit_margin", profit_margin)).trim()
}

ratios! {
    growth_ceiling(new_customers, churn_rate);
}

/// Decimals of a power that is multiplied with numbers of any size.
const MAX_POWER_DECIMALS: i64 = 1000;

/// The closed form of customers(t + 1) = customers(t) × (1 − churn) + new.
#[pg_extern(immutable, strict, parallel_safe)]
fn projected_customers<'a>(
    customers: Numeric<'a>,
    new_customers: Numeric<'a>,
    churn_rate: Numeric<'a>,
    periods: i32,
) -> Numeric<'a> {
    not_negative("customers", customers);
    not_negative("new_customers", new_customers);
    share("churn_rate", churn_rate);
    let count = i64::from(periods);
    let periods = Numeric::from(count);
    not_negative("periods", periods);
    if churn_rate.is_zero() {
        return (customers + new_customers * periods).trim();
    }
    // As many decimals as the power has, up to what is worth its time.
    let decimals = i64::from(churn_rate.trim().decimals()).saturating_mul(count);
    let decimals = decimals.clamp(GUARD_DECIMALS.into(), MAX_POWER_DECIMALS) as i32;
    let staying = remainder(churn_rate).at_least(decimals).power(periods).round(decimals);
    let won = new_customers * (one() - staying) / churn_rate;
    (customers * staying + won).round(APPROXIMATE_DECIMALS).trim()
}
