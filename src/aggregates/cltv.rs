//! `cltv` and `cltv_factors`: transactional lifetime value from payments.

use pgrx::prelude::*;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::metrics::transactions::{Transactions, transactions};

use super::payments::PaymentsByPeriod;
use crate::formulas::ratio;
use crate::pg::call::Call;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::numeric::Numeric;
use crate::pg::row::Row;
use crate::pg::state::State;

const DAYS_OF_A_YEAR: i64 = 365;

/// Average sale × repeat transactions × retention in years. The divisors of the factors cancel out:
/// what remains, without rounding on the way, is revenue ÷ customers.
#[pg_extern(immutable, parallel_safe)]
fn cltv_final<'a>(state: Option<State<PaymentsByPeriod>>) -> Option<Numeric<'a>> {
    let (all, revenue) = sums(state?);
    if all.days == 0 {
        return None;
    }
    ratio(revenue, all.customers.into())
}

/// The three factors.
#[pg_extern(immutable, parallel_safe)]
fn cltv_factors_final(call: Call, state: Option<State<PaymentsByPeriod>>) -> Option<Row> {
    let (all, revenue) = sums(state?);
    let year = Numeric::from(DAYS_OF_A_YEAR);
    let (transactions, days) = (Numeric::from(all.transactions), Numeric::from(all.days));
    Some(Row::new(
        call,
        [
            ratio(revenue, transactions).into(),
            ratio(transactions * year, days).into(),
            ratio(days, Numeric::from(all.customers) * year).into(),
        ],
    ))
}

fn sums<'a>(mut state: State<PaymentsByPeriod>) -> (Transactions, Numeric<'a>) {
    let sums = or_raise(transactions(&mut state.facts, &check_for_interrupts));
    (sums, Decimal::new(sums.revenue, state.facts.scale()).into())
}
