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
    if !until.is_finite() {
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
        return Err(Error::TooManyPeriods);
    }
    if ages.len() <= age {
        ages.try_reserve(age + 1 - ages.len()).map_err(|_| Error::OutOfMemory)?;
        ages.resize(age + 1, ChurnAge::default());
    }
    ages[age].at_risk += 1;
    ages[age].churned += i64::from(spell.end.is_some());
    Ok(())
}
