//! What a whole billing period costs, from a line that is for a part of one.

use chrono::{DateTime, Datelike, Days, Months};

use crate::decimal::{Decimal, round_ratio};
use crate::ledger::rows::Length;
use crate::{Error, Result};

/// Microseconds from 1970 to 2000, from when the server counts.
const EPOCH: i64 = 946_684_800_000_000;

/// How long the billing period is that ends at an instant, in microseconds: by the calendar, and as
/// else it may be. One that ends with a month may have begun on a day that the month lacks.
fn micros_until(end: i64, length: Length) -> impl Iterator<Item = i64> {
    let start = move |later: u64| {
        let at = DateTime::from_timestamp_micros(end.checked_add(EPOCH)?)?;
        let months = Months::new(u32::try_from(length.months).ok()?);
        let start = at.checked_sub_months(months)?;
        let ends_month = at.checked_add_days(Days::new(1))?.month() != at.month();
        let start_later = start.checked_add_days(Days::new(later))?;
        if later > 0 && !(length.months > 0 && ends_month && start_later.month() == start.month()) {
            return None;
        }
        let start = start_later.checked_sub_days(Days::new(u64::try_from(length.days).ok()?))?;
        end.checked_sub(start.timestamp_micros().checked_sub(EPOCH)?)?.checked_sub(length.micros)
    };
    (0..=3).filter_map(start).filter(|it| *it > 0)
}

/// How long the billing period is that begins at an instant.
fn micros_from(start: i64, length: Length) -> Option<i64> {
    let at = DateTime::from_timestamp_micros(start.checked_add(EPOCH)?)?;
    let end = at
        .checked_add_months(Months::new(u32::try_from(length.months).ok()?))?
        .checked_add_days(Days::new(u64::try_from(length.days).ok()?))?;
    let end = end.timestamp_micros().checked_sub(EPOCH)?;
    end.checked_sub(start)?.checked_add(length.micros).filter(|it| *it > 0)
}

/// A part of a billing period: the last, as a rule, or the first of one that was cut short.
#[derive(Clone, Copy)]
pub struct Part {
    pub start: i64,
    pub end: i64,
    pub of: Length,
    /// The decimals that its amount is rounded to.
    pub decimals: u8,
}

impl Part {
    fn length(self) -> Option<i64> {
        self.end.checked_sub(self.start).filter(|it| *it > 0)
    }

    /// How long the whole may be: by the calendar from its end, and as else it may be.
    fn wholes(self) -> impl Iterator<Item = i64> {
        micros_until(self.end, self.of).chain(micros_from(self.start, self.of))
    }

    pub fn is_whole(self) -> bool {
        self.wholes().any(|whole| Some(whole) == self.length())
    }

    /// What the part's amount comes to for the whole by the calendar, rounded as it is; unchanged if
    /// the part is the whole.
    pub fn whole(self, amount: Decimal) -> Result<Decimal> {
        if self.is_whole() {
            return Ok(amount);
        }
        let outside = Error::BillingPeriod("is none, or none within the calendar");
        self.of_micros(amount, micros_until(self.end, self.of).next().ok_or(outside)?)
    }

    /// The same where it is known how long the whole is.
    pub fn of_micros(self, amount: Decimal, whole: i64) -> Result<Decimal> {
        let part = self.length().ok_or(Error::AmountOutOfRange)?;
        let decimals = amount.scale.max(self.decimals);
        let unit = common_divisor(whole, part);
        let of = |micros: i64| i128::from(micros / unit);
        let mantissa = round_ratio(amount, of(whole), of(part), decimals)?;
        Ok(Decimal::new(mantissa, decimals))
    }

    /// Whether the part's amount may come to another for the whole, as far as rounding goes.
    pub fn may_come_to(self, amount: Decimal, other: Decimal) -> bool {
        let fits = |whole: i64| {
            let derived = self.of_micros(amount, whole).ok()?;
            let scale = derived.scale.max(other.scale);
            let apart = derived.mantissa_at(scale).ok()? - other.mantissa_at(scale).ok()?;
            let unit = 10_i128.pow(u32::from(scale - self.decimals));
            let times = i128::from(whole / self.length()?) + 2;
            Some(apart.abs() <= unit.saturating_mul(times))
        };
        self.wholes().any(|whole| fits(whole) == Some(true))
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
        assert_eq!(
            Part { start, end, of: MONTH, decimals: 2 }.whole(amount),
            Ok(Decimal::new(3000, 2))
        );
        // 15 of the 31 days of January, 15 × 31 ÷ 15.
        let (start, end) = (at(2026, 1, 17), at(2026, 2, 1));
        assert_eq!(
            Part { start, end, of: MONTH, decimals: 2 }.whole(amount),
            Ok(Decimal::new(3100, 2))
        );
        let (start, end) = (at(2026, 1, 1), at(2026, 2, 1));
        assert_eq!(Part { start, end, of: MONTH, decimals: 2 }.whole(amount), Ok(amount));
    }

    #[test]
    fn a_rounded_part_may_be_the_next_price() {
        // 10 of 31 days of 49.00 are 15.806…, rounded to 15.81, which comes to 49.01.
        let (start, end) = (at(2026, 1, 22), at(2026, 2, 1));
        let part = Part { start, end, of: MONTH, decimals: 2 };
        let amount = Decimal::new(1581, 2);
        assert_eq!(part.whole(amount), Ok(Decimal::new(4901, 2)));
        assert!(part.may_come_to(amount, Decimal::new(4900, 2)));
        assert!(!part.may_come_to(amount, Decimal::new(4800, 2)));
        // The same of yen: 1,580.6… is 1,581, which comes to 4,901 where it was 4,900.
        let (yen, amount) = (Part { decimals: 0, ..part }, Decimal::new(1581, 0));
        assert_eq!(yen.whole(amount), Ok(Decimal::new(4901, 0)));
        assert!(yen.may_come_to(amount, Decimal::new(4900, 0)));
        assert!(!part.may_come_to(amount, Decimal::new(4900, 0)));
    }

    #[test]
    fn a_period_that_ends_with_a_month_may_have_begun_later_in_its_own() {
        let part = |start, end| Part { start, end, of: MONTH, decimals: 2 };
        for day in 28..=31 {
            assert!(part(at(2026, 1, day), at(2026, 2, 28)).is_whole(), "January {day}");
        }
        assert!(part(at(2026, 2, 28), at(2026, 3, 31)).is_whole());
        assert!(!part(at(2026, 1, 29), at(2026, 2, 27)).is_whole());
        assert!(!part(at(2026, 1, 30), at(2026, 3, 1)).is_whole());
        // The first 10 of 28 days.
        let cut_short = part(at(2026, 2, 1), at(2026, 2, 11));
        assert!(cut_short.may_come_to(Decimal::new(1071, 2), Decimal::new(3000, 2)));
        // 14 of the 28 days from January 31 on.
        let half = part(at(2026, 2, 14), at(2026, 2, 28));
        assert!(half.may_come_to(Decimal::new(1500, 2), Decimal::new(3000, 2)));
        let of = Length { months: 12, days: 0, micros: 0 };
        let leap = Part { of, ..part(at(2024, 2, 29), at(2025, 2, 28)) };
        assert!(leap.is_whole());
    }
}
