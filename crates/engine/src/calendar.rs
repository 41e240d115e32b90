use std::fmt;

use allocator_api2::vec::Vec;
use chrono::{Datelike, NaiveDate};

use crate::collection::room::with_room;
use crate::{Error, Result};

/// Periods that one result may have.
pub const MAX_PERIODS: usize = 100_000;

/// A date, in days since 2000-01-01, as PostgreSQL counts them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Day(pub i32);

impl Day {
    pub const INFINITY: Day = Day(i32::MAX);
    pub const NEG_INFINITY: Day = Day(i32::MIN);

    /// The first day of the server's calendar, 4714-11-24 BC, and its last, 5874897-12-31.
    const FIRST: Day = Day(-2_451_545);
    const LAST: Day = Day(2_145_031_948);

    /// 2000-01-01 counted from the first day of year 1.
    const EPOCH: i32 = 730_120;

    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }

    /// A number that orders days.
    pub(crate) fn order(self) -> u64 {
        (self.0.cast_unsigned() ^ Self::SIGN).into()
    }

    /// The day of such a number, or infinity for a larger one.
    pub(crate) fn from_order(order: u64) -> Day {
        Day((u32::try_from(order).unwrap_or(u32::MAX) ^ Self::SIGN).cast_signed())
    }

    const SIGN: u32 = 1 << 31;

    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year, month, day)
            .map(|date| Day(date.num_days_from_ce() - Self::EPOCH))
    }

    /// Whole months since an earlier day: the most that, added to it, do not pass this day. A day
    /// that a month lacks is its last.
    pub fn months_since(self, start: Day) -> Option<usize> {
        let (start, end) = (start.to_date()?, self.to_date()?);
        let months = (end.year() - start.year()) * 12 + end.month0() as i32 - start.month0() as i32;
        let begun = end.day() < start.day().min(u32::from(end.num_days_in_month()));
        usize::try_from(months - i32::from(begun)).ok()
    }

    /// Whether months can be counted to this day.
    pub(crate) fn is_in_calendar(self) -> bool {
        self.to_date().is_some()
    }

    fn to_date(self) -> Option<NaiveDate> {
        self.0.checked_add(Self::EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::INFINITY => write!(f, "infinity"),
            Self::NEG_INFINITY => write!(f, "-infinity"),
            day => match day.to_date() {
                Some(date) if date.year() > 0 => {
                    write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
                }
                Some(date) => {
                    write!(f, "{:04}-{:02}-{:02} BC", 1 - date.year(), date.month(), date.day())
                }
                None => write!(f, "after the year 262141"),
            },
        }
    }
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    Day,
    /// ISO weeks, from Monday.
    Week,
    Month,
    Quarter,
    Year,
}

impl Grain {
    pub const ALL: [Grain; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub fn parse(name: &str) -> Result<Grain> {
        let known = Self::ALL.into_iter().find(|grain| grain.name() == name);
        known.ok_or_else(|| Error::UnknownGrain(name.to_owned()))
    }

    /// The number of the period that holds the day, counted from any fixed origin.
    pub(crate) fn ordinal(self, day: Day) -> Option<i32> {
        // 1999-12-27 was a Monday.
        const MONDAY: i32 = -5;
        match self.months() {
            None if self == Self::Day => Some(day.0),
            None => Some((day.0 - MONDAY).div_euclid(7)),
            Some(months) => {
                let date = day.to_date()?;
                Some((date.year() * 12 + date.month0() as i32).div_euclid(months))
            }
        }
    }

    /// The first day of the period with this number.
    pub(crate) fn start_of(self, ordinal: i32) -> Option<Day> {
        match self.months() {
            None if self == Self::Day => Some(Day(ordinal)),
            None => Some(Day(ordinal * 7 - 5)),
            Some(months) => {
                let month = ordinal * months;
                Day::from_ymd(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
            }
        }
    }

    fn months(self) -> Option<i32> {
        match self {
            Self::Day | Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
        }
    }

    /// A power of two, as its exponent, of days that no period is shorter than.
    fn block_shift(self) -> u32 {
        match self {
            Self::Day => 0,
            Self::Week => 2,
            Self::Month => 4,
            Self::Quarter => 6,
            Self::Year => 8,
        }
    }
}

/// Which periods a result has, but for the first, which the data tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    pub grain: Grain,
    /// Every period that starts before this day is in the result.
    pub starts_before: Day,
    /// A period that ends by this day is complete.
    pub complete_by: Day,
}

impl Horizon {
    /// Periods up to a day that the caller names.
    pub fn until(grain: Grain, until: Day) -> Result<Horizon> {
        if !until.is_finite() {
            return Err(Error::DayOutOfRange("until", until));
        }
        Ok(Horizon { grain, starts_before: until, complete_by: until })
    }

