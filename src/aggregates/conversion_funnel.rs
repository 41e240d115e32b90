//! `conversion_funnel`: how far subjects get, step by step.

use pgrx::prelude::*;
use saas_metrics_engine::facts::event::Event;
use saas_metrics_engine::metrics::conversion_funnel::{FunnelStep, conversion_funnel};

use super::funnel_steps::AskedFunnel;
use super::group::{Group, Row, exchange};
use crate::formulas::ratio;
use crate::pg::array::TextArray;
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::error::{check_for_interrupts, or_raise, raise};
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;
use crate::pg::time::{Instant, Interval, WithinOption};
use crate::pg::varlena::Text;

/// The events that are steps of the funnel.
pub type Funnel = Group<Event, AskedFunnel>;

#[pg_extern(immutable, parallel_safe)]
fn conversion_funnel_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<Funnel>>,
    subject: Option<CustomerDatum<'fcx>>,
    step: Option<Text<'fcx>>,
    at: Option<Instant>,
    steps: Option<TextArray<'fcx>>,
    within: WithinOption<'fcx, 5>,
) -> State<Funnel> {
    let within = within.interval();
    let ask = |memory| AskedFunnel::of(steps, within, memory);
    let must_be = |asked: &AskedFunnel| asked.must_be(steps, within);
    let row = Row::new(call, state, subject, ask, must_be);
    let step = row.required(step, "step");
    let at = row.required(at, "at");
    if !at.is_finite() {
        raise(
            PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW,
            format!("{}: at must be an instant, not infinity", row.describe()),
            "Correct the row or filter it out.",
        );
    }
    match row.state.question.find(step.bytes()) {
        Some(step) => row.add(|events, subject| events.add_event(subject, step, at.0)),
        None => row.state,
    }
}

exchange!(
    Funnel: conversion_funnel_combine, conversion_funnel_serialize, conversion_funnel_deserialize
);

/// The steps of all rows; none without rows.
#[pg_extern(stable, parallel_safe)]
fn conversion_funnel_final(call: Call, state: Option<State<Funnel>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    let Some(mut state) = state else { return rows.finish() };
    let Group { question, facts, .. } = &mut *state;
    let count = question.names().len();
    let within = question.within().unwrap_or(Interval::UNLIMITED);
    let steps = or_raise(conversion_funnel(facts, count, &within, &check_for_interrupts));
    for (place, (step, name)) in steps.iter().zip(question.names()).enumerate() {
        rows.push(columns(&steps, place, step, name));
    }
    rows.finish()
}

/// The columns of SQL's `funnel_step`.
fn columns<'a>(
    steps: &[FunnelStep],
    place: usize,
    step: &FunnelStep,
    name: &'a [u8],
) -> [Value<'a>; 6] {
    let rate_from = |base: &FunnelStep| ratio(step.reached.into(), base.reached.into());
    let previous = place.checked_sub(1).and_then(|it| steps.get(it));
    [
        Value::Text(name),
        Value::Count(place as i64 + 1),
        Value::Count(step.reached),
        previous.and_then(rate_from).into(),
        steps.first().and_then(rate_from).into(),
        step.median_time.map(Interval::of_micros).into(),
    ]
}
