//! `mrr_timeline` and `mrr_changes`: one customer's MRR through time.

use pgrx::prelude::*;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::collection::key::Customer;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::facts::span::Span;
use saas_metrics_engine::metrics::changes::{MrrChange, mrr_changes};

use super::group::{Group, exchange};
use super::mrr::span_from;
use crate::pg::call::Call;
use crate::pg::date::Date;
use crate::pg::error::{check_for_interrupts, or_raise, raise_engine, raise_null};
use crate::pg::numeric::Numeric;
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;

/// The spans of one customer.
pub type OneCustomer = Group<Span, ()>;

#[pg_extern(immutable, parallel_safe)]
fn mrr_changes_step(
    call: Call,
    state: Option<State<OneCustomer>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric>,
) -> State<OneCustomer> {
    let mut state = state.unwrap_or_else(|| Group::of_one_customer((), call.aggregate_memory()));
    let Date(starts_on) = starts_on.unwrap_or_else(|| raise_null("starts_on", ""));
    let ends_on = ends_on.map_or(Day::INFINITY, |it| it.0);
    let mrr = mrr.unwrap_or_else(|| raise_null("mrr", &span_from(starts_on)));
    let added = mrr
        .to_decimal("mrr")
        .and_then(|mrr| state.facts.add_span(Customer::Id(0), starts_on, ends_on, mrr));
    added.unwrap_or_else(|error| raise_engine(&error, &span_from(starts_on)));
    state
}

exchange!(OneCustomer: mrr_changes_combine, mrr_changes_serialize, mrr_changes_deserialize);

/// Each change as a movement; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn mrr_changes_final(call: Call, state: Option<State<OneCustomer>>) -> Rows {
    rows(call, state, |change, scale| {
        let amount = |mantissa| Value::Decimal(Decimal::new(mantissa, scale));
        [
            Value::Date(change.day),
            Value::Text(change.kind.name().as_bytes()),
            amount(change.after - change.before),
            amount(change.before),
            amount(change.after),
        ]
    })
}

/// The MRR from each change on; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn mrr_timeline_final(call: Call, state: Option<State<OneCustomer>>) -> Rows {
    rows(call, state, |change, scale| {
        [Value::Date(change.day), Value::Decimal(Decimal::new(change.after, scale))]
    })
}

fn rows<const N: usize>(
    call: Call,
    state: Option<State<OneCustomer>>,
    columns: impl Fn(MrrChange, u8) -> [Value<'static>; N],
) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(mut state) = state {
        let scale = state.facts.scale();
        let emit = |change| rows.push(columns(change, scale));
        or_raise(mrr_changes(&mut state.facts, &check_for_interrupts, emit));
    }
    rows.finish()
}
