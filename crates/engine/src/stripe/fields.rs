//! Fields of Stripe's objects, wherever a version has them.

use super::json::Json;
use crate::decimal::Decimal;
use crate::ledger::rows::Length;

/// Seconds from 1970 to 2000, from when the server counts, and the first and last that it has.
const EPOCH: i64 = 946_684_800;
const FIRST: i64 = -210_866_803_200;
const LAST: i64 = 9_224_318_015_999;

/// The value at the end of a path of keys.
pub fn at<'a, J: Json<'a>>(json: J, path: &[&str]) -> Option<J> {
    path.iter().try_fold(json, |value, key| value.get(key))
}

/// The id of an object that is there as a whole, or as its id.
pub fn id<'a, J: Json<'a>>(json: J) -> Option<&'a [u8]> {
    json.text().or_else(|| json.get("id")?.text())
}

/// A number, also one that is written as a text.
pub fn number<'a, J: Json<'a>>(json: J) -> Option<Decimal> {
    json.number().or_else(|| Decimal::parse(json.text()?))
}

/// An instant, in microseconds as the server counts them, from seconds since 1970.
pub fn instant<'a, J: Json<'a>>(json: J) -> Option<i64> {
    let seconds = number(json)?.trimmed();
    let seconds = i64::try_from(seconds.mantissa).ok().filter(|_| seconds.scale == 0)?;
    (FIRST..=LAST).contains(&seconds).then(|| (seconds - EPOCH) * 1_000_000)
}

/// So many days, weeks, months or years.
pub fn length(unit: &[u8], count: Decimal) -> Option<Length> {
    let count = Some(count.trimmed()).filter(|it| it.scale == 0)?;
    let count = i32::try_from(count.mantissa).ok()?;
    let (months, days) = match unit {
        b"day" => (0, count),
        b"week" => (0, count.checked_mul(7)?),
        b"month" => (count, 0),
        b"year" => (count.checked_mul(12)?, 0),
        _ => return None,
    };
    Some(Length { months, days, micros: 0 })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_whole_seconds_within_the_calendar() {
        assert_eq!(instant(&json!(946_684_801)), Some(1_000_000));
        assert_eq!(instant(&json!("946684800")), Some(0));
        assert_eq!(instant(&json!(946_684_800.5)), None);
        assert_eq!(instant(&json!(LAST + 1)), None);
        assert_eq!(instant(&json!(FIRST - 1)), None);
    }

    #[test]
    fn lengths_are_months_or_days() {
        let of = |unit: &str, count| length(unit.as_bytes(), Decimal::new(count, 0));
        assert_eq!(of("year", 2), Some(Length { months: 24, days: 0, micros: 0 }));
        assert_eq!(of("week", 2), Some(Length { months: 0, days: 14, micros: 0 }));
        assert_eq!(of("year", i128::from(i32::MAX)), None);
        assert_eq!(of("fortnight", 1), None);
        assert_eq!(length(b"month", Decimal::new(15, 1)), None);
    }
}
