//! Plain numbers of customers' MRR at a day, or of what became of it over a period.

use pgrx::prelude::*;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::facts::span::Span;
use saas_metrics_engine::metrics::standing::{Days, Standing, standing};

use super::days;
use super::group::{Group, Row, exchange};
use super::question::Question;
use crate::formulas::{one, ratio};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::date::{Date, DateRange};
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::numeric::Numeric;
use crate::pg::state::State;

/// Of all spans those that count on one of the days.
pub type Standings = Group<Span, Days>;

/// Adds a row, to be looked at on a day.
#[pg_extern(immutable, parallel_safe)]
fn standing_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<Standings>>,
    customer: Option<CustomerDatum<'fcx>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric<'fcx>>,
    at: Option<Date>,
) -> State<Standings> {
    add(call, state, customer, (starts_on, ends_on, mrr), days::at(at))
}

/// Adds a row, to be looked at before and at the end of a period.
#[pg_extern(immutable, parallel_safe)]
fn standing_period_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<Standings>>,
    customer: Option<CustomerDatum<'fcx>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric<'fcx>>,
    period: Option<DateRange<'fcx>>,
) -> State<Standings> {
    add(call, state, customer, (starts_on, ends_on, mrr), days::period(period))
}

exchange!(Standings: standing_combine, standing_serialize, standing_deserialize);

fn add(
    call: Call,
    state: Option<State<Standings>>,
    customer: Option<CustomerDatum>,
    (starts_on, ends_on, mrr): (Option<Date>, Option<Date>, Option<Numeric>),
    days: Days,
) -> State<Standings> {
    let row = Row::new(call, state, customer, |_| days, |asked: &Days| asked.must_equal(&days));
    let Date(starts_on) = row.required(starts_on, "starts_on");
    let ends_on = ends_on.map_or(Day::INFINITY, |it| it.0);
    let mrr = row.required(mrr, "mrr");
    row.add(|spans, customer| {
        spans.add_span_on(days, customer, (starts_on, ends_on), mrr.to_decimal("mrr")?)
    })
}

/// The sums of all customers, and the decimals of amounts.
fn sums(state: Option<State<Standings>>) -> (Standing, u8) {
    let Some(mut state) = state else { return (Standing::default(), 0) };
    let days = state.question;
    let sums = or_raise(standing(&mut state.facts, days, &check_for_interrupts));
    (sums, state.facts.scale())
}

fn amount_ratio<'a>((part, whole): (i128, i128), scale: u8) -> Option<Numeric<'a>> {
    ratio(Decimal::new(part, scale).into(), Decimal::new(whole, scale).into())
}

#[pg_extern(immutable, parallel_safe)]
fn active_customers_final(state: Option<State<Standings>>) -> i64 {
    sums(state).0.closing_customers
}

#[pg_extern(immutable, parallel_safe)]
fn arpa_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    let (sums, scale) = sums(state);
    ratio(Decimal::new(sums.closing_mrr, scale).into(), sums.closing_customers.into())
}

#[pg_extern(immutable, parallel_safe)]
fn churn_rate_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    let (sums, _) = sums(state);
    ratio(sums.lost_customers.into(), sums.opening_customers.into())
}

#[pg_extern(immutable, parallel_safe)]
fn nrr_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    let (sums, scale) = sums(state);
    amount_ratio((sums.surviving_mrr, sums.opening_mrr), scale)
}

#[pg_extern(immutable, parallel_safe)]
fn grr_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    let (sums, scale) = sums(state);
    amount_ratio((sums.retained_mrr, sums.opening_mrr), scale)
}

#[pg_extern(immutable, parallel_safe)]
fn net_revenue_churn_rate_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    nrr_final(state).map(|it| one() - it)
}

#[pg_extern(immutable, parallel_safe)]
fn gross_revenue_churn_rate_final<'a>(state: Option<State<Standings>>) -> Option<Numeric<'a>> {
    grr_final(state).map(|it| one() - it)
}
