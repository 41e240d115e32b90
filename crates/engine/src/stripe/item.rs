//! Items of subscriptions.

use super::amounts::major;
use super::fields::{at, id, instant, number};
use super::json::Json;
use super::price::{self, Price};
use crate::decimal::{Decimal, round_ratio};
use crate::ledger::rows::{ChurnKind, Length};

/// An item as the input `current_subscriptions` takes it; amounts in major units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub kind: &'static str,
    pub quantity: Option<Decimal>,
    /// Before discounts, without tax. None where only an invoice can tell: tiers, included taxes.
    pub amount: Option<Decimal>,
    pub discount: Option<Decimal>,
    pub discount_kind: &'static str,
    pub currency: Option<&'a [u8]>,
    pub billing_period: Option<Length>,
    pub started_at: Option<i64>,
    /// As Stripe has it, but for a pause.
    pub status: &'a [u8],
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<ChurnKind>,
    pub churn_reason: Option<&'a [u8]>,
}

impl<'a> Item<'a> {
    /// Reads an item of a subscription. The price is asked where the item has no more than its id.
    /// None if the subscription never began.
    pub fn of<J: Json<'a>>(item: J, subscription: J, known: Option<J>) -> Option<Item<'a>> {
        let status = status(subscription)?;
        let named = price::of_line(item);
        let price = named.and_then(Price::of).or_else(|| known.and_then(Price::of));
        let of_price =
            || named.and_then(|it| it.get("currency")).or_else(|| known?.get("currency"));
        let currency = subscription.get("currency").or_else(of_price);
        let currency = currency.and_then(J::text);
        let quantity = item.get("quantity").and_then(number);
        let charged = || {
            let price = price.filter(|it| !it.includes_tax)?;
            let gross = price.of_quantity(quantity.unwrap_or(Decimal::new(1, 0)))?;
            let off = discount(item, subscription, gross)?;
            Some((major(gross, currency?)?, major(off, currency?)?))
        };
        let (amount, discount) = charged().unzip();
        let reason = at(subscription, &["cancellation_details", "reason"]).and_then(J::text);
        let feedback = at(subscription, &["cancellation_details", "feedback"]).and_then(J::text);
        Some(Item {
            subscription_id: id(subscription),
            item_id: id(item),
            product: price.and_then(|it| it.product),
            plan: named.and_then(id).or(price.and_then(|it| it.id)),
            kind: if price.is_some_and(|it| it.is_metered) { "usage" } else { "recurring" },
            quantity,
            amount,
            discount,
            discount_kind: discount_kind(item, subscription),
            currency,
            billing_period: price.and_then(|it| it.billing_period),
            started_at: started(item, subscription),
            status,
            cancel_requested_at: subscription.get("canceled_at").and_then(instant),
            access_ends_at: ends(item, subscription),
            churn_kind: reason.and_then(churn_kind),
            churn_reason: feedback.or(reason),
        })
    }
}

/// None for a subscription whose first invoice nobody has paid.
fn status<'a, J: Json<'a>>(subscription: J) -> Option<&'a [u8]> {
    let status = subscription.get("status").and_then(J::text).unwrap_or(b"");
    let pausing = subscription.get("pause_collection").is_some();
    match status {
        b"incomplete" | b"incomplete_expired" => None,
        b"active" | b"trialing" if pausing => Some(b"paused"),
        _ => Some(status),
    }
}

/// An item that was added later started then.
fn started<'a, J: Json<'a>>(item: J, subscription: J) -> Option<i64> {
    let field = |json: J, key: &str| json.get(key).and_then(instant);
    let created = field(subscription, "created");
    let added = field(item, "created").filter(|it| created.is_some_and(|created| *it > created));
    added.or_else(|| field(subscription, "start_date")).or(created)
}

/// When it ended, or will end as things stand.
fn ends<'a, J: Json<'a>>(item: J, subscription: J) -> Option<i64> {
    let field = |key: &str| subscription.get(key).and_then(instant);
    let at_period_end = subscription.get("cancel_at_period_end").and_then(J::flag) == Some(true);
    let period_end = || {
        let of_item = || item.get("current_period_end").and_then(instant);
        field("current_period_end").or_else(of_item).filter(|_| at_period_end)
    };
    field("ended_at").or_else(|| field("cancel_at")).or_else(period_end)
}

