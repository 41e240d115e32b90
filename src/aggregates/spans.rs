//! Rows of customers' MRR, and the periods they are looked at by.

use pgrx::prelude::*;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::facts::span::Span;

use super::asked_periods::AskedPeriods;
use super::group::{Group, Row, exchange};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::date::{Date, DateRange};
use crate::pg::numeric::Numeric;
use crate::pg::period_options::{PeriodArguments, PeriodOptions, UntilOption};
use crate::pg::state::State;

pub type SpansByPeriod = Group<Span, AskedPeriods>;

/// Adds a row given as two dates.
#[pg_extern(immutable, parallel_safe)]
fn spans_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<SpansByPeriod>>,
    customer: Option<CustomerDatum<'fcx>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric<'fcx>>,
    options: PeriodOptions<'fcx, 5>,
) -> State<SpansByPeriod> {
    add_dates(row(call, state, customer, &options), starts_on, ends_on, mrr)
}

/// The same, without a grain.
#[pg_extern(immutable, parallel_safe)]
fn spans_until_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<SpansByPeriod>>,
    customer: Option<CustomerDatum<'fcx>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric<'fcx>>,
    options: UntilOption<'fcx, 5>,
) -> State<SpansByPeriod> {
    add_dates(row(call, state, customer, &options), starts_on, ends_on, mrr)
}

/// Adds a row given as a range of dates.
#[pg_extern(immutable, parallel_safe)]
fn spans_during_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<SpansByPeriod>>,
    customer: Option<CustomerDatum<'fcx>>,
    during: Option<DateRange<'fcx>>,
    mrr: Option<Numeric<'fcx>>,
    options: PeriodOptions<'fcx, 4>,
) -> State<SpansByPeriod> {
    const NO_DAYS: (Day, Day) = (Day(0), Day(0));
    let row = row(call, state, customer, &options);
    let days = row.required(during, "during").bounds().unwrap_or(NO_DAYS);
    let mrr = row.required(mrr, "mrr");
    add(row, days, mrr)
}

exchange!(SpansByPeriod: spans_combine, spans_serialize, spans_deserialize);

fn row<'a>(
    call: Call,
    state: Option<State<SpansByPeriod>>,
    customer: Option<CustomerDatum<'a>>,
    options: &impl PeriodArguments,
) -> Row<'a, Span, AskedPeriods> {
    let ask = |_| AskedPeriods::of(options);
    Row::new(call, state, customer, ask, |periods| periods.must_be(options))
}

fn add_dates(
    row: Row<Span, AskedPeriods>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric>,
) -> State<SpansByPeriod> {
    let Date(starts_on) = row.required(starts_on, "starts_on");
    let ends_on = ends_on.map_or(Day::INFINITY, |it| it.0);
    let mrr = row.required(mrr, "mrr");
    add(row, (starts_on, ends_on), mrr)
}

fn add(
    row: Row<Span, AskedPeriods>,
    (starts_on, ends_on): (Day, Day),
    mrr: Numeric,
) -> State<SpansByPeriod> {
    row.add(|spans, customer| spans.add_span(customer, starts_on, ends_on, mrr.to_decimal("mrr")?))
}
