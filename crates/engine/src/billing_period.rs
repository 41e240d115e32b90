use crate::{Error, Result};

/// How a price per billing period becomes a price per month: times `numerator` ÷ `denominator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthlyFactor {
    pub numerator: i64,
    pub denominator: i64,
}

/// The factor of a billing period given as the fields of an interval.
///
/// k months count as k, weeks (days divisible by 7) as 12/52 of a month each, days as 12/365.
pub fn monthly_factor(months: i32, days: i32, microseconds: i64) -> Result<MonthlyFactor> {
    let factor = |numerator, denominator| Ok(MonthlyFactor { numerator, denominator });
    match (i64::from(months), i64::from(days), microseconds) {
        (_, _, i64::MAX | i64::MIN) => Err(Error::BillingPeriod("must not be infinite")),
        (_, _, time) if time != 0 => Err(Error::BillingPeriod("must not have hours or minutes")),
        (0, 0, _) => Err(Error::BillingPeriod("must not be zero")),
        (months, days, _) if months != 0 && days != 0 => {
            Err(Error::BillingPeriod("must not mix months with days"))
        }
        (months, days, _) if months < 0 || days < 0 => {
            Err(Error::BillingPeriod("must not be negative"))
        }
        (months, 0, _) => factor(1, months),
        (_, days, _) if days % 7 == 0 => factor(52, 12 * (days / 7)),
        (_, days, _) => factor(365, 12 * days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(months: i32, days: i32) -> (i64, i64) {
        let factor = monthly_factor(months, days, 0).expect("a good billing period");
        (factor.numerator, factor.denominator)
    }

    #[test]
    fn months_weeks_and_days_each_have_their_factor() {
        assert_eq!(factor(12, 0), (1, 12));
        assert_eq!(factor(1, 0), (1, 1));
        assert_eq!(factor(0, 7), (52, 12));
        assert_eq!(factor(0, 14), (52, 24));
        assert_eq!(factor(0, 1), (365, 12));
        assert_eq!(factor(0, 30), (365, 360));
    }

    #[test]
    fn what_is_no_billing_period_is_refused() {
        for (months, days, time) in [
            (0, 0, 0),
            (-1, 0, 0),
            (0, -7, 0),
            (1, 1, 0),
            (1, -1, 0),
            (1, 0, 1),
            (0, 0, 3_600_000_000),
        ] {
            assert!(matches!(monthly_factor(months, days, time), Err(Error::BillingPeriod(_))));
        }
    }
}