fn churn_kind(reason: &[u8]) -> Option<ChurnKind> {
    match reason {
        b"cancellation_requested" => Some(ChurnKind::Voluntary),
        b"payment_failed" | b"payment_disputed" => Some(ChurnKind::Involuntary),
        _ => None,
    }
}

/// The coupons of a subscription and of an item.
fn each_coupon<'a, J: Json<'a>>(json: J, visit: &mut dyn FnMut(Option<J>)) {
    let mut of = |discount: J| {
        let coupon = || at(discount, &["source", "coupon"]);
        visit(discount.get("coupon").or_else(coupon).filter(|it| it.text().is_none()));
    };
    match json.get("discounts") {
        Some(list) => list.each(&mut of),
        None => {
            if let Some(discount) = json.get("discount") {
                of(discount);
            }
        }
    }
}

/// What coupons take off an amount, one after another. None if that cannot be told: a coupon is
/// there by its id only, or takes an amount off all items together.
fn discount<'a, J: Json<'a>>(item: J, subscription: J, gross: Decimal) -> Option<Decimal> {
    let mut left = Some(gross);
    let mut take = |is_alone: &dyn Fn() -> bool, coupon: Option<J>| {
        left = left.and_then(|left| {
            let coupon = coupon?;
            let percent = coupon.get("percent_off").and_then(number);
            let off = match percent {
                Some(percent) => {
                    let under = 100 * 10_i128.checked_pow(percent.scale.into())?;
                    Decimal::new(round_ratio(left, percent.mantissa, under, 0).ok()?, 0)
                }
                None => coupon.get("amount_off").and_then(number).filter(|_| is_alone())?,
            };
            let rest = left.plus(Decimal::new(-off.mantissa, off.scale)).ok()?;
            Some(if rest.mantissa < 0 { Decimal::new(0, 0) } else { rest })
        });
    };
    each_coupon(item, &mut |coupon| take(&|| true, coupon));
    let is_alone = || {
        let mut items = 0;
        if let Some(list) = at(subscription, &["items", "data"]) {
            list.each(&mut |_| items += 1);
        }
        items == 1
    };
    each_coupon(subscription, &mut |coupon| take(&is_alone, coupon));
    let left = left?;
    gross.plus(Decimal::new(-left.mantissa, left.scale)).ok()
}

