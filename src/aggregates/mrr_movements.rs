//! `mrr_movements(customer, starts_on, ends_on, mrr [, grain [, until]])`, also with
//! `during daterange` in place of the two dates.

use pgrx::prelude::*;
use saas_metrics_engine::Error;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::movements::{MrrPeriod, mrr_movements};
use saas_metrics_engine::spans::Spans;

use super::asked_periods::AskedPeriods;
use crate::pg::call::Call;
use crate::pg::customer::{CustomerDatum, CustomerType};
use crate::pg::date::{Date, DateRange};
use crate::pg::error::{check_for_interrupts, or_raise, raise_engine, raise_null, required};
use crate::pg::memory::ServerMemory;
use crate::pg::numeric::Numeric;
use crate::pg::period_options::PeriodOptions;
use crate::pg::row::{Rows, Value};
use crate::pg::state::{State, Unused};
use crate::pg::varlena::{Bytea, ByteaBuilder};

/// The rows of one group, and the periods that are asked for.
pub struct MrrMovements {
    customer_type: CustomerType,
    periods: AskedPeriods,
    spans: Spans<ServerMemory>,
}

/// Where SQL has the customer among the arguments of a step.
const CUSTOMER: i32 = 1;

/// Adds a row given as two dates.
#[pg_extern(immutable, parallel_safe)]
fn mrr_movements_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<MrrMovements>>,
    customer: Option<CustomerDatum<'fcx>>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    mrr: Option<Numeric<'fcx>>,
    options: PeriodOptions<'fcx, 5>,
) -> State<MrrMovements> {
    let mut row = Row::new(call, state, customer, &options);
    let Date(starts_on) = row.required(starts_on, "starts_on");
    let ends_on = ends_on.map_or(Day::INFINITY, |it| it.0);
    let mrr = row.required(mrr, "mrr");
    row.add(starts_on, ends_on, mrr);
    row.state
}

/// Adds a row given as a range of dates.
#[pg_extern(immutable, parallel_safe)]
fn mrr_movements_during_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<MrrMovements>>,
    customer: Option<CustomerDatum<'fcx>>,
    during: Option<DateRange<'fcx>>,
    mrr: Option<Numeric<'fcx>>,
    options: PeriodOptions<'fcx, 4>,
) -> State<MrrMovements> {
    const NO_DAYS: (Day, Day) = (Day(0), Day(0));
    let mut row = Row::new(call, state, customer, &options);
    let (starts_on, ends_on) = row.required(during, "during").bounds().unwrap_or(NO_DAYS);
    let mrr = row.required(mrr, "mrr");
    row.add(starts_on, ends_on, mrr);
    row.state
}

/// A row on its way into the state.
struct Row<'a> {
    state: State<MrrMovements>,
    customer: CustomerDatum<'a>,
}

impl<'a> Row<'a> {
    fn new<const AT: usize>(
        call: Call,
        state: Option<State<MrrMovements>>,
        customer: Option<CustomerDatum<'a>>,
        options: &PeriodOptions<AT>,
    ) -> Self {
        let customer = required(customer, "customer");
        if let Some(state) = state {
            state.periods.must_be(options);
            return Row { state, customer };
        }
        let memory = call.aggregate_memory();
        let customer_type = CustomerType::of_argument(call, CUSTOMER);
        let periods = AskedPeriods::read(options);
        let spans = Spans::new_in(customer_type.read(customer), memory);
        Row {
            state: State::new_in(MrrMovements { customer_type, periods, spans }, memory),
            customer,
        }
    }

    fn required<T>(&self, argument: Option<T>, name: &str) -> T {
        argument.unwrap_or_else(|| raise_null(name, &self.describe()))
    }

    fn add(&mut self, starts_on: Day, ends_on: Day, mrr: Numeric) {
        let MrrMovements { customer_type, spans, .. } = &mut *self.state;
        let customer = customer_type.read(self.customer);
        let added = mrr.to_decimal().and_then(|mrr| spans.add(customer, starts_on, ends_on, mrr));
        if let Err(error) = added {
            raise_engine(&error, &self.describe());
        }
    }

    fn describe(&self) -> String {
        self.state.customer_type.describe(self.customer)
    }
}

/// Brings the rows of two states together, in the first.
#[pg_extern(immutable, parallel_safe)]
fn mrr_movements_combine(
    call: Call,
    state: Option<State<MrrMovements>>,
    other: Option<State<MrrMovements>>,
) -> Option<State<MrrMovements>> {
    let Some(mut other) = other else { return state };
    let memory = call.aggregate_memory();
    let mut state = state.unwrap_or_else(|| other.empty_copy(memory));
    state.periods.must_equal(other.periods);
    let copy = |run: &[u8]| memory.copy(run);
    or_raise(state.spans.absorb(&mut other.spans, copy, &check_for_interrupts));
    Some(state)
}

/// Writes a state for another process.
#[pg_extern(immutable, strict, parallel_safe)]
fn mrr_movements_serialize(mut state: State<MrrMovements>) -> ByteaBuilder {
    let mut bytes = ByteaBuilder::new();
    bytes.buffer().push(state.customer_type as u8);
    bytes.buffer().extend_from_slice(&state.periods.to_bytes());
    or_raise(state.spans.write_run(bytes.buffer(), &check_for_interrupts));
    bytes
}

/// Reads what another process wrote.
#[pg_extern(immutable, strict, parallel_safe)]
fn mrr_movements_deserialize(bytes: Bytea<'_>, _unused: Unused<'_>) -> State<MrrMovements> {
    let memory = ServerMemory::of_call();
    State::new_in(or_raise(MrrMovements::from_bytes(bytes.bytes(), memory)), memory)
}

/// The periods of all rows; none without rows.
#[pg_extern(stable, parallel_safe)]
fn mrr_movements_final(call: Call, state: Option<State<MrrMovements>>) -> Rows {
    let Some(mut state) = state else { return Rows::new(call, std::iter::empty::<[Value; 20]>()) };
    let horizon = or_raise(state.periods.horizon());
    let periods = or_raise(mrr_movements(&mut state.spans, horizon, &check_for_interrupts));
    let scale = state.spans.scale();
    Rows::new(call, periods.iter().map(|period| columns(period, scale)))
}

impl MrrMovements {
    fn empty_copy(&self, memory: ServerMemory) -> State<MrrMovements> {
        let MrrMovements { customer_type, periods, ref spans } = *self;
        State::new_in(
            MrrMovements { customer_type, periods, spans: spans.empty_in(memory) },
            memory,
        )
    }

    fn from_bytes(bytes: &[u8], memory: ServerMemory) -> saas_metrics_engine::Result<Self> {
        let (&customer_type, bytes) = bytes.split_first().ok_or(Error::CorruptRun)?;
        let (periods, run) = bytes.split_first_chunk().ok_or(Error::CorruptRun)?;
        Ok(MrrMovements {
            customer_type: CustomerType::from_byte(customer_type).ok_or(Error::CorruptRun)?,
            periods: AskedPeriods::from_bytes(*periods).ok_or(Error::CorruptRun)?,
            spans: Spans::of_run(memory.copy(run))?,
        })
    }
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
