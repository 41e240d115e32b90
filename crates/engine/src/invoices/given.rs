//! The rows that are given: lines of invoices, and items of subscriptions.

use crate::Result;
use crate::decimal::Decimal;
use crate::ledger::rows::Length;

/// A line of an invoice as it is given.
#[derive(Clone, Default)]
pub struct Given<'a> {
    pub invoice_id: Option<&'a [u8]>,
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub kind: Option<&'a [u8]>,
    /// Net of the discount.
    pub amount: Option<Result<Decimal>>,
    pub discount: Option<Result<Decimal>>,
    /// What a whole billing period costs, net, where the line is for a part of one.
    pub whole_amount: Option<Result<Decimal>>,
    /// What is off the whole of it.
    pub whole_discount: Option<Result<Decimal>>,
    pub discount_kind: Option<&'a [u8]>,
    pub currency: Option<&'a [u8]>,
    pub billing_period: Option<Length>,
    pub service_start: Option<i64>,
    pub service_end: Option<i64>,
    pub issued_at: Option<i64>,
    pub status: Option<&'a [u8]>,
    /// Why the line cannot be read, where that is known.
    pub problem: Option<&'a [u8]>,
    /// Of no line, but of an item as its subscription has it now: `service_start` is its start.
    pub now: Now<'a>,
}

/// How a subscription stands now.
#[derive(Clone, Copy, Default)]
pub struct Now<'a> {
    /// None for a line.
    pub status: Option<&'a [u8]>,
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<&'a [u8]>,
    pub churn_reason: Option<&'a [u8]>,
}
