use std::cmp::Ordering;

use pgrx::prelude::*;
use saas_metrics_engine::decimal::Decimal;
use statrs::distribution::{ContinuousCDF, Normal};

use super::arguments::{finite, not_negative, refuse};
use super::one;
use crate::pg::call::Call;
use crate::pg::numeric::Numeric;
use crate::pg::row::{Row, Value};

ratios! {
    conversion_rate(conversions, leads);
    activation_rate(activated within, signed_up);
    reactivation_rate(reactivated, dormant);
    recovery_rate(recovered within, failed);
    payment_failure_rate(failed within, attempts);
    attach_rate(with_add_on within, customers);
    stickiness(dau within, mau);
}

/// The Wilson score interval:
/// (2h + z² ∓ z √(z² + 4h(n − h) ÷ n)) ÷ 2(n + z²) for h hits in n trials.
#[pg_extern(immutable, strict, parallel_safe)]
fn rate_interval<'a>(
    call: Call<'a>,
    hits: Numeric<'a>,
    trials: Numeric<'a>,
    confidence: Numeric<'a>,
) -> Option<Row> {
    not_negative("hits", hits);
    not_negative("trials", trials);
    let z = standard_score(confidence);
    if hits.compare(trials) == Ordering::Greater {
        refuse("hits", hits, "must not exceed trials", "Count each hit among the trials.");
    }
    if trials.is_zero() {
        return None;
    }
    let (two, four) = (Numeric::from(2), Numeric::from(4));
    let misses = trials - hits;
    let spread = z * (z * z + four * hits * misses / trials).sqrt();
    let centre = two * hits + z * z;
    let width = two * (trials + z * z);
    // Rounding must not take a bound away from the rates 0 and 1 themselves.
    let low = if hits.is_zero() { 0.into() } else { (centre - spread) / width };
    let high = if misses.is_zero() { one() } else { (centre + spread) / width };
    Some(Row::new(
        call,
        [low, high].map(|bound| Value::Numeric(bound.round(INTERVAL_DECIMALS).trim())),
    ))
}

/// Decimals that the standard score is good for.
const INTERVAL_DECIMALS: i32 = 12;

/// The tail has to stay within the range of floating point.
const MAX_CONFIDENCE_DECIMALS: i32 = 250;

/// How many standard deviations around the mean hold this share of a normal distribution.
fn standard_score<'a>(confidence: Numeric<'a>) -> Numeric<'a> {
    finite("confidence", confidence);
    if confidence.sign() != Ordering::Greater || confidence.compare(one()) != Ordering::Less {
        let hint = "Pass a fraction: 0.95 for 95 percent.";
        refuse("confidence", confidence, "must be above 0 and below 1", hint);
    }
    if confidence.decimals() > MAX_CONFIDENCE_DECIMALS {
        refuse("confidence", confidence, "must not have more than 250 decimals", "Round it.");
    }
    // From the tail: near 1 the confidence itself has no digits left.
    let tail = ((one() - confidence) / 2.into()).to_f64();
    let score = -Normal::standard().inverse_cdf(tail);
    Decimal::new((score * 1e15) as i128, 15).into()
}
