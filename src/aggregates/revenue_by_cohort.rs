//! `revenue_by_cohort`: which cohorts a period's revenue comes from.

use pgrx::prelude::*;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::metrics::revenue_by_cohort::{RevenueCell, revenue_by_cohort};

use super::payments::PaymentsByPeriod;
use crate::formulas::ratio;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The layers of all rows; none without rows.
#[pg_extern(stable, parallel_safe)]
fn revenue_by_cohort_final(call: Call, state: Option<State<PaymentsByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let horizon = or_raise(state.question.horizon());
        let scale = state.facts.scale();
        let emit = |cell: RevenueCell| rows.push(columns(&cell, scale));
        or_raise(revenue_by_cohort(&mut state.facts, horizon, &check_for_interrupts, emit));
    }
    rows.finish()
}

/// The columns of SQL's `revenue_cell`.
fn columns(cell: &RevenueCell, scale: u8) -> [Value<'static>; 5] {
    let amount = |mantissa| Decimal::new(mantissa, scale);
    [
        Value::Date(cell.period_start),
        cell.cohort_start.into(),
        Value::Count(cell.customers),
        Value::Decimal(amount(cell.revenue)),
        ratio(amount(cell.revenue).into(), amount(cell.total).into()).into(),
    ]
}
