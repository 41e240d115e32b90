//! `mrr`: monthly recurring revenue at a day.

use pgrx::prelude::*;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::facts::span::counts;
use saas_metrics_engine::metrics::standing::Days;
use saas_metrics_engine::{Error, Result};

use super::days;
use super::question::Question;
use crate::pg::call::Call;
use crate::pg::date::Date;
use crate::pg::error::{or_raise, raise_engine, raise_null};
use crate::pg::numeric::Numeric;
use crate::pg::state::{State, Unused};
use crate::pg::varlena::{Bytea, ByteaBuilder};

/// The sum of what counts on a day.
#[derive(Clone, Copy)]
pub struct Mrr {
    days: Days,
    sum: Decimal,
}

const NOTHING: Decimal = Decimal::new(0, 0);

#[pg_extern(immutable, parallel_safe)]
fn mrr_step(
    call: Call,
    state: Option<State<Mrr>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric>,
    at: Option<Date>,
) -> State<Mrr> {
    let days = days::at(at);
    let mut state =
        state.unwrap_or_else(|| State::new_in(Mrr { days, sum: NOTHING }, call.aggregate_memory()));
    state.days.must_equal(&days);
    let Date(starts_on) = starts_on.unwrap_or_else(|| raise_null("starts_on", ""));
    let ends_on = ends_on.map_or(Day::INFINITY, |it| it.0);
    let context = || span_from(starts_on);
    let mrr = mrr.unwrap_or_else(|| raise_null("mrr", &context()));
    let add = || -> Result<Decimal> {
        let mrr = mrr.to_decimal("mrr")?;
        let counts = counts(starts_on, ends_on, mrr)? && days.concern(starts_on, ends_on);
        if counts { state.sum.plus(mrr) } else { Ok(state.sum) }
    };
    let sum = add().unwrap_or_else(|error| raise_engine(&error, &context()));
    state.sum = sum;
    state
}

/// How an error message names a row without a customer.
pub fn span_from(starts_on: Day) -> String {
    format!("the span from {starts_on}")
}

#[pg_extern(immutable, parallel_safe)]
fn mrr_combine(state: Option<State<Mrr>>, other: Option<State<Mrr>>) -> Option<State<Mrr>> {
    match (state, other) {
        (Some(mut state), Some(other)) => {
            state.days.must_equal(&other.days);
            state.sum = or_raise(state.sum.plus(other.sum));
            Some(state)
        }
        (state, other) => state.or(other),
    }
}

#[pg_extern(immutable, strict, parallel_safe)]
fn mrr_serialize(state: State<Mrr>) -> ByteaBuilder {
    let mut bytes = ByteaBuilder::new();
    state.days.write(bytes.buffer());
    bytes.buffer().push(state.sum.scale);
    bytes.buffer().extend_from_slice(&state.sum.mantissa.to_le_bytes());
    bytes
}

#[pg_extern(immutable, strict, parallel_safe)]
fn mrr_deserialize(call: Call<'_>, bytes: Bytea<'_>, _unused: Unused<'_>) -> State<Mrr> {
    let memory = call.aggregate_memory();
    let read = || -> Option<Mrr> {
        let (days, bytes) = Days::read(bytes.bytes(), memory)?;
        let (&scale, bytes) = bytes.split_first()?;
        let mantissa = i128::from_le_bytes(*bytes.first_chunk()?);
        Some(Mrr { days, sum: Decimal::new(mantissa, scale) })
    };
    State::new_in(or_raise(read().ok_or(Error::CorruptRun)), memory)
}

#[pg_extern(immutable, parallel_safe)]
fn mrr_final<'a>(state: Option<State<Mrr>>) -> Numeric<'a> {
    state.map_or(NOTHING, |it| it.sum).into()
}
