//! Rows of customers' payments and refunds.

use pgrx::prelude::*;
use saas_metrics_engine::facts::payment::Payment;

use super::asked_periods::AskedPeriods;
use super::group::{Group, Row, exchange};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::date::Date;
use crate::pg::numeric::Numeric;
use crate::pg::period_options::PeriodOptions;
use crate::pg::state::State;

pub type PaymentsByPeriod = Group<Payment, AskedPeriods>;

#[pg_extern(immutable, parallel_safe)]
fn payments_step<'fcx>(
    call: Call<'fcx>,
    state: Option<State<PaymentsByPeriod>>,
    customer: Option<CustomerDatum<'fcx>>,
    paid_on: Option<Date>,
    amount: Option<Numeric<'fcx>>,
    options: PeriodOptions<'fcx, 4>,
) -> State<PaymentsByPeriod> {
    let ask = |_| AskedPeriods::of(&options);
    let must_be = |periods: &AskedPeriods| periods.must_be(&options);
    let row = Row::new(call, state, customer, ask, must_be);
    let Date(paid_on) = row.required(paid_on, "paid_on");
    let amount = row.required(amount, "amount");
    row.add(|payments, customer| {
        payments.add_payment(customer, paid_on, amount.to_decimal("amount")?)
    })
}

exchange!(PaymentsByPeriod: payments_combine, payments_serialize, payments_deserialize);