/// Of several discounts, the kind of the one that lasts least.
fn discount_kind<'a, J: Json<'a>>(item: J, subscription: J) -> &'static str {
    let mut kind = "permanent";
    let mut see = |coupon: Option<J>| match coupon.and_then(|it| it.get("duration")?.text()) {
        Some(b"once") => kind = "once",
        Some(b"repeating") if kind == "permanent" => kind = "repeating",
        _ => {}
    };
    each_coupon(item, &mut see);
    each_coupon(subscription, &mut see);
    kind
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stripe::testing::seconds;

    fn subscription(more: &Value) -> Value {
        let mut subscription = json!({
            "id": "sub_1", "status": "active", "currency": "usd",
            "created": seconds("2026-01-01"), "start_date": seconds("2026-01-01"),
            "items": {"data": [{
                "id": "si_1", "quantity": 5, "created": seconds("2026-01-01"),
                "price": {"id": "price_seat", "product": "prod_app", "unit_amount": 1000,
                          "recurring": {"interval": "month", "interval_count": 1}}}]}});
        for (key, value) in more.as_object().unwrap() {
            subscription[key] = value.clone();
        }
        subscription
    }

    fn with<T>(more: &Value, see: impl FnOnce(Option<Item>) -> T) -> T {
        let subscription = subscription(more);
        see(Item::of(&subscription["items"]["data"][0], &subscription, None))
    }

    fn charged(more: &Value) -> (Option<i128>, Option<i128>, &'static str) {
        with(more, |item| {
            let item = item.unwrap();
            let cents = |it: Decimal| it.mantissa_at(2).unwrap();
            (item.amount.map(cents), item.discount.map(cents), item.discount_kind)
        })
    }

    #[test]
    fn an_item_costs_its_quantity_less_its_coupons() {
        assert_eq!(charged(&json!({})), (Some(5000), Some(0), "permanent"));
        let coupon = |coupon: Value| charged(&json!({"discount": {"coupon": coupon}}));
        let percent = json!({"percent_off": 12.5, "duration": "repeating"});
        assert_eq!(coupon(percent.clone()), (Some(5000), Some(625), "repeating"));
        assert_eq!(coupon(json!({"amount_off": 9900})), (Some(5000), Some(5000), "permanent"));
        let two = json!({"discounts": [{"coupon": percent}, {"coupon": {"amount_off": 75, "duration": "once"}}]});
        assert_eq!(charged(&two), (Some(5000), Some(700), "once"));
        let newer = json!({"discounts": [{"source": {"coupon": {"percent_off": 10}}}]});
        assert_eq!(charged(&newer), (Some(5000), Some(500), "permanent"));
        assert_eq!(charged(&json!({"discounts": ["di_1"]})), (None, None, "permanent"));
        let mut of_item = subscription(&json!({}));
        of_item["items"]["data"][0]["discounts"] =
            json!([{"coupon": {"amount_off": 1000, "duration": "once"}}]);
        let item = Item::of(&of_item["items"]["data"][0], &of_item, None).unwrap();
        assert_eq!((item.discount, item.discount_kind), (Some(Decimal::new(1000, 2)), "once"));
    }

    #[test]
    fn what_is_not_paid_for_never_began() {
        assert!(with(&json!({"status": "incomplete"}), |it| it.is_none()));
        assert!(with(&json!({"status": "incomplete_expired"}), |it| it.is_none()));
        let paused = json!({"pause_collection": {"behavior": "void"}});
        assert_eq!(with(&paused, |it| it.unwrap().status.to_vec()), b"paused");
        assert_eq!(with(&json!({"status": "new"}), |it| it.unwrap().status.to_vec()), b"new");
    }

    #[test]
    fn ends_are_asked_for_and_come() {
        let of = |more: Value| {
            with(&more, |it| {
                let it = it.unwrap();
                let day = |at: Option<i64>| at.map(|it| it / 86_400_000_000 - 9497);
                let reason = it.churn_reason.map(|it| String::from_utf8_lossy(it).into_owned());
                (day(it.cancel_requested_at), day(it.access_ends_at), it.churn_kind, reason)
            })
        };
        // Days from 2026-01-01 on.
        let at_end = json!({"canceled_at": seconds("2026-01-11"), "cancel_at_period_end": true,
                            "current_period_end": seconds("2026-02-01")});
        assert_eq!(of(at_end), (Some(10), Some(31), None, None));
        let ended = json!({"status": "canceled", "canceled_at": seconds("2026-01-11"),
                           "ended_at": seconds("2026-01-21"), "cancellation_details": {
                               "reason": "payment_failed", "feedback": null}});
        let failed = Some("payment_failed".to_owned());
        assert_eq!(of(ended), (Some(10), Some(20), Some(ChurnKind::Involuntary), failed));
        let asked = json!({"cancel_at": seconds("2026-02-11"), "cancellation_details": {
            "reason": "cancellation_requested", "feedback": "too_expensive"}});
        let dear = Some("too_expensive".to_owned());
        assert_eq!(of(asked), (None, Some(41), Some(ChurnKind::Voluntary), dear));
    }

    #[test]
    fn an_item_that_came_later_starts_then() {
        let later = json!({"created": seconds("2025-12-01"), "start_date": seconds("2025-12-01")});
        let day = |it: Option<Item>| it.unwrap().started_at.unwrap() / 86_400_000_000;
        assert_eq!(with(&later, day), with(&json!({}), day));
        let backdated = json!({"start_date": seconds("2025-12-02")});
        assert_eq!(with(&json!({}), day) - with(&backdated, day), 30);
    }
}
