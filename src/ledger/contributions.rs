//! `ledger_contributions`: what lines of movements add to rollups.

use pgrx::pg_sys;
use pgrx::prelude::*;
use saas_metrics_engine::billing_period::MRR_DECIMALS;
use saas_metrics_engine::decimal::Decimal;
use saas_metrics_engine::ledger::contributions::{Contributions, Head, KeptLine, Key, Slice, Sums};
use saas_metrics_engine::ledger::movements::{MovementKind, Net, Openings};
use saas_metrics_engine::ledger::packed::unpack;
use saas_metrics_engine::{Error, Result};

use crate::pg::call::Call;
use crate::pg::columns::Columns;
use crate::pg::date::Date;
use crate::pg::error::{invalid_argument, or_raise, required};
use crate::pg::memory::ServerMemory;
use crate::pg::numeric::Numeric;
use crate::pg::packed::PackedMovements;
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::shown::shown;
use crate::pg::state::State;
use crate::pg::varlena::Text;

/// The types of the columns that are read, in their order.
const TYPES: [pg_sys::Oid; 30] = [
    pg_sys::DATEOID,
    pg_sys::DATEOID,
    pg_sys::TEXTOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::DATEOID,
    pg_sys::INT4OID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::INTERVALOID,
    pg_sys::TEXTOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::INT2OID,
    pg_sys::INT2OID,
    pg_sys::INT2OID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::INT2OID,
    pg_sys::NUMERICOID,
    pg_sys::INT2OID,
];

type Sum = Contributions<ServerMemory>;

#[pg_extern(immutable, parallel_safe)]
fn ledger_contributions_step(
    call: Call,
    state: Option<State<Sum>>,
    slice: Option<Text>,
    sign: Option<i32>,
    settled_on: Option<Date>,
    line: Columns<4>,
) -> State<Sum> {
    let mut state = state.unwrap_or_else(|| {
        line.must_be(&TYPES);
        empty(call, slice, settled_on)
    });
    let sign = required(sign, "sign");
    let added = kept_line(line, sign.into()).and_then(|it| state.add(&it));
    or_raise(added);
    state
}

/// The same from movements that are packed, all of which it adds.
#[pg_extern(immutable, parallel_safe)]
fn ledger_contributions_packed_step(
    call: Call,
    state: Option<State<Sum>>,
    slice: Option<Text>,
    settled_on: Option<Date>,
    movements: Option<PackedMovements>,
) -> State<Sum> {
    let mut state = state.unwrap_or_else(|| empty(call, slice, settled_on));
    if let Some(movements) = movements {
        or_raise(unpack(movements.bytes(), |told| state.add(&KeptLine::of(told))));
    }
    state
}

/// No sums, of one slice or of all.
fn empty(call: Call, slice: Option<Text>, settled_on: Option<Date>) -> State<Sum> {
    let memory = call.aggregate_memory();
    let settled = required(settled_on, "settled_on").0;
    let only = slice.map(|name| Slice::named(name.bytes()).unwrap_or_else(|| raise_unknown(&name)));
    State::new_in(Sum::new_in(memory, settled, only), memory)
}

#[pg_extern(immutable, parallel_safe)]
fn ledger_slices() -> Vec<&'static str> {
    Slice::all().map(Slice::name).collect()
}

#[cold]
fn raise_unknown(slice: &Text) -> ! {
    invalid_argument(
        format!("a rollup has no slice \"{}\"", shown(slice.bytes())),
        &format!("Use one of: {}.", ledger_slices().join(", ")),
    )
}

/// A line as its table keeps it: what is NULL there follows from the rest.
fn kept_line<'a>(row: Columns<'a, 4>, sign: i64) -> Result<KeptLine<'a>> {
    let unreadable = || Error::Settings("a line of a movement lacks what it must have".to_owned());
    let amount = |place: usize| row.numeric(place).map(mantissa).transpose();
    let or_zero = |place: usize| amount(place).map(|it| it.unwrap_or(0));
    let customers = |place: usize| row.small(place).unwrap_or(0).into();
    let effective_on = row.date(0).ok_or_else(unreadable)?;
    let kind = row
        .text(2)
        .and_then(|name| MovementKind::ALL.into_iter().find(|it| it.name().as_bytes() == name));
    let head = match (amount(3)?, amount(4)?) {
        (Some(before), Some(after)) => Some(Head {
            before,
            after,
            first_on: row.date(5).ok_or_else(unreadable)?,
            spell: row.integer(6).ok_or_else(unreadable)?.into(),
            churn_kind: row.text(7),
            churn_reason: row.text(8),
            openings: Openings {
                mrr: [amount(22)?, amount(23)?, amount(24)?, amount(25)?, amount(26)?],
                active: row.small(27).ok_or_else(unreadable)?,
            },
        }),
        _ => None,
    };
    let of_head = head.map(|it| (it.before, it.after));
    let of_line = amount(13)?.zip(amount(14)?);
    let (before, after) = of_line.or(of_head).ok_or_else(unreadable)?;
    Ok(KeptLine {
        sign,
        effective_on,
        counts_from: row.date(1).unwrap_or(effective_on),
        kind: kind.ok_or_else(unreadable)?,
        net: Net::of_number(row.small(29)),
        head,
        product: row.text(9),
        plan: row.text(10),
        billing_period: row.length(11).ok_or_else(unreadable)?,
        currency: row.text(12).ok_or_else(unreadable)?,
        amount: after - before,
        native_amount: amount(15)?.unwrap_or(after - before),
        currency_switch: or_zero(28)?,
        plan_switch: or_zero(16)?,
        product_switch: or_zero(17)?,
        billing_period_switch: or_zero(18)?,
        plan_customers: customers(19),
        product_customers: customers(20),
        billing_period_customers: customers(21),
    })
}

fn mantissa(number: Numeric) -> Result<i128> {
    number.to_decimal("amount")?.mantissa_at(MRR_DECIMALS)
}

/// A row for each sum that is not nothing; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn ledger_contributions_final(call: Call, state: Option<State<Sum>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(state) = state {
        or_raise(state.for_each(|key, sums| rows.push(sum_columns(&state, key, sums))));
    }
    rows.finish()
}

fn sum_columns<'a>(sum: &'a Sum, key: &Key, sums: &Sums) -> [Value<'a>; 24] {
    let amount = |mantissa| Value::Decimal(Decimal::new(mantissa, MRR_DECIMALS).trimmed());
    let [new, reactivation, expansion, contraction, churn, fx, switch] = sums.amounts.map(amount);
    let [arrived, returned, expanded, contracted, churned] = sums.events.map(Value::Count);
    [
        Value::Text(key.slice.name().as_bytes()),
        sum.name(key.segment).into(),
        sum.name(key.detail).into(),
        key.cohort.into(),
        key.age.map_or(Value::Null, Value::Integer),
        key.period.into(),
        Value::Date(key.counts_from),
        new,
        reactivation,
        expansion,
        contraction,
        churn,
        fx,
        switch,
        amount(sums.mrr),
        amount(sums.unretained),
        amount(sums.survivors_gain),
        arrived,
        returned,
        expanded,
        contracted,
        churned,
        Value::Count(sums.lost_customers),
        Value::Count(sums.customers),
    ]
}