    /// Periods through the one that holds today.
    pub fn through(grain: Grain, today: Day) -> Horizon {
        Horizon { grain, starts_before: Day(today.0 + 1), complete_by: today }
    }
}

/// Dense periods of one grain, with a look-up from day to period.
pub struct Periods {
    /// The starts of all periods, and the end of the last.
    bounds: Vec<Day>,
    /// For each block of days, the period that holds the block's first day. A block is not
    /// longer than a period, so at most one period begins inside it.
    of_block: Vec<u32>,
    shift: u32,
    complete_by: Day,
}

impl Periods {
    /// The periods from the one that holds `first` to the horizon; none if it begins after that.
    pub fn new(first: Day, horizon: Horizon) -> Result<Periods> {
        let Horizon { grain, starts_before, complete_by } = horizon;
        let shift = grain.block_shift();
        let mut periods = Periods { bounds: Vec::new(), of_block: Vec::new(), shift, complete_by };
        let far = Error::DayOutOfRange("until", starts_before);
        let to = grain.ordinal(Day(starts_before.0 - 1)).ok_or(far.clone())?;
        let end = grain.start_of(to + 1).filter(|end| *end <= Day::LAST).ok_or(far)?;
        if first >= end {
            return Ok(periods);
        }
        let early = Error::DayOutOfRange("the start", first);
        let from = grain.ordinal(first).ok_or(early.clone())?;
        let count = usize::try_from(i64::from(to) - i64::from(from) + 1).unwrap_or(0);
        if count > MAX_PERIODS {
            return Err(Error::TooManyPeriods("periods"));
        }
        periods.bounds = with_room(count + 1)?;
        periods.bounds.extend((from..=to + 1).filter_map(|ordinal| grain.start_of(ordinal)));
        if periods.bounds.len() <= count || periods.bounds[0] < Day::FIRST {
            return Err(early);
        }
        periods.index_blocks()?;
        Ok(periods)
    }

