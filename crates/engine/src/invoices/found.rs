//! What lines of invoices come to.

use crate::decimal::Decimal;
use crate::ledger::rows::{Charge, ChurnKind, DiscountKind, Length, Status};

/// A stretch of an item, as a row of the input `subscription_periods`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period<'a> {
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub charge: Charge,
    /// Before the discount.
    pub amount: Decimal,
    pub discount: Decimal,
    pub discount_kind: DiscountKind,
    pub currency: Option<&'a [u8]>,
    pub billing_period: Length,
    pub starts_at: i64,
    /// None: it still runs.
    pub ends_at: Option<i64>,
    /// Whether the end is only that of what is invoiced, and may yet be renewed.
    pub renews: bool,
    pub status: Status,
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<ChurnKind>,
    pub churn_reason: Option<&'a [u8]>,
}

/// What cannot be read, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    pub subscription_id: Option<&'a [u8]>,
    pub item_id: Option<&'a [u8]>,
    pub starts_at: Option<i64>,
    pub reason: Option<&'a [u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    Period(Period<'a>),
    Problem(Problem<'a>),
}
