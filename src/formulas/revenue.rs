use pgrx::datum::Interval;
use pgrx::prelude::*;
use saas_metrics_engine::billing_period::monthly_factor;
use saas_metrics_engine::decimal::Decimal;

use super::arguments::{finite, not_negative};
use super::ratio;
use crate::pg::error::or_raise;
use crate::pg::numeric::Numeric;

/// Decimals that an amount per month is kept in.
const MONTHLY_DECIMALS: i32 = 10;

#[pg_extern(immutable, strict, parallel_safe)]
fn monthly_amount<'a>(amount: Numeric<'a>, billing_period: Interval) -> Numeric<'a> {
    not_negative("amount", amount);
    let (months, days, time) =
        (billing_period.months(), billing_period.days(), billing_period.micros());
    let factor = or_raise(monthly_factor(months, days, time));
    let denominator = Numeric::from(factor.denominator);
    let exact = amount * factor.numerator.into();
    // Half away from zero, without rounding twice: the whole part of twice the exact quotient, in
    // units of the last decimal, plus a half.
    let units = Numeric::from(10_i64.pow(MONTHLY_DECIMALS as u32));
    let two = Numeric::from(2);
    let rounded = (two * exact * units + denominator).div_whole(two * denominator);
    (rounded * Decimal::new(1, MONTHLY_DECIMALS as u8).into()).trim()
}

#[pg_extern(immutable, strict, parallel_safe)]
fn arr<'a>(mrr: Numeric<'a>) -> Numeric<'a> {
    (not_negative("mrr", mrr) * 12.into()).trim()
}

ratios! {
    arpa(mrr, customers);
    asp(new_mrr, new_customers);
}

/// Revenue may be negative: a period can refund more than it sells.
#[pg_extern(immutable, strict, parallel_safe)]
fn aov<'a>(revenue: Numeric<'a>, orders: Numeric<'a>) -> Option<Numeric<'a>> {
    ratio(finite("revenue", revenue), not_negative("orders", orders))
}