    fn index_blocks(&mut self) -> Result<()> {
        let (first, end) = (self.bounds[0].0, self.end().0);
        self.of_block = with_room(((end - first) >> self.shift) as usize + 1)?;
        let mut period = 0;
        for day in (first..end).step_by(1 << self.shift) {
            while self.bounds[period + 1].0 <= day {
                period += 1;
            }
            self.of_block.push(period as u32);
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The end of the last period, exclusive.
    pub fn end(&self) -> Day {
        self.bounds.last().copied().unwrap_or(Day::NEG_INFINITY)
    }

    pub fn start_of(&self, period: usize) -> Day {
        self.bounds[period]
    }

    pub fn end_of(&self, period: usize) -> Day {
        self.bounds[period + 1]
    }

    pub fn is_complete(&self, period: usize) -> bool {
        self.end_of(period) <= self.complete_by
    }

    /// The period that holds a day of the range that the periods cover.
    pub fn find(&self, day: Day) -> usize {
        let block = (day.0 - self.bounds[0].0) >> self.shift;
        let period = self.of_block[block as usize] as usize;
        period + usize::from(self.end_of(period) <= day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd(year, month, day).expect("a date")
    }

    fn periods(grain: Grain, first: Day, until: Day) -> Periods {
        Periods::new(first, Horizon::until(grain, until).expect("a horizon")).expect("periods")
    }

    #[test]
    fn days_are_counted_as_the_server_counts_them() {
        assert_eq!(day(2000, 1, 1), Day(0));
        assert_eq!(day(2024, 2, 29), Day(8825));
        assert_eq!(day(-4713, 11, 24).to_string(), "4714-11-24 BC");
        assert_eq!(day(2024, 2, 29).to_string(), "2024-02-29");
        assert_eq!(Day::INFINITY.to_string(), "infinity");
    }

    #[test]
    fn every_day_is_found_in_the_period_that_holds_it() {
        for grain in Grain::ALL {
            for (first, until) in [
                (day(2019, 11, 17), day(2025, 3, 2)),
                (day(-4, 12, 30), day(3, 1, 2)),
                (day(1999, 12, 26), day(2001, 1, 1)),
            ] {
                let periods = periods(grain, first, until);
                assert!(periods.start_of(0) <= first);
                assert!(periods.end() >= until);
                for number in periods.start_of(0).0..periods.end().0 {
                    let period = periods.find(Day(number));
                    assert!(
                        periods.start_of(period).0 <= number && number < periods.end_of(period).0
                    );
                }
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        let weeks = periods(Grain::Week, day(2025, 1, 1), day(2025, 1, 7));
        assert_eq!(weeks.start_of(0), day(2024, 12, 30));
        assert_eq!(weeks.start_of(1), day(2025, 1, 6));
        assert_eq!(weeks.len(), 2);
    }

    #[test]
    fn the_last_period_begins_before_until_and_is_complete_when_it_ends_by_then() {
        let months = periods(Grain::Month, day(2025, 1, 15), day(2025, 3, 1));
        assert_eq!((months.len(), months.is_complete(1)), (2, true));
        let months = periods(Grain::Month, day(2025, 1, 15), day(2025, 3, 2));
        assert_eq!((months.len(), months.is_complete(2)), (3, false));
        let through = Horizon::through(Grain::Month, day(2025, 2, 28));
        let months = Periods::new(day(2025, 1, 15), through).expect("periods");
        assert_eq!((months.len(), months.is_complete(1)), (2, false));
    }

    #[test]
    fn a_first_day_in_the_period_of_until_is_inside_and_a_later_one_is_not() {
        assert_eq!(periods(Grain::Month, day(2025, 3, 20), day(2025, 3, 2)).len(), 1);
        assert_eq!(periods(Grain::Month, day(2025, 3, 20), day(2025, 3, 1)).len(), 0);
        assert!(periods(Grain::Month, day(2025, 4, 1), day(2025, 3, 2)).is_empty());
    }

    #[test]
    fn a_period_that_begins_or_ends_outside_the_servers_calendar_is_refused() {
        let first = |grain, first| {
            Periods::new(first, Horizon::until(grain, Day(first.0 + 1)).expect("a horizon")).err()
        };
        assert_eq!(first(Grain::Day, Day::FIRST), None);
        assert_eq!(
            first(Grain::Month, Day::FIRST),
            Some(Error::DayOutOfRange("the start", Day::FIRST))
        );
        assert_eq!(first(Grain::Day, Day(Day::LAST.0 - 1)), None);
        let until = Error::DayOutOfRange("until", Day(Day::LAST.0 + 1));
        assert_eq!(first(Grain::Day, Day::LAST), Some(until));
        assert_eq!(day(-4713, 11, 24), Day::FIRST);
    }

    #[test]
    fn too_many_periods_and_days_outside_the_calendar_are_refused() {
        let horizon = Horizon::until(Grain::Day, Day(MAX_PERIODS as i32)).expect("a horizon");
        assert_eq!(Periods::new(Day(0), horizon).map(|p| p.len()), Ok(MAX_PERIODS));
        assert_eq!(Periods::new(Day(-1), horizon).err(), Some(Error::TooManyPeriods("periods")));
        assert!(Horizon::until(Grain::Day, Day::INFINITY).is_err());
        let far = Horizon::until(Grain::Month, Day(2_000_000_000)).expect("a horizon");
        assert_eq!(
            Periods::new(Day(0), far).err(),
            Some(Error::DayOutOfRange("until", Day(2_000_000_000)))
        );
        let far = Horizon::until(Grain::Day, Day(2_000_000_000)).expect("a horizon");
        assert_eq!(Periods::new(Day(0), far).err(), Some(Error::TooManyPeriods("periods")));
    }

    #[test]
    fn a_month_is_whole_on_the_day_it_is_added_to() {
        let months = |start: (i32, u32, u32), end: (i32, u32, u32)| {
            day(end.0, end.1, end.2).months_since(day(start.0, start.1, start.2))
        };
        assert_eq!(months((2025, 1, 15), (2025, 1, 15)), Some(0));
        assert_eq!(months((2025, 1, 15), (2025, 2, 14)), Some(0));
        assert_eq!(months((2025, 1, 15), (2025, 2, 15)), Some(1));
        assert_eq!(months((2025, 1, 31), (2025, 2, 27)), Some(0));
        assert_eq!(months((2025, 1, 31), (2025, 2, 28)), Some(1));
        assert_eq!(months((2024, 1, 31), (2024, 2, 28)), Some(0));
        assert_eq!(months((2025, 1, 31), (2025, 3, 30)), Some(1));
        assert_eq!(months((2024, 2, 29), (2025, 2, 28)), Some(12));
        assert_eq!(months((-1, 12, 5), (1, 1, 4)), Some(12));
    }
}
