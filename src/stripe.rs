//! What Stripe's objects say, as rows that a ledger's inputs take.

use pgrx::prelude::*;
use saas_metrics_engine::ledger::rows::Length;
use saas_metrics_engine::stripe::item::Item;
use saas_metrics_engine::stripe::line::{Line, price_to_find};

use crate::pg::call::Call;
use crate::pg::json::Json;
use crate::pg::row::{Row, Value};
use crate::pg::time::{Instant, Interval};
use crate::pg::varlena::Text;

/// The id of the price that a line or an item names without saying what it is.
#[pg_extern(immutable, strict, parallel_safe)]
fn stripe_price_to_find<'a>(line: Json<'a>) -> Option<Text<'a>> {
    price_to_find(line).map(Text::new)
}

/// A line of an invoice. The price is asked where the line has no more than its id.
#[pg_extern(immutable, parallel_safe)]
fn stripe_line(
    call: Call,
    line: Option<Json>,
    price: Option<Json>,
    currency: Option<Text>,
) -> Option<Row> {
    let currency = currency.as_ref().map_or(&b""[..], |it| it.bytes());
    let it = Line::of(line?, price, currency);
    let problem = it.problem.map(|it| it.to_string());
    Some(Row::new(
        call,
        [
            it.line_id.into(),
            it.subscription_id.into(),
            it.item_id.into(),
            it.product.into(),
            it.plan.into(),
            Value::Text(it.kind.as_bytes()),
            it.amount.into(),
            it.discount.into(),
            it.tax.into(),
            it.whole_amount.into(),
            it.whole_discount.into(),
            it.quantity.into(),
            length(it.billing_period),
            instant(it.service_start),
            instant(it.service_end),
            problem.as_deref().map(str::as_bytes).into(),
        ],
    ))
}

/// An item of a subscription; NULL if the subscription never began.
#[pg_extern(immutable, parallel_safe)]
fn stripe_item(
    call: Call,
    item: Option<Json>,
    subscription: Option<Json>,
    price: Option<Json>,
) -> Option<Row> {
    let it = Item::of(item?, subscription?, price)?;
    Some(Row::new(
        call,
        [
            it.subscription_id.into(),
            it.item_id.into(),
            it.product.into(),
            it.plan.into(),
            Value::Text(it.kind.as_bytes()),
            it.quantity.into(),
            it.amount.into(),
            it.discount.into(),
            Value::Text(it.discount_kind.as_bytes()),
            it.currency.into(),
            length(it.billing_period),
            instant(it.started_at),
            Value::Text(it.status),
            instant(it.cancel_requested_at),
            instant(it.access_ends_at),
            it.churn_kind.map(|it| it.name().as_bytes()).into(),
            it.churn_reason.into(),
        ],
    ))
}

/// An instant from seconds since 1970; NULL for what is none.
#[pg_extern(immutable, strict, parallel_safe)]
fn stripe_instant(seconds: Json) -> Option<Instant> {
    saas_metrics_engine::stripe::instant(seconds).map(Instant)
}

fn instant<'a>(micros: Option<i64>) -> Value<'a> {
    micros.map_or(Value::Null, |it| Value::Instant(Instant(it)))
}

fn length<'a>(length: Option<Length>) -> Value<'a> {
    length.map_or(Value::Null, |Length { months, days, micros }| {
        Value::Interval(Interval { months, days, micros })
    })
}
