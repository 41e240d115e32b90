//! Lines of invoices.

use super::amounts::{decimals, major};
use super::fields::{at, id, instant, number};
use super::json::Json;
use super::price::{self, Price};
use crate::decimal::{Decimal, round_ratio};
use crate::invoices::cycle::Part;
use crate::invoices::lines::Kind;
use crate::ledger::rows::Length;
use crate::ledger::words::shown;

/// A line as the input `invoice_lines` takes it; amounts in major units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    pub line_id: Option<&'a [u8]>,
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub kind: &'static str,
    /// After discounts, without tax.
    pub amount: Option<Decimal>,
    pub discount: Option<Decimal>,
    pub tax: Option<Decimal>,
    /// What a whole billing period costs, where the line is for a part of one and that is known.
    pub whole_amount: Option<Decimal>,
    pub whole_discount: Option<Decimal>,
    pub quantity: Option<Decimal>,
    pub billing_period: Option<Length>,
    pub service_start: Option<i64>,
    pub service_end: Option<i64>,
    pub problem: Option<Problem<'a>>,
}

/// Why a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem<'a> {
    /// A list that says that it has more stands for the lines that are missing.
    CutShort,
    /// A proration that names no item cannot be told from those of other items.
    NoItem,
    /// A price that is named and not there.
    NoPrice(&'a [u8]),
}

impl std::fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CutShort => write!(f, "the invoice has more lines than are here"),
            Self::NoItem => write!(f, "the proration names no subscription item"),
            Self::NoPrice(id) => write!(f, "price {} is not there", shown(id)),
        }
    }
}

/// The id of the price that a line or an item names without saying what it is.
pub fn price_to_find<'a, J: Json<'a>>(line: J) -> Option<&'a [u8]> {
    let named = price::of_line(line)?;
    if Price::of(named).is_none() { id(named) } else { None }
}

impl<'a> Line<'a> {
    /// Reads a line. The price is asked where the line has no more than its id.
    pub fn of<J: Json<'a>>(line: J, known: Option<J>, currency: &[u8]) -> Line<'a> {
        let named = price::of_line(line);
        let price = named.and_then(Price::of).or_else(|| known.and_then(Price::of));
        let field = |key: &str| line.get(key).or_else(|| of_parent(line, key));
        let text = |key: &str| field(key).and_then(id);
        let money = |amount: Decimal| major(amount, currency);
        let period = |key| at(line, &["period", key]).and_then(instant);
        let sums = Sums::of(line);
        let read = Line {
            line_id: line.get("id").and_then(id),
            subscription_id: text("subscription"),
            item_id: text("subscription_item"),
            product: product(line).or(price.and_then(|it| it.product)),
            plan: named.and_then(id).or(price.and_then(|it| it.id)),
            kind: "",
            amount: sums.and_then(|it| money(it.net)),
            discount: sums.and_then(|it| money(it.discount)),
            tax: sums.and_then(|it| money(it.tax)),
            whole_amount: None,
            whole_discount: None,
            quantity: line.get("quantity").and_then(number),
            billing_period: price.and_then(|it| it.billing_period),
            service_start: period("start"),
            service_end: period("end"),
            problem: None,
        };
        let told = field("proration").and_then(J::flag).unwrap_or(false);
        let whole = price.and_then(|it| read.whole(&it, decimals(currency), told));
        let prorated = told || whole.is_some();
        let kind = read.kind(price.as_ref(), prorated);
        let is_cut_short = line.get("has_more").and_then(J::flag) == Some(true);
        let is_proration = matches!(kind, Kind::ProrationDebit | Kind::ProrationCredit);
        let of_subscription = read.subscription_id.is_some() && kind != Kind::Adjustment;
        let problem = match price_to_find(line) {
            _ if is_cut_short => Some(Problem::CutShort),
            _ if is_proration && read.item_id.is_none() => Some(Problem::NoItem),
            Some(id) if price.is_none() && of_subscription => Some(Problem::NoPrice(id)),
            _ => None,
        };
        let (whole_amount, whole_discount) = whole.unzip();
        Line { kind: kind.name(), whole_amount, whole_discount, problem, ..read }
    }

