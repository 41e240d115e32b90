//! `ledger_store`: the lines of many customers into a table without indexes.

use pgrx::prelude::*;
use saas_metrics_engine::ledger::movements::{Movement, MovementKind, Net};
use saas_metrics_engine::ledger::packed::unpack;

use super::lines::{LINE_NAMES, put_line};
use crate::pg::call::Call;
use crate::pg::customer::CustomerDatum;
use crate::pg::error::or_raise;
use crate::pg::heap::Heap;
use crate::pg::packed::PackedMovements;
use crate::pg::row::Value;

/// Where the customer is among the arguments.
const CUSTOMER: i32 = 2;

/// Appends the lines of movements to a table of them; returns how many change a customer's MRR.
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
    let mut lines = heap.open();
    let mut changes = 0;
    or_raise(unpack(movements.bytes(), |told| {
        let Movement { kind, net, .. } = *told.movement;
        changes += i64::from(told.first && net == Net::Plain && kind != MovementKind::Switch);
        lines.push(|row| {
            row.put(customer);
            row.put(Value::Count(refresh));
            put_line(row, told);
        });
        Ok(())
    }));
    lines.finish();
    changes
}
