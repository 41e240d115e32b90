//! `churn_by_age`: in which month of life customers leave.

use pgrx::prelude::*;
use saas_metrics_engine::metrics::churn_by_age::churn_by_age;

use super::spans::SpansByPeriod;
use crate::formulas::{GUARD_DECIMALS, approximate, one, ratio};
use crate::pg::call::Call;
use crate::pg::date::today;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::numeric::Numeric;
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The ages of all customers; none without rows.
#[pg_extern(stable, parallel_safe)]
fn churn_by_age_final(call: Call, state: Option<State<SpansByPeriod>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    let Some(mut state) = state else { return rows.finish() };
    let until = state.question.until().unwrap_or_else(today);
    let ages = or_raise(churn_by_age(&mut state.facts, until, &check_for_interrupts));
    let mut survival = one();
    for (age, it) in ages.iter().enumerate() {
        // At each age someone is at risk, or the ages would end before it.
        let (at_risk, churned) = (Numeric::from(it.at_risk), Numeric::from(it.churned));
        let staying = (at_risk - churned).at_least(GUARD_DECIMALS) / at_risk;
        survival = (survival * staying).round(GUARD_DECIMALS);
        rows.push({
            [
                Value::Count(age as i64),
                Value::Count(it.at_risk),
                Value::Count(it.churned),
                ratio(churned, at_risk).into(),
                Value::Numeric(approximate(survival)),
            ]
        });
    }
    rows.finish()
}