    fn kind(&self, price: Option<&Price>, prorated: bool) -> Kind {
        let negative = self.amount.is_some_and(|it| it.mantissa < 0);
        // What is nothing only after its discount has a price.
        let gross = self.amount.zip(self.discount).and_then(|(net, off)| net.plus(off).ok());
        let is_empty = self.service_start.is_some() && self.service_start == self.service_end;
        match (self.subscription_id, price) {
            (None, _) if negative => Kind::Credit,
            (None, _) => Kind::OneTime,
            (_, Some(price)) if price.is_metered && !negative && !is_empty => Kind::Usage,
            (_, Some(price)) if price.is_metered => Kind::Adjustment,
            (_, Some(price)) if price.billing_period.is_none() => Kind::OneTime,
            _ if prorated && gross.is_some_and(|it| it.mantissa == 0) => Kind::Adjustment,
            _ if prorated && negative => Kind::ProrationCredit,
            _ if prorated => Kind::ProrationDebit,
            _ if negative => Kind::Adjustment,
            _ => Kind::Recurring,
        }
    }

    /// What a whole billing period costs by the price and what is off it, if the line comes to a part
    /// of that but for rounding. Prorations may tell their discounts or be net of them.
    fn whole(&self, price: &Price, decimals: u8, told: bool) -> Option<(Decimal, Decimal)> {
        let (start, end, of) = (self.service_start?, self.service_end?, self.billing_period?);
        let part = Part { start, end, of, decimals };
        let (net, discount) = (self.amount.filter(|it| it.mantissa >= 0)?, self.discount?);
        if net.plus(discount).ok()?.mantissa == 0 || part.is_whole() || price.includes_tax {
            return None;
        }
        let list = price.of_quantity(self.quantity?)?;
        let list = Decimal::new(list.mantissa, list.scale.checked_add(decimals)?);
        let fits = |percent| {
            let off = percent_of(list, percent, decimals)?;
            let left = minus(list, off)?;
            part.may_come_to(net, left).then_some((left, off))
        };
        if discount.mantissa == 0
            && let Some(whole) = fits(0)
        {
            return Some(whole);
        }
        if !told && discount.mantissa == 0 {
            return None;
        }
        let mut fitting = (0..=100).filter_map(fits);
        // Of a short part, several could be meant.
        let whole = fitting.next()?;
        fitting.next().is_none().then_some(whole)
    }
}

/// So many percent of an amount, rounded to decimals.
fn percent_of(amount: Decimal, percent: u8, decimals: u8) -> Option<Decimal> {
    if percent == 0 {
        return Some(Decimal::new(0, decimals));
    }
    Some(Decimal::new(round_ratio(amount, percent.into(), 100, decimals).ok()?, decimals))
}

/// What later versions have in a line's parent, of the subscription's item or an invoice item.
fn of_parent<'a, J: Json<'a>>(line: J, key: &str) -> Option<J> {
    let parent = line.get("parent")?;
    let of = |kind: &str| parent.get(kind)?.get(key);
    of("subscription_item_details").or_else(|| of("invoice_item_details"))
}

fn product<'a, J: Json<'a>>(line: J) -> Option<&'a [u8]> {
    at(line, &["pricing", "price_details", "product"]).and_then(id)
}

/// The parts of a line's amount, in the smallest unit.
#[derive(Clone, Copy)]
struct Sums {
    net: Decimal,
    /// Without the tax that the price includes.
    discount: Decimal,
    tax: Decimal,
}

impl Sums {
    fn of<'a, J: Json<'a>>(line: J) -> Option<Sums> {
        let amount = line.get("amount").and_then(number)?;
        let discount = sum(line.get("discount_amounts"), |_| true)?;
        let taxes = line.get("tax_amounts").or_else(|| line.get("taxes"));
        let tax = sum(taxes, |_| true)?;
        let included = sum(taxes, is_included)?;
        let taxed = minus(amount, discount)?;
        let net = minus(taxed, included)?;
        Some(Sums { net, discount: without_tax(discount, net, taxed)?, tax })
    }
}

fn is_included<'a, J: Json<'a>>(tax: J) -> bool {
    let behavior = || Some(tax.get("tax_behavior")?.text()? == b"inclusive");
    tax.get("inclusive").and_then(J::flag).or_else(behavior).unwrap_or(false)
}

/// The part of a discount that is left of it without the tax, as of the amount that is taxed.
fn without_tax(discount: Decimal, net: Decimal, taxed: Decimal) -> Option<Decimal> {
    if net == taxed || discount.mantissa == 0 || taxed.mantissa <= 0 || net.mantissa < 0 {
        return Some(discount);
    }
    let scale = net.scale.max(taxed.scale);
    let (over, under) = (net.mantissa_at(scale).ok()?, taxed.mantissa_at(scale).ok()?);
    let mantissa = crate::decimal::proportion(discount.mantissa, over, under);
    Some(Decimal::new(mantissa, discount.scale))
}

