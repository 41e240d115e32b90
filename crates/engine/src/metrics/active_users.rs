use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::calendar::{Day, MAX_PERIODS};
use crate::collection::room::defaults;
use crate::facts::activity::{Activities, Activity};
use crate::{Checkpoint, Error, Result};

/// How many subjects are active on a day, and in the days that end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveDay {
    pub day: Day,
    pub daily: i64,
    pub weekly: i64,
    pub monthly: i64,
}

/// Lengths of the windows in days, as in [`ActiveDay`].
const WINDOWS: [usize; 3] = [1, 7, 28];

/// Every day from the first activity to the last or, where it is given, up to `until`.
pub fn active_users<A: Allocator + Clone>(
    activities: &mut Activities<A>,
    until: Option<Day>,
    checkpoint: Checkpoint,
    mut emit: impl FnMut(ActiveDay),
) -> Result<()> {
    let Some((first, last)) = activities.range() else { return Ok(()) };
    let days = i64::from(until.map_or(last.0 + 1, |it| it.0)) - i64::from(first.0);
    let days = usize::try_from(days).unwrap_or(0);
    if days > MAX_PERIODS {
        return Err(Error::TooManyPeriods("days"));
    }
    let mut gains = defaults(days + 1)?;
    activities.for_each_customer(checkpoint, |subject| {
        mark(&subject.facts, first, days, &mut gains);
        Ok(())
    })?;
    let mut active = [0; 3];
    for (number, gain) in gains[..days].iter().enumerate() {
        active.iter_mut().zip(gain).for_each(|(active, gain)| *active += gain);
        let [daily, weekly, monthly] = active;
        emit(ActiveDay { day: Day(first.0 + number as i32), daily, weekly, monthly });
    }
    Ok(())
}

/// Marks in each window the days on which one subject, whose days are in order, comes and goes.
fn mark(days: &[Activity], first: Day, count: usize, gains: &mut Vec<[i64; 3]>) {
    let mut places = days.iter().map(|it| (it.0.0 - first.0) as usize).take_while(|it| *it < count);
    let Some(mut latest) = places.next() else { return };
    gains[latest].iter_mut().for_each(|gain| *gain += 1);
    for place in places {
        for (window, days) in WINDOWS.into_iter().enumerate() {
            if place - latest >= days {
                gains[latest + days][window] -= 1;
                gains[place][window] += 1;
            }
        }
        latest = place;
    }
    for (window, days) in WINDOWS.into_iter().enumerate() {
        gains[(latest + days).min(count)][window] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::key::Customer;
    use crate::testing::Random;
    use allocator_api2::alloc::Global;
    use std::collections::BTreeSet;

    #[test]
    fn windows_count_distinct_subjects() {
        let mut random = Random(8);
        for round in 0..300 {
            let mut activities = Activities::new_in(Customer::Id(0), Global);
            let rows: BTreeSet<(i64, i32)> = (0..1 + random.below(60))
                .map(|_| (random.below(5) as i64, random.below(90) as i32 - 40))
                .collect();
            for &(subject, day) in rows.iter().rev() {
                activities.add_activity(Customer::Id(subject), Day(day)).expect("a good row");
            }
            let bounds = rows.iter().map(|row| row.1);
            let (first, last) = (bounds.clone().min().unwrap_or(0), bounds.max().unwrap_or(0));
            let until = (round % 2 == 0).then(|| Day(random.below(120) as i32 - 45));
            let mut found = vec![];
            active_users(&mut activities, until, &|| (), |it| found.push(it)).expect("days");
            let active = |from: i32, to: i32| {
                let rows = rows.iter().filter(|row| from <= row.1 && row.1 <= to);
                rows.map(|row| row.0).collect::<BTreeSet<_>>().len() as i64
            };
            let expected = (first..until.map_or(last + 1, |it| it.0)).map(|day| ActiveDay {
                day: Day(day),
                daily: active(day, day),
                weekly: active(day - 6, day),
                monthly: active(day - 27, day),
            });
            assert_eq!(found, expected.collect::<std::vec::Vec<_>>(), "{rows:?} until {until:?}");
        }
    }
}
