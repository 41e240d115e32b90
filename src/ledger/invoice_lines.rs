//! `periods_from_lines`: what the lines of one customer's invoices come to.

use pgrx::pg_sys;
use pgrx::prelude::*;
use saas_metrics_engine::invoices::found::{Found, Period, Problem};
use saas_metrics_engine::invoices::given::{Given, Now};
use saas_metrics_engine::invoices::lines::Lines;
use saas_metrics_engine::invoices::periods::periods;
use saas_metrics_engine::ledger::rows::Length;

use crate::pg::call::Call;
use crate::pg::columns::Columns;
use crate::pg::error::or_raise;
use crate::pg::memory::ServerMemory;
use crate::pg::row::{Rows, RowsBuilder, Value};
use crate::pg::state::State;
use crate::pg::time::{Instant, Interval};

/// The types of the columns that are read, in their order.
const TYPES: [pg_sys::Oid; 23] = [
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::TEXTOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::TEXTOID,
    pg_sys::INTERVALOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
];

type CustomerLines = Lines<ServerMemory>;

#[pg_extern(immutable, parallel_safe)]
fn periods_from_lines_step(
    call: Call,
    state: Option<State<CustomerLines>>,
    line: Columns<1>,
) -> State<CustomerLines> {
    let mut state = state.unwrap_or_else(|| {
        let memory = call.aggregate_memory();
        line.must_be(&TYPES);
        State::new_in(Lines::new_in(memory), memory)
    });
    or_raise(state.add(&given(line)));
    state
}

fn given<'a>(row: Columns<'a, 1>) -> Given<'a> {
    let instant = |place| row.instant(place).map(|it| it.0);
    Given {
        invoice_id: row.text(0),
        subscription_id: row.text(1),
        item_id: row.text(2),
        product: row.text(3),
        plan: row.text(4),
        kind: row.text(5),
        amount: row.numeric(6).map(|it| it.to_decimal("amount")),
        discount: row.numeric(7).map(|it| it.to_decimal("discount")),
        discount_kind: row.text(8),
        whole_amount: row.numeric(9).map(|it| it.to_decimal("whole_amount")),
        whole_discount: row.numeric(10).map(|it| it.to_decimal("whole_discount")),
        currency: row.text(11),
        billing_period: row.length(12),
        service_start: instant(13),
        service_end: instant(14),
        issued_at: instant(15),
        status: row.text(16),
        problem: row.text(17),
        now: Now {
            status: row.text(18),
            cancel_requested_at: instant(19),
            access_ends_at: instant(20),
            churn_kind: row.text(21),
            churn_reason: row.text(22),
        },
    }
}

/// The periods, and a row for each line or item that cannot be read; none without rows.
#[pg_extern(immutable, parallel_safe)]
fn periods_from_lines_final(call: Call, state: Option<State<CustomerLines>>) -> Rows {
    let mut rows = RowsBuilder::new(call);
    if let Some(state) = state {
        let lines: &CustomerLines = &state;
        or_raise(periods(lines, |found| {
            rows.push(match found {
                Found::Period(period) => columns(period),
                Found::Problem(problem) => why(problem),
            });
            Ok(())
        }));
    }
    rows.finish()
}

fn why<'a>(problem: &Problem<'a>) -> [Value<'a>; 19] {
    let mut row = [Value::Null; 19];
    row[0] = problem.subscription_id.into();
    row[1] = problem.item_id.into();
    row[10] = problem.starts_at.map_or(Value::Null, |it| Value::Instant(Instant(it)));
    row[18] = problem.reason.into();
    row
}

fn columns<'a>(period: &Period<'a>) -> [Value<'a>; 19] {
    let instant = |it: Option<i64>| it.map_or(Value::Null, |it| Value::Instant(Instant(it)));
    let Length { months, days, micros } = period.billing_period;
    [
        period.subscription_id.into(),
        period.item_id.into(),
        period.product.into(),
        period.plan.into(),
        Value::Text(period.charge.name().as_bytes()),
        Value::Decimal(period.amount),
        Value::Decimal(period.discount),
        Value::Text(period.discount_kind.name().as_bytes()),
        period.currency.into(),
        Value::Interval(Interval { months, days, micros }),
        Value::Instant(Instant(period.starts_at)),
        instant(period.ends_at),
        Value::Text(period.status.name().as_bytes()),
        instant(period.cancel_requested_at),
        instant(period.access_ends_at),
        period.churn_kind.map(|it| it.name().as_bytes()).into(),
        period.churn_reason.into(),
        Value::Boolean(period.renews),
        Value::Null,
    ]
}
