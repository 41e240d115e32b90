//! `ledger_movements` and `ledger_rejections`: what one customer's rows come to.

use pgrx::datum::Uuid;
use pgrx::prelude::*;
use saas_metrics_engine::billing_period::MRR_DECIMALS;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::ledger::canceled::need_all;
use saas_metrics_engine::ledger::items::stretches;
use saas_metrics_engine::ledger::movements::{Line, Movement};
use saas_metrics_engine::ledger::packed::{Packer, Told, unpack};
use saas_metrics_engine::ledger::rows::{Length, Rows as PeriodRows, factor};
use saas_metrics_engine::ledger::sweep::movements;

use super::reader::Reader;
use crate::pg::call::{Call, Kept};
use crate::pg::columns::Columns;
use crate::pg::error::{check_for_interrupts, or_raise};
use crate::pg::memory::ServerMemory;
use crate::pg::packed::{PackedMovements, PackedMovementsBuilder};
use crate::pg::row::{Filling, Rows, RowsBuilder, Value};
use crate::pg::row_set::RowSet;
use crate::pg::state::State;
use crate::pg::time::{Instant, Interval};
use crate::pg::varlena::Text;

/// The rows of one customer, and how they are read.
pub struct LedgerCustomer {
    reader: Kept<Reader>,
    rows: PeriodRows<ServerMemory>,
    /// The digest of the rows whose lines are known.
    known: Option<Uuid>,
}

impl LedgerCustomer {
    fn digest(&self) -> Uuid {
        Uuid::from_bytes(self.rows.digest(&self.reader.settings).to_be_bytes())
    }

    fn is_known(&self) -> bool {
        self.known.is_some_and(|it| it.as_bytes() == self.digest().as_bytes())
    }
}

#[pg_extern(immutable, parallel_safe)]
fn ledger_movements_step(
    call: Call,
    state: Option<State<LedgerCustomer>>,
    settings: Option<Text>,
    known: Option<Uuid>,
    period: Columns<3>,
) -> State<LedgerCustomer> {
    let mut state = state.unwrap_or_else(|| {
        let memory = call.aggregate_memory();
        let reader = Reader::of(call, settings, period);
        State::new_in(LedgerCustomer { reader, rows: PeriodRows::new_in(memory), known }, memory)
    });
    let reader = state.reader;
    let settings = &reader.settings;
    let given = reader.read(period);
    or_raise(state.rows.add(&given, settings));
    state
}

/// The digest of the rows and of how they are read; NULL without rows, or if it is known.
#[pg_extern(immutable, parallel_safe)]
fn ledger_digest_final(state: Option<State<LedgerCustomer>>) -> Option<Uuid> {
    state.filter(|it| !it.is_known()).map(|it| it.digest())
}

/// All movements, in order; NULL without rows, or if they are known.
#[pg_extern(immutable, parallel_safe)]
fn ledger_movements_final(state: Option<State<LedgerCustomer>>) -> Option<PackedMovementsBuilder> {
    let state = state.filter(|it| !it.is_known())?;
    let reader = state.reader;
    let mut packed = PackedMovementsBuilder::new();
    let packer = Packer::new(packed.buffer(), reader.settings.currency.code());
    let mut packer = or_raise(packer);
    let checkpoint = &check_for_interrupts;
    let pack = |movement: &Movement, lines: &[Line]| packer.push(movement, lines);
    or_raise(movements(&state.rows, &reader.settings, &reader.zone, checkpoint, pack));
    Some(packed)
}

/// The lines of movements, in order.
#[pg_extern(immutable, strict, parallel_safe)]
fn ledger_lines(call: Call, movements: PackedMovements) -> RowSet {
    let mut rows = RowSet::new(call);
    or_raise(unpack(movements.bytes(), |told| {
        rows.push(|row| put_line(row, told));
        Ok(())
    }));
    rows
}

