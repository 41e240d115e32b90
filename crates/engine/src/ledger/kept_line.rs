use super::movements::{MovementKind, Net, Openings};
use super::packed::Told;
use super::rows::Length;
use crate::calendar::Day;

/// A line of a movement, as the ledger keeps it.
#[derive(Clone, Copy)]
pub struct KeptLine<'a> {
    /// 1 adds the line's contributions, −1 takes them back.
    pub sign: i64,
    pub effective_on: Day,
    pub counts_from: Day,
    pub kind: MovementKind,
    pub net: Net,
    /// What only the first line of a movement tells.
    pub head: Option<Head<'a>>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub billing_period: Length,
    pub currency: &'a [u8],
    pub amount: i128,
    pub native_amount: i128,
    pub currency_switch: i128,
    pub plan_switch: i128,
    pub plan_customers: i64,
    pub product_switch: i128,
    pub product_customers: i64,
    pub billing_period_switch: i128,
    pub billing_period_customers: i64,
}

impl<'a> KeptLine<'a> {
    /// A line to be added.
    pub fn of(told: &Told<'_, 'a>) -> Self {
        let (movement, line) = (told.movement, told.line);
        let head = Head {
            before: movement.before,
            after: movement.after,
            first_on: movement.first_on,
            spell: movement.spell,
            churn_kind: movement.cause.map(|it| it.kind.name().as_bytes()),
            churn_reason: movement.cause.and_then(|it| it.reason),
            openings: movement.openings,
        };
        KeptLine {
            sign: 1,
            effective_on: movement.at.day,
            counts_from: movement.counts_from,
            kind: movement.kind,
            net: movement.net,
            head: told.first.then_some(head),
            product: line.product,
            plan: line.plan,
            billing_period: line.billing_period,
            currency: line.currency.unwrap_or(told.currency),
            amount: line.after - line.before,
            native_amount: line.native_amount,
            currency_switch: line.currency_switch,
            plan_switch: line.plan_share.switched,
            plan_customers: line.plan_share.customers.into(),
            product_switch: line.product_share.switched,
            product_customers: line.product_share.customers.into(),
            billing_period_switch: line.billing_period_share.switched,
            billing_period_customers: line.billing_period_share.customers.into(),
        }
    }
}

#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub before: i128,
    pub after: i128,
    pub first_on: Day,
    pub spell: i64,
    pub churn_kind: Option<&'a [u8]>,
    pub churn_reason: Option<&'a [u8]>,
    pub openings: Openings,
}
