//! `cohort_retention`: whether customers and their MRR stay.

use pgrx::prelude::*;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::metrics::cohort_retention::{RetentionCell, cohort_retention};

use super::spans::SpansByPeriod;
use crate::formulas::ratio;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The triangle of all rows; empty without rows.
#[pg_extern(stable, parallel_safe)]
fn cohort_retention_final(call: Call, state: Option<State<SpansByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let horizon = or_raise(state.question.horizon());
        let scale = state.facts.scale();
        let emit = |cell: RetentionCell| rows.push(columns(&cell, scale));
        or_raise(cohort_retention(&mut state.facts, horizon, &check_for_interrupts, emit));
    }
    rows.finish()
}

/// The columns of SQL's `retention_cell`.
fn columns(cell: &RetentionCell, scale: u8) -> [Value<'static>; 10] {
    let amount = |mantissa| Decimal::new(mantissa, scale);
    [
        Value::Date(cell.cohort_start),
        Value::Count(cell.age as i64),
        Value::Date(cell.period_start),
        Value::Count(cell.customers),
        Value::Count(cell.retained),
        ratio(cell.retained.into(), cell.customers.into()).into(),
        Value::Decimal(amount(cell.cohort_mrr)),
        Value::Decimal(amount(cell.retained_mrr)),
        ratio(amount(cell.retained_mrr).into(), amount(cell.cohort_mrr).into()).into(),
        Value::Boolean(cell.complete),
    ]
}