/// What the first line tells of its movement is NULL in the others, and what would repeat is NULL:
/// a day from which it counts that is its own, amounts of a line that are the movement's, an opening
/// that is the MRR before.
fn put_line(row: &mut Filling, told: &Told) {
    let Told { movement, line, first, .. } = *told;
    let amount = |mantissa| Value::Decimal(Decimal::new(mantissa, MRR_DECIMALS).trimmed());
    let unless = |known: bool, mantissa: i128| if known { Value::Null } else { amount(mantissa) };
    let same = first && (line.before, line.after) == (movement.before, movement.after);
    let counts_from = Some(movement.counts_from).filter(|it| *it != movement.at.day);
    let Length { months, days, micros } = line.billing_period;
    row.put(Value::Integer(told.seq));
    row.put(Value::Instant(Instant(movement.at.instant)));
    row.put(Value::Date(movement.at.day));
    row.put(counts_from.into());
    row.put(Value::Text(movement.kind.name().as_bytes()));
    if first {
        row.put(amount(movement.before));
        row.put(amount(movement.after));
        row.put(Value::Date(movement.first_on));
        row.put(Value::Integer(movement.spell as i32));
        row.put(movement.cause.map(|it| it.kind.name().as_bytes()).into());
        row.put(movement.cause.and_then(|it| it.reason).into());
    } else {
        row.put_nulls(6);
    }
    row.put(line.product.into());
    row.put(line.plan.into());
    row.put(Value::Interval(Interval { months, days, micros }));
    row.put(Value::Text(line.currency.unwrap_or(told.currency)));
    row.put(unless(same, line.before));
    row.put(unless(same, line.after));
    row.put(unless(line.native_amount == line.after - line.before, line.native_amount));
    let shares = [line.plan_share, line.product_share, line.billing_period_share];
    for share in shares {
        row.put(unless(share.switched == 0, share.switched));
    }
    for share in shares {
        row.put(
            Some(share.customers)
                .filter(|it| *it != 0)
                .map_or(Value::Null, |it| Value::Small(it.into())),
        );
    }
    if first {
        for opening in movement.openings.mrr {
            row.put(opening.map_or(Value::Null, amount));
        }
        row.put(Value::Small(movement.openings.active));
    } else {
        row.put_nulls(6);
    }
    row.put(unless(line.currency_switch == 0, line.currency_switch));
    row.put(movement.net.number().map_or(Value::Null, Value::Small));
}

/// The rows that cannot be read; none without rows, or if they are known.
#[pg_extern(immutable, parallel_safe)]
fn ledger_rejections_final(call: Call, state: Option<State<LedgerCustomer>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(state) = state.filter(|it| !it.is_known()) {
        let known = &state.rows;
        for it in &known.rejections {
            let start = it.start.map(|it| Value::Instant(Instant(it)));
            rows.push({
                [
                    known.text(it.subscription_id).into(),
                    known.text(it.item_id).into(),
                    start.unwrap_or(Value::Null),
                    known.text(it.reason).into(),
                ]
            });
        }
        let reader = state.reader;
        let found = if need_all(known) {
            stretches(known, &reader.settings, &reader.zone).rejected
        } else {
            vec![]
        };
        for (number, reason) in &found {
            let row = &known.rows[*number];
            rows.push({
                [
                    known.text(row.subscription_id).into(),
                    known.text(row.item_id).into(),
                    Value::Instant(Instant(row.start.instant)),
                    Value::Text(reason.as_bytes()),
                ]
            });
        }
    }
    rows.finish()
}

/// How each row counts, in the order in which they came; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn ledger_explanations_final(call: Call, state: Option<State<LedgerCustomer>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(state) = state {
        let known = &state.rows;
        let found = stretches(known, &state.reader.settings, &state.reader.zone);
        let amount = |mantissa| Value::Decimal(Decimal::new(mantissa, MRR_DECIMALS).trimmed());
        let place = |row: usize| Value::Integer(known.rows[row].place as i32);
        let policy = &state.reader.settings.policy;
        for it in &found.stretches {
            let factor = factor(policy, known.rows[it.row].billing_period).ok();
            let factor = factor.map(|it| it.to_string());
            rows.push([
                place(it.row),
                factor.as_deref().map(str::as_bytes).into(),
                amount(it.native),
                amount(it.converted),
                Value::Date(it.start.day),
                Value::Date(it.end.day),
                Value::Text(it.rule.text().as_bytes()),
            ]);
        }
        let mut refuse = |place, reason: &[u8]| {
            let nothing = Value::Null;
            rows.push([place, nothing, nothing, nothing, nothing, nothing, Value::Text(reason)]);
        };
        for (row, rule) in &found.ignored {
            refuse(place(*row), rule.text().as_bytes());
        }
        for (row, reason) in &found.rejected {
            refuse(place(*row), format!("cannot be read: {reason}").as_bytes());
        }
        for it in &known.rejections {
            let reason = String::from_utf8_lossy(known.text(it.reason).unwrap_or_default());
            let place = Value::Integer(it.place as i32);
            refuse(place, format!("cannot be read: {reason}").as_bytes());
        }
    }
    rows.finish()
}