/// The sum of the amounts of an array's elements; 0 without one.
fn sum<'a, J: Json<'a>>(list: Option<J>, counts: impl Fn(J) -> bool) -> Option<Decimal> {
    let mut sum = Some(Decimal::new(0, 0));
    if let Some(list) = list {
        list.each(&mut |element| {
            let amount = || element.get("amount").and_then(number);
            if counts(element) {
                sum = sum.and_then(|sum| sum.plus(amount()?).ok());
            }
        });
    }
    sum
}

fn minus(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.plus(Decimal::new(-b.mantissa, b.scale)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stripe::testing::seconds;

    const MONTH: Option<Length> = Some(Length { months: 1, days: 0, micros: 0 });

    fn of(line: &Value) -> Line<'_> {
        Line::of(line, None, b"usd")
    }

    fn cents(amount: i128) -> Option<Decimal> {
        Some(Decimal::new(amount, 2))
    }

    fn monthly(unit_amount: i64) -> Value {
        json!({"id": "price_seat", "object": "price", "type": "recurring", "product": "prod_app",
               "unit_amount": unit_amount, "unit_amount_decimal": unit_amount.to_string(),
               "billing_scheme": "per_unit",
               "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}})
    }

    /// A line for seats, as versions before 2025-03-31 have it.
    fn seats(amount: i64, quantity: i64, days: [&str; 2], proration: bool) -> Value {
        json!({"id": "il_1", "object": "line_item", "amount": amount, "currency": "usd",
               "quantity": quantity, "proration": proration, "subscription": "sub_1",
               "subscription_item": "si_1", "type": "subscription", "price": monthly(1000),
               "period": {"start": seconds(days[0]), "end": seconds(days[1])}})
    }

    #[test]
    fn old_and_new_lines_say_the_same() {
        let old = seats(2000, 2, ["2026-01-01", "2026-02-01"], false);
        let new = json!({
            "id": "il_1", "object": "line_item", "amount": 2000, "currency": "usd", "quantity": 2,
            "period": {"start": seconds("2026-01-01"), "end": seconds("2026-02-01")},
            "parent": {"type": "subscription_item_details", "subscription_item_details": {
                "proration": false, "subscription": "sub_1", "subscription_item": "si_1"}},
            "pricing": {"type": "price_details", "unit_amount_decimal": "1000",
                        "price_details": {"price": "price_seat", "product": "prod_app"}}});
        let price = monthly(1000);
        let read = Line::of(&new, Some(&price), b"usd");
        assert_eq!(read, of(&old));
        assert_eq!(
            (read.kind, read.amount, read.billing_period),
            ("recurring", cents(2000), MONTH)
        );
        assert_eq!((price_to_find(&new), price_to_find(&old)), (Some(&b"price_seat"[..]), None));
        let without_price = Line::of(&new, None, b"usd");
        let problem = without_price.problem.map(|it| it.to_string());
        assert_eq!(problem.as_deref(), Some("price price_seat is not there"));
    }

    #[test]
    fn discounts_and_included_taxes_are_off_the_amount() {
        let mut line = seats(12000, 12, ["2026-01-01", "2026-02-01"], false);
        line["discount_amounts"] = json!([{"amount": 1200, "discount": "di_1"}]);
        // 20 % of what is left: 10800 ÷ 1.2 = 9000.
        line["tax_amounts"] = json!([{"amount": 1800, "inclusive": true}]);
        let read = of(&line);
        let expected = (cents(9000), cents(1000), cents(1800));
        assert_eq!((read.amount, read.discount, read.tax), expected);
        let mut newer = line.clone();
        newer.as_object_mut().unwrap().remove("tax_amounts");
        newer["taxes"] = json!([{"amount": 1800, "tax_behavior": "inclusive"}]);
        assert_eq!(of(&newer), read);
        newer["taxes"][0]["tax_behavior"] = json!("exclusive");
        assert_eq!((of(&newer).amount, of(&newer).discount), (cents(10800), cents(1200)));
    }

    #[test]
    fn prorations_are_for_a_part_of_what_the_price_says() {
        // 16 of 31 days of five seats at 10.00.
        let debit = seats(2581, 5, ["2026-01-16", "2026-02-01"], true);
        assert_eq!((of(&debit).kind, of(&debit).whole_amount), ("proration_debit", cents(5000)));
        let credit = seats(-1032, 2, ["2026-01-16", "2026-02-01"], true);
        assert_eq!((of(&credit).kind, of(&credit).whole_amount), ("proration_credit", None));
        // 10 % less, with the discount apart and with none told.
        let mut apart = debit.clone();
        apart["discount_amounts"] = json!([{"amount": 258}]);
        let whole = |line: &Value| (of(line).whole_amount, of(line).whole_discount);
        assert_eq!(whole(&apart), (cents(4500), cents(500)));
        let less = seats(2323, 5, ["2026-01-16", "2026-02-01"], true);
        assert_eq!(whole(&less), (cents(4500), cents(500)));
        // Less by no percentage, and for so short a time that many fit.
        let odd = seats(2310, 5, ["2026-01-16", "2026-02-01"], true);
        assert_eq!((of(&odd).kind, whole(&odd)), ("proration_debit", (None, None)));
        let mut short = seats(10, 5, ["2026-01-31", "2026-02-01"], true);
        short["period"]["start"] = json!(seconds("2026-02-01") - 6000);
        short["discount_amounts"] = json!([{"amount": 1}]);
        assert_eq!(whole(&short), (None, None));
        // Nothing before its discount and after it, and nothing at all.
        let mut free = seats(2581, 5, ["2026-01-16", "2026-02-01"], true);
        free["discount_amounts"] = json!([{"amount": 2581}]);
        assert_eq!((of(&free).kind, whole(&free)), ("proration_debit", (cents(0), cents(5000))));
        let empty = seats(0, 5, ["2026-01-16", "2026-02-01"], true);
        assert_eq!(of(&empty).kind, "adjustment");
        // The first 10 of 28 days, in which no discount is seen that is not told.
        let cut_short = seats(1786, 5, ["2026-02-01", "2026-02-11"], false);
        assert_eq!(
            (of(&cut_short).kind, whole(&cut_short)),
            ("proration_debit", (cents(5000), cents(0)))
        );
        let other = seats(1700, 5, ["2026-02-01", "2026-02-11"], false);
        assert_eq!((of(&other).kind, whole(&other)), ("recurring", (None, None)));
        // What is for a part, though it does not say so.
        let first = seats(2581, 5, ["2026-01-16", "2026-02-01"], false);
        assert_eq!((of(&first).kind, of(&first).whole_amount), ("proration_debit", cents(5000)));
    }

    #[test]
    fn a_short_month_is_a_whole_one() {
        let line = seats(5000, 5, ["2026-01-31", "2026-02-28"], false);
        assert_eq!((of(&line).kind, of(&line).whole_amount), ("recurring", None));
    }

    #[test]
    fn lines_are_of_their_kinds() {
        let line = seats(2000, 2, ["2026-01-01", "2026-02-01"], false);
        let with = |path: &str, value: Value| {
            let mut line = line.clone();
            *line.pointer_mut(path).unwrap() = value;
            line
        };
        assert_eq!(of(&with("/subscription", json!(null))).kind, "one_time");
        assert_eq!(of(&with("/amount", json!(-100))).kind, "adjustment");
        assert_eq!(of(&with("/price/recurring/usage_type", json!("metered"))).kind, "usage");
        let once = json!({"id": "price_setup", "type": "one_time", "recurring": null});
        assert_eq!(of(&with("/price", once)).kind, "one_time");
        let trial = with("/amount", json!(0));
        assert_eq!((of(&trial).kind, of(&trial).amount), ("recurring", cents(0)));
        let mut nowhere = with("/proration", json!(true));
        nowhere["subscription_item"] = json!(null);
        assert_eq!(of(&nowhere).problem, Some(Problem::NoItem));
        assert_eq!(of(&json!({"has_more": true})).problem, Some(Problem::CutShort));
        assert_eq!(of(&line).problem, None);
    }

    #[test]
    fn what_cannot_be_read_is_not_there() {
        assert_eq!(of(&json!({"amount": "many"})).amount, None);
        assert_eq!(of(&json!(null)).amount, None);
        assert_eq!(of(&json!({"amount": 5, "discount_amounts": [{}]})).amount, None);
        assert_eq!(of(&json!({"period": {"start": 1e300}})).service_start, None);
    }

    #[test]
    fn packages_are_counted_whole() {
        let mut price = monthly(500);
        price["transform_quantity"] = json!({"divide_by": 10, "round": "up"});
        let of = |price: &Value, quantity| {
            Price::of(price).unwrap().of_quantity(Decimal::new(quantity, 0)).map(|it| it.mantissa)
        };
        assert_eq!((of(&price, 20), of(&price, 21)), (Some(1000), Some(1500)));
        price["transform_quantity"]["round"] = json!("down");
        assert_eq!(of(&price, 29), Some(1000));
        price["billing_scheme"] = json!("tiered");
        assert_eq!(of(&price, 29), None);
    }
}
