//! Prices, and plans as they were called before.

use super::fields::{at, id, length, number};
use super::json::Json;
use crate::decimal::Decimal;
use crate::ledger::rows::Length;

/// What a line or an item is charged by.
#[derive(Clone, Copy)]
pub struct Price<'a> {
    pub id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    /// None for a price that is charged once.
    pub billing_period: Option<Length>,
    pub is_metered: bool,
    pub includes_tax: bool,
    /// What one unit costs, in the smallest unit of the currency, where each costs the same.
    pub unit_amount: Option<Decimal>,
    /// How many units are sold together, and whether a part of so many counts as none.
    package: Option<(Decimal, bool)>,
}

impl<'a> Price<'a> {
    /// None if it says nothing of how it recurs: only its id is there.
    pub fn of<J: Json<'a>>(json: J) -> Option<Price<'a>> {
        let recurring = json.get("recurring").or_else(|| json.get("interval").map(|_| json));
        let once = || json.get("type")?.text().filter(|it| *it == b"one_time");
        if recurring.is_none() && once().is_none() {
            return None;
        }
        let text = |json: J, key: &str| json.get(key).and_then(J::text);
        let period = |it: J| {
            let count = it.get("interval_count").and_then(number).unwrap_or(Decimal::new(1, 0));
            length(it.get("interval")?.text()?, count)
        };
        let keys = ["unit_amount_decimal", "amount_decimal", "unit_amount", "amount"];
        let unit_amount = keys.iter().find_map(|key| json.get(key).and_then(number));
        let is_tiered = text(json, "billing_scheme") == Some(b"tiered");
        let package = json.get("transform_quantity").or_else(|| json.get("transform_usage"));
        Some(Price {
            id: id(json),
            product: json.get("product").and_then(id),
            billing_period: recurring.and_then(period),
            is_metered: recurring.and_then(|it| text(it, "usage_type")) == Some(b"metered"),
            includes_tax: text(json, "tax_behavior") == Some(b"inclusive"),
            unit_amount: unit_amount.filter(|_| !is_tiered),
            package: package.and_then(|it| {
                let rounds_down = text(it, "round") == Some(b"down");
                Some((it.get("divide_by").and_then(number)?, rounds_down))
            }),
        })
    }

    /// What a quantity costs, in the smallest unit of the currency.
    pub fn of_quantity(&self, quantity: Decimal) -> Option<Decimal> {
        let unit = self.unit_amount?;
        let quantity = match self.package {
            None => quantity,
            Some((size, rounds_down)) => {
                let (all, size) = (whole(quantity)?, whole(size).filter(|it| *it > 0)?);
                let rest = i128::from(!rounds_down && all % size != 0);
                Decimal::new(all / size + rest, 0)
            }
        };
        let scale = unit.scale.checked_add(quantity.scale)?;
        Some(Decimal::new(unit.mantissa.checked_mul(quantity.mantissa)?, scale).trimmed())
    }
}

fn whole(number: Decimal) -> Option<i128> {
    let number = number.trimmed();
    (number.scale == 0 && number.mantissa >= 0).then_some(number.mantissa)
}

/// The price that a line or an item names, wherever a version has it.
pub fn of_line<'a, J: Json<'a>>(line: J) -> Option<J> {
    let price = || line.get("price").or_else(|| line.get("plan"));
    price().or_else(|| at(line, &["pricing", "price_details", "price"]))
}
