use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::timeline::Timeline;
use crate::calendar::{Day, MAX_PERIODS};
use crate::decimal::Sum;
use crate::facts::span::Spans;
use crate::{Checkpoint, Error, Result};

/// What becomes of customers in a month of their life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChurnAge {
    pub at_risk: i64,
    pub churned: i64,
}

/// The first spells of all customers by age, from 0 on, as far as they are known before `until`.
pub fn churn_by_age<A: Allocator + Clone>(
    spans: &mut Spans<A>,
    until: Day,
    checkpoint: Checkpoint,
) -> Result<Vec<ChurnAge>> {
    if !until.is_in_calendar() {
        return Err(Error::DayOutOfRange("until", until));
    }
    let mut ages = if spans.sums_fit_a_word() {
        last_ages::<i64, A>(spans, until, checkpoint)?
    } else {
        last_ages::<i128, A>(spans, until, checkpoint)?
    };
    // Who is at risk at an age was so at all before it.
    let mut at_risk = 0;
    for age in ages.iter_mut().rev() {
        at_risk += age.at_risk;
        age.at_risk = at_risk;
    }
    Ok(ages)
}

/// The spells by the last age at which they are at risk.
fn last_ages<S: Sum, A: Allocator + Clone>(
    spans: &mut Spans<A>,
    until: Day,
    checkpoint: Checkpoint,
) -> Result<Vec<ChurnAge>> {
    let mut ages = Vec::new();
    let mut timeline = Timeline::default();
    spans.for_each_customer(checkpoint, |customer| {
        let mut spell = Spell::default();
        timeline.for_each_change::<S>(customer, until, checkpoint, |change| {
            spell.start = spell.start.or(Some(change.day));
            spell.end = spell.end.or((change.after == S::default()).then_some(change.day));
            Ok(())
        })?;
        count(spell, until, &mut ages)
    })?;
    Ok(ages)
}

/// A customer's first time with MRR.
#[derive(Clone, Copy, Default)]
struct Spell {
    start: Option<Day>,
    end: Option<Day>,
}

fn count(spell: Spell, until: Day, ages: &mut Vec<ChurnAge>) -> Result<()> {
    let Some(start) = spell.start else { return Ok(()) };
    let last_seen = spell.end.unwrap_or(Day(until.0 - 1));
    let age = last_seen.months_since(start).ok_or(Error::DayOutOfRange("the start", start))?;
    if age >= MAX_PERIODS {
        return Err(Error::TooManyPeriods("months"));
    }
    if ages.len() <= age {
        ages.try_reserve(age + 1 - ages.len()).map_err(|_| Error::OutOfMemory)?;
        ages.resize(age + 1, ChurnAge::default());
    }
    ages[age].at_risk += 1;
    ages[age].churned += i64::from(spell.end.is_some());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::key::Customer;
    use crate::decimal::Decimal;
    use allocator_api2::alloc::Global;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd(year, month, day).expect("a date")
    }

    #[test]
    fn only_first_spells_count_and_what_runs_on_is_censored() {
        let until = day(2025, 4, 1);
        let rows = [
            // Two months and a day; the return does not count.
            (1, day(2025, 1, 1), day(2025, 3, 2)),
            (1, day(2025, 3, 20), Day::INFINITY),
            // One month to the day, in two pieces.
            (2, day(2025, 1, 31), day(2025, 2, 10)),
            (2, day(2025, 2, 10), day(2025, 2, 28)),
            // Of month 3, which begins at until, nothing is known yet; nor of an end on that day.
            (3, day(2025, 1, 1), Day::INFINITY),
            (4, day(2025, 2, 15), until),
            // Starts too late.
            (5, until, Day::INFINITY),
        ];
        let mut spans = Spans::new_in(Customer::Id(0), Global);
        for (id, start, end) in rows {
            let mrr = Decimal::new(1, 0);
            spans.add_span(Customer::Id(id), start, end, mrr).expect("a good row");
        }
        let ages = churn_by_age(&mut spans, until, &|| ()).expect("ages");
        let expected = [(4, 0), (4, 1), (2, 1)];
        assert_eq!(ages, expected.map(|(at_risk, churned)| ChurnAge { at_risk, churned }));
        assert!(churn_by_age(&mut spans, Day::INFINITY, &|| ()).is_err());
    }
}
