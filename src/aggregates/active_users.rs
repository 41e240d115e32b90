//! `active_users`: daily, weekly and monthly active users, and stickiness.

use pgrx::prelude::*;
use saas_metrics_engine::metrics::active_users::{ActiveDay, active_users};

use super::activity::ActivityByPeriod;
use crate::formulas::ratio;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The days of all rows; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn active_users_final(call: Call, state: Option<State<ActivityByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let until = state.question.until();
        let emit = |day: ActiveDay| rows.push(columns(&day));
        or_raise(active_users(&mut state.facts, until, &check_for_interrupts, emit));
    }
    rows.finish()
}

/// The columns of SQL's `active_day`.
fn columns(day: &ActiveDay) -> [Value<'static>; 5] {
    [
        Value::Date(day.day),
        Value::Count(day.daily),
        Value::Count(day.weekly),
        Value::Count(day.monthly),
        ratio(day.daily.into(), day.monthly.into()).into(),
    ]
}
