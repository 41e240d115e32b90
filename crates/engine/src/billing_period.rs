use std::fmt;

use crate::decimal::{Decimal, round_ratio};
use crate::{Error, Result};

/// Decimals that monthly amounts are rounded to.
pub const MRR_DECIMALS: u8 = 10;

/// How a price per billing period becomes a price per month: times `numerator` ÷ `denominator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthlyFactor {
    pub numerator: i64,
    pub denominator: i64,
}

impl MonthlyFactor {
    /// The price per month at [`MRR_DECIMALS`], rounded half away from zero.
    pub fn per_month(self, amount: Decimal) -> Result<i128> {
        let numerator = i128::from(self.numerator);
        let denominator = i128::from(self.denominator);
        round_ratio(amount, numerator, denominator, MRR_DECIMALS)
    }
}

impl fmt::Display for MonthlyFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

/// Weeks in a month and days in a month, as fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    pub week: (i64, i64),
    pub day: (i64, i64),
}

impl Default for Factors {
    fn default() -> Self {
        Factors { week: (52, 12), day: (365, 12) }
    }
}

/// The factor of a billing period given as the fields of an interval.
///
/// k months count as k, weeks (days divisible by 7) as 12/52 of a month each, days as 12/365.
pub fn monthly_factor(months: i32, days: i32, microseconds: i64) -> Result<MonthlyFactor> {
    monthly_factor_by(&Factors::default(), months, days, microseconds)
}

/// The same, with other lengths of weeks and days.
pub fn monthly_factor_by(
    factors: &Factors,
    months: i32,
    days: i32,
    microseconds: i64,
) -> Result<MonthlyFactor> {
    let factor = |(numerator, denominator): (i64, i64), times: i64| {
        Ok(MonthlyFactor { numerator, denominator: denominator * times })
    };
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
        (months, 0, _) => factor((1, 1), months),
        (_, days, _) if days % 7 == 0 => factor(factors.week, days / 7),
        (_, days, _) => factor(factors.day, days),
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
    fn weeks_and_days_can_have_other_lengths() {
        let factors = Factors { week: (433, 100), day: (30, 1) };
        let factor = |days| {
            let factor = monthly_factor_by(&factors, 0, days, 0).expect("a good billing period");
            factor.per_month(Decimal::new(10, 0))
        };
        assert_eq!(factor(7), Ok(433_000_000_000));
        assert_eq!(factor(10), Ok(300_000_000_000));
    }

    #[test]
    fn a_price_per_month_is_rounded_half_away_from_zero() {
        let per_month = |months, mantissa, scale| {
            monthly_factor(months, 0, 0).and_then(|it| it.per_month(Decimal::new(mantissa, scale)))
        };
        assert_eq!(per_month(12, 1200, 0), Ok(1_000_000_000_000));
        assert_eq!(per_month(3, 100, 0), Ok(333_333_333_333));
        assert_eq!(per_month(3, 200, 0), Ok(666_666_666_667));
        // 0.00000000005 and just below it.
        assert_eq!(per_month(2, 1, 10), Ok(1));
        assert_eq!(per_month(2, 99, 12), Ok(0));
        assert_eq!(per_month(1, 10_i128.pow(36), 0), Err(Error::AmountOutOfRange));
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
