//! `mrr_movements`: how MRR gets from one period's closing to the next.

use pgrx::prelude::*;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::metrics::movements::{MrrPeriod, mrr_movements};

use super::spans::SpansByPeriod;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The periods of all rows; none without rows.
#[pg_extern(stable, parallel_safe)]
fn mrr_movements_final(call: Call, state: Option<State<SpansByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let horizon = or_raise(state.question.horizon());
        let periods = or_raise(mrr_movements(&mut state.facts, horizon, &check_for_interrupts));
        let scale = state.facts.scale();
        periods.iter().for_each(|period| rows.push(columns(period, scale)));
    }
    rows.finish()
}

/// The columns of SQL's `mrr_period`.
fn columns(period: &MrrPeriod, scale: u8) -> [Value<'static>; 20] {
    let amount = |mantissa| Value::Decimal(Decimal::new(mantissa, scale));
    [
        Value::Date(period.start),
        Value::Date(period.end),
        Value::Boolean(period.complete),
        amount(period.opening_mrr),
        amount(period.new_mrr),
        amount(period.reactivation_mrr),
        amount(period.expansion_mrr),
        amount(period.contraction_mrr),
        amount(period.churn_mrr),
        amount(period.closing_mrr),
        amount(period.retained_mrr),
        amount(period.surviving_mrr),
        Value::Count(period.opening_customers),
        Value::Count(period.new_customers),
        Value::Count(period.reactivated_customers),
        Value::Count(period.expanded_customers),
        Value::Count(period.contracted_customers),
        Value::Count(period.churned_customers),
        Value::Count(period.lost_customers),
        Value::Count(period.closing_customers),
    ]
}
