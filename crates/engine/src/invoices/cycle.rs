//! What a whole billing period costs, from a line that is for a part of one.

use chrono::{DateTime, Days, Months};

use crate::decimal::{Decimal, round_ratio};
use crate::ledger::rows::Length;
use crate::{Error, Result};

/// Microseconds from 1970 to 2000, from when the server counts.
const EPOCH: i64 = 946_684_800_000_000;

/// How long the billing period is that ends at an instant, in microseconds.
fn micros_until(end: i64, length: Length) -> Option<i64> {
    let at = DateTime::from_timestamp_micros(end.checked_add(EPOCH)?)?;
    let start = at
        .checked_sub_months(Months::new(u32::try_from(length.months).ok()?))?
        .checked_sub_days(Days::new(u64::try_from(length.days).ok()?))?;
    let start = start.timestamp_micros().checked_sub(EPOCH)?;
    end.checked_sub(start)?.checked_sub(length.micros).filter(|it| *it > 0)
}

/// The last part of a billing period.
#[derive(Clone, Copy)]
pub struct Part {
    pub start: i64,
    pub end: i64,
    pub of: Length,
}

impl Part {
    /// What the part's amount comes to for the whole, rounded to its own decimals, at least two;
    /// unchanged if the part is the whole.
    pub fn whole(self, amount: Decimal) -> Result<Decimal> {
        let outside = Error::BillingPeriod("is none, or none within the calendar");
        let whole = micros_until(self.end, self.of).ok_or(outside)?;
        let part = self.end.checked_sub(self.start).ok_or(Error::AmountOutOfRange)?;
        if whole == part {
            return Ok(amount);
        }
        let decimals = amount.scale.max(2);
        let unit = common_divisor(whole, part);
        let of = |micros: i64| i128::from(micros / unit);
        let mantissa = round_ratio(amount, of(whole), of(part), decimals)?;
        Ok(Decimal::new(mantissa, decimals))
    }

    /// Whether what the part comes to for the whole may be another amount, as far as rounding the
    /// part to its last decimal goes.
    pub fn may_be(self, derived: Decimal, other: Decimal) -> bool {
        let Some(whole) = micros_until(self.end, self.of) else { return false };
        let scale = derived.scale.max(other.scale);
        let (Ok(a), Ok(b)) = (derived.mantissa_at(scale), other.mantissa_at(scale)) else {
            return false;
        };
        let unit = 10_i128.pow(u32::from(scale - derived.scale));
        let times = i128::from(whole / (self.end - self.start).max(1)) + 2;
        (a - b).abs() <= unit.saturating_mul(times)
    }
}

/// The greatest that divides both, which are above 0.
fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;

    fn at(year: i32, month: u32, day: u32) -> i64 {
        i64::from(Day::from_ymd(year, month, day).unwrap().0) * 86_400_000_000
    }

    const MONTH: Length = Length { months: 1, days: 0, micros: 0 };

    #[test]
    fn half_of_a_month_costs_half() {
        let amount = Decimal::new(1500, 2);
        let (start, end) = (at(2026, 4, 16), at(2026, 5, 1));
        assert_eq!(Part { start, end, of: MONTH }.whole(amount), Ok(Decimal::new(3000, 2)));
        // 15 of the 31 days of January, 15 × 31 ÷ 15.
        let (start, end) = (at(2026, 1, 17), at(2026, 2, 1));
        assert_eq!(Part { start, end, of: MONTH }.whole(amount), Ok(Decimal::new(3100, 2)));
        let (start, end) = (at(2026, 1, 1), at(2026, 2, 1));
        assert_eq!(Part { start, end, of: MONTH }.whole(amount), Ok(amount));
    }

    #[test]
    fn a_rounded_part_may_be_the_next_price() {
        // 10 of 31 days of 49.00 are 15.806…, rounded to 15.81, which comes to 49.01.
        let (start, end) = (at(2026, 1, 22), at(2026, 2, 1));
        let part = Part { start, end, of: MONTH };
        let derived = part.whole(Decimal::new(1581, 2)).unwrap();
        assert_eq!(derived, Decimal::new(4901, 2));
        assert!(part.may_be(derived, Decimal::new(4900, 2)));
        assert!(!part.may_be(derived, Decimal::new(4800, 2)));
    }
}
