//! What a row may hold, so that tables and indexes can keep all that comes of it and no view has
//! more periods than it can show.

use std::borrow::Cow;

use super::Moment;
use super::words::{shown, shown_up_to};
use crate::calendar::Day;

/// The most bytes of a text. A key has two of them at most, and an index has room for 2,704 bytes.
pub const LONGEST_TEXT: usize = 1000;

/// The most characters of a reason that a query gives for a row.
const LONGEST_REASON: usize = 500;

/// 1900-01-01: nothing starts earlier.
const FIRST: Day = Day(-36_524);
/// 3000-01-01: nothing starts then or later, and what ends then does not end.
const NEVER: Day = Day(365_243);

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// Whether all of these texts are short enough; an error names one that is not.
pub fn check_texts(texts: &[(&str, Option<&[u8]>)]) -> Result<(), String> {
    for (name, text) in texts {
        let length = text.map_or(0, <[u8]>::len);
        if length > LONGEST_TEXT {
            return Err(format!("{name} has {length} bytes, more than {LONGEST_TEXT}"));
        }
    }
    Ok(())
}

/// The id of a row that cannot be read, as it is listed.
pub fn listed(id: &[u8]) -> Cow<'_, [u8]> {
    if id.len() > LONGEST_TEXT { shown(id).into_bytes().into() } else { id.into() }
}

/// A reason that a query gives, as it is listed.
pub fn reason(problem: &[u8]) -> String {
    shown_up_to(problem, LONGEST_REASON)
}

/// A day on which something starts.
pub fn check_start(name: &str, day: Day) -> Result<(), String> {
    match day {
        day if !day.is_finite() => Err(format!("{name} is infinite")),
        day if day >= NEVER => Err(format!("{name} {day} is after 2999-12-31")),
        day => check_early(name, day),
    }
}

/// A moment that a row may have; from the year 3000 on it is none.
pub fn optional(name: &str, moment: Option<Moment>) -> Result<Option<Moment>, String> {
    let moment = moment.filter(|it| it.day < NEVER);
    if let Some(moment) = moment {
        check_early(name, moment.day)?;
    }
    Ok(moment)
}

fn check_early(name: &str, day: Day) -> Result<(), String> {
    if day < FIRST { Err(format!("{name} {day} is before 1900-01-01")) } else { Ok(()) }
}

/// An end; from the year 3000 on it is none. How early it may be, the start says.
pub fn end(moment: Option<Moment>) -> Moment {
    moment.filter(|it| it.day < NEVER).unwrap_or(Moment::NEVER)
}

/// The day of an instant in UTC, where that is exact enough.
pub fn day_of(instant: i64) -> Day {
    match instant {
        i64::MIN => Day::NEG_INFINITY,
        i64::MAX => Day::INFINITY,
        // Instants reach the year 294276, and days further.
        _ => Day(instant.div_euclid(MICROS_OF_DAY) as i32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd(year, month, day).expect("a date")
    }

    #[test]
    fn starts_are_of_eleven_centuries() {
        let check = |day| check_start("starts_at", day);
        assert_eq!((check(day(1900, 1, 1)), check(day(2999, 12, 31))), (Ok(()), Ok(())));
        let refused = |day| check(day).unwrap_err();
        assert_eq!(refused(day(1899, 12, 31)), "starts_at 1899-12-31 is before 1900-01-01");
        assert_eq!(refused(day(3000, 1, 1)), "starts_at 3000-01-01 is after 2999-12-31");
        assert_eq!(refused(Day::INFINITY), "starts_at is infinite");
        assert_eq!(refused(Day::NEG_INFINITY), "starts_at is infinite");
    }

    #[test]
    fn what_ends_in_the_year_3000_does_not_end() {
        let moment = |day: Day| Some(Moment { day, instant: i64::from(day.0) * MICROS_OF_DAY });
        let last = moment(day(2999, 12, 31));
        assert_eq!((end(last), end(None)), (last.expect("a moment"), Moment::NEVER));
        assert_eq!(end(moment(day(3000, 1, 1))), Moment::NEVER);
        assert_eq!(optional("at", moment(day(3000, 1, 1))), Ok(None));
        assert_eq!(optional("at", last), Ok(last));
        let early = optional("at", moment(day(1, 1, 1))).unwrap_err();
        assert_eq!(early, "at 0001-01-01 is before 1900-01-01");
    }

    #[test]
    fn days_of_instants() {
        assert_eq!(day_of(-1), Day(-1));
        assert_eq!(day_of(i64::MIN), Day::NEG_INFINITY);
        assert_eq!(day_of(MICROS_OF_DAY * 365_243), NEVER);
    }

    #[test]
    fn texts_that_no_index_can_hold() {
        let text = [b'x'; LONGEST_TEXT + 1];
        let all = [("plan", Some(&text[1..])), ("product", None)];
        assert_eq!(check_texts(&all), Ok(()));
        let long = check_texts(&[("plan", None), ("product", Some(&text))]);
        assert_eq!(long, Err("product has 1001 bytes, more than 1000".to_owned()));
        assert_eq!(listed(&text[1..]).len(), LONGEST_TEXT);
        assert_eq!(listed(&text).len(), 103);
        assert_eq!(reason(&text).len(), 503);
    }
}
