//! `activity_retention`: whether subjects come back.

use pgrx::prelude::*;
use saas_metrics_engine::metrics::activity_retention::{ActivityCell, activity_retention};

use super::activity::ActivityByPeriod;
use crate::formulas::ratio;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The triangle of all rows; empty without rows.
#[pg_extern(stable, parallel_safe)]
fn activity_retention_final(call: Call, state: Option<State<ActivityByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let horizon = or_raise(state.question.horizon());
        let emit = |cell: ActivityCell| rows.push(columns(&cell));
        or_raise(activity_retention(&mut state.facts, horizon, &check_for_interrupts, emit));
    }
    rows.finish()
}

/// The columns of SQL's `activity_cell`.
fn columns(cell: &ActivityCell) -> [Value<'static>; 8] {
    [
        Value::Date(cell.cohort_start),
        Value::Count(cell.age as i64),
        Value::Date(cell.period_start),
        Value::Count(cell.customers),
        Value::Count(cell.retained),
        ratio(cell.retained.into(), cell.customers.into()).into(),
        Value::Boolean(cell.complete),
        Value::Count(cell.on_or_after),
    ]
}
