use allocator_api2::alloc::Allocator;

use super::triangle::Triangle;
use crate::calendar::{Day, Horizon, Periods};
use crate::facts::activity::{Activities, Activity};
use crate::{Checkpoint, Result};

/// What is seen of a cohort in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityCell {
    pub cohort_start: Day,
    /// Periods since that of the cohort.
    pub age: usize,
    pub period_start: Day,
    pub complete: bool,
    pub customers: i64,
    pub retained: i64,
    /// Active in this period or in a later one.
    pub on_or_after: i64,
}

/// Every cohort at every age, from the first to the horizon.
pub fn activity_retention<A: Allocator + Clone>(
    activities: &mut Activities<A>,
    horizon: Horizon,
    checkpoint: Checkpoint,
    emit: impl FnMut(ActivityCell),
) -> Result<()> {
    let first = activities.range().map_or(Day::INFINITY, |range| range.0);
    let periods = Periods::new(first, horizon)?;
    let mut seen = Triangle::new(&periods)?;
    if !periods.is_empty() {
        activities.for_each_customer(checkpoint, |subject| {
            mark(&subject.facts, &periods, &mut seen);
            Ok(())
        })?;
    }
    emit_cells(&periods, &seen, emit);
    Ok(())
}

/// Members of a cohort that are active in a period, and those for whom it is the last.
#[derive(Clone, Copy, Default)]
struct Seen {
    active: i64,
    last: i64,
}

/// Marks the periods of one subject's days, which are in order.
fn mark(days: &[Activity], periods: &Periods, seen: &mut Triangle<Seen>) {
    let mut days = days.iter().map(|it| it.0).take_while(|day| *day < periods.end());
    let Some(first) = days.next() else { return };
    let cohort = periods.find(first);
    let mut period = cohort;
    seen.cell(cohort, period).active += 1;
    for day in days {
        if day >= periods.end_of(period) {
            period = periods.find(day);
            seen.cell(cohort, period).active += 1;
        }
    }
    seen.cell(cohort, period).last += 1;
}

fn emit_cells(periods: &Periods, seen: &Triangle<Seen>, mut emit: impl FnMut(ActivityCell)) {
    for cohort in 0..periods.len() {
        let row = seen.row(cohort);
        let customers = row[0].active;
        let mut on_or_after = customers;
        for (age, seen) in row.iter().enumerate() {
            emit(ActivityCell {
                cohort_start: periods.start_of(cohort),
                age,
                period_start: periods.start_of(cohort + age),
                complete: periods.is_complete(cohort + age),
                customers,
                retained: seen.active,
                on_or_after,
            });
            on_or_after -= seen.last;
        }
    }
}
