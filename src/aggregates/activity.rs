//! Rows of subjects' active days.

use pgrx::prelude::*;
use saas_metrics_engine::facts::activity::Activity;

use super::asked_periods::AskedPeriods;
use super::group::{Group, Row, exchange};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::date::Date;
use crate::pg::period_options::{PeriodArguments, PeriodOptions, UntilOption};
use crate::pg::state::State;

pub type ActivityByPeriod = Group<Activity, AskedPeriods>;

#[pg_extern(immutable, parallel_safe)]
fn activity_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<ActivityByPeriod>>,
    subject: Option<CustomerDatum<'fcx>>,
    active_on: Option<Date>,
    options: PeriodOptions<'fcx, 3>,
) -> State<ActivityByPeriod> {
    add(call, state, subject, active_on, &options)
}

/// The same, without a grain.
#[pg_extern(immutable, parallel_safe)]
fn activity_until_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<ActivityByPeriod>>,
    subject: Option<CustomerDatum<'fcx>>,
    active_on: Option<Date>,
    options: UntilOption<'fcx, 3>,
) -> State<ActivityByPeriod> {
    add(call, state, subject, active_on, &options)
}

exchange!(ActivityByPeriod: activity_combine, activity_serialize, activity_deserialize);

fn add(
    call: Call,
    state: Option<State<ActivityByPeriod>>,
    subject: Option<CustomerDatum>,
    active_on: Option<Date>,
    options: &impl PeriodArguments,
) -> State<ActivityByPeriod> {
    let ask = |_| AskedPeriods::of(options);
    let row =
        Row::new(call, state, subject, ask, |periods: &AskedPeriods| periods.must_be(options));
    let Date(active_on) = row.required(active_on, "active_on");
    row.add(|days, subject| days.add_activity(subject, active_on))
}
