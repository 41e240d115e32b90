//! Lines of one item, and what they come to.

use allocator_api2::alloc::Global;

use super::found::Found;
use super::given::{Given, Now};
use super::lines::Lines;
use super::periods::periods;
use crate::calendar::Day;
use crate::decimal::Decimal;
use crate::ledger::rows::Length;

pub const MONTH: Length = Length { months: 1, days: 0, micros: 0 };

pub fn at(month: u32, day: u32) -> i64 {
    let (year, month) = (2026 + month as i32 / 13, (month - 1) % 12 + 1);
    i64::from(Day::from_ymd(year, month, day).unwrap().0) * 86_400_000_000
}

pub fn cents(amount: i128) -> Decimal {
    Decimal::new(amount, 2)
}

/// A paid line of the item "seat".
pub fn line(kind: &'static str, amount: i128, start: i64, end: i64) -> Given<'static> {
    Given {
        invoice_id: Some(b"in"),
        item_id: Some(b"seat"),
        plan: Some(b"pro"),
        kind: Some(kind.as_bytes()),
        amount: Some(Ok(cents(amount))),
        billing_period: Some(MONTH),
        service_start: Some(start),
        service_end: Some(end),
        issued_at: Some(start),
        ..Given::default()
    }
}

/// The item "seat" as its subscription has it now.
pub fn now(status: &'static str) -> Given<'static> {
    Given {
        item_id: Some(b"seat"),
        amount: Some(Ok(cents(3000))),
        billing_period: Some(MONTH),
        now: Now { status: Some(status.as_bytes()), ..Now::default() },
        ..Given::default()
    }
}

/// Start, end, amount before the discount, discount and status of each period; a * marks an end
/// that may be renewed.
pub fn derived(given: &[Given]) -> Vec<String> {
    let mut lines = Lines::new_in(Global);
    given.iter().for_each(|it| lines.add(it).unwrap());
    let mut derived = vec![];
    periods(&lines, |it| {
        let it = match it {
            Found::Period(it) => it,
            Found::Problem(it) => {
                derived.push(String::from_utf8_lossy(it.reason.unwrap()).into_owned());
                return Ok(());
            }
        };
        let day = |micros: i64| Day((micros / 86_400_000_000) as i32).to_string();
        let money = |it: Decimal| it.mantissa_at(2).unwrap();
        let (end, mark) =
            (it.ends_at.map_or("open".to_owned(), day), if it.renews { "*" } else { "" });
        let (amount, discount) = (money(it.amount), money(it.discount));
        let (start, status) = (day(it.starts_at), it.status.name());
        derived.push(format!("{start} {end}{mark} {amount} {discount} {status}"));
        Ok(())
    })
    .unwrap();
    derived
}
