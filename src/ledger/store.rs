//! `ledger_store`: the lines of many customers into a table without indexes.

use pgrx::prelude::*;
use saas_metrics_engine::ledger::packed::unpack;

use super::lines::{LINE_NAMES, line_columns};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::error::or_raise;
use crate::pg::heap::Heap;
use crate::pg::packed::PackedMovements;
use crate::pg::row::Value;

/// Where the customer is among the arguments.
const CUSTOMER: i32 = 2;

/// Appends the lines of movements to a table of them; returns how many.
#[pg_extern(strict)]
fn ledger_store<'a>(
    call: Call<'a>,
    lines: pg_sys::Oid,
    refresh: i64,
    customer: CustomerDatum<'a>,
    movements: PackedMovements<'a>,
) -> i64 {
    let heap = Heap::of(call, lines, &LINE_NAMES);
    let customer = customer.value(call, CUSTOMER);
    heap.append(|push| {
        or_raise(unpack(movements.bytes(), |told| {
            let line = line_columns(told);
            push(std::array::from_fn::<_, { LINE_NAMES.len() }, _>(|place| match place {
                0 => customer,
                1 => Value::Count(refresh),
                _ => line[place - 2],
            }));
            Ok(())
        }));
    })
}
