//! The items of a customer's subscriptions as they are now.

use allocator_api2::alloc::Allocator;

use super::given::Given;
use super::lines::check_lengths;
use crate::Result;
use crate::decimal::Decimal;
use crate::ledger::limits::{check_start, day_of};
use crate::ledger::rows::{Charge, ChurnKind, DiscountKind, Length, Status, Text, Texts};
use crate::ledger::words::word;

/// An item as its subscription has it.
#[derive(Clone, Copy)]
pub struct CurrentItem {
    pub subscription_id: Text,
    pub item_id: Text,
    pub product: Text,
    pub plan: Text,
    pub charge: Charge,
    /// What it costs, or why that cannot be told.
    pub price: std::result::Result<CurrentPrice, Text>,
    pub currency: Text,
    pub started_at: Option<i64>,
    pub standing: Standing,
}

#[derive(Clone, Copy)]
pub struct CurrentPrice {
    /// Before the discount.
    pub amount: Decimal,
    pub discount: Decimal,
    pub discount_kind: DiscountKind,
    pub billing_period: Length,
}

/// How an item's subscription stands.
#[derive(Clone, Copy)]
pub struct Standing {
    pub status: Status,
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<ChurnKind>,
    pub churn_reason: Text,
}

impl Standing {
    /// Of an item that its subscription no longer has.
    pub const GONE: Standing = Standing {
        status: Status::Canceled,
        cancel_requested_at: None,
        access_ends_at: None,
        churn_kind: None,
        churn_reason: Text::NULL,
    };
}

impl CurrentItem {
    /// Reads an item, or tells why it cannot be read.
    pub fn of<A: Allocator>(
        given: &Given,
        texts: &mut Texts<A>,
    ) -> Result<std::result::Result<CurrentItem, String>> {
        let words = match Words::of(given) {
            Ok(words) => words,
            Err(reason) => return Ok(Err(reason)),
        };
        let price = match words.price(given) {
            Ok(price) => Ok(price),
            Err(reason) => Err(texts.keep(Some(reason.as_bytes()))?),
        };
        Ok(Ok(CurrentItem {
            subscription_id: texts.keep(given.subscription_id)?,
            item_id: texts.keep(given.item_id)?,
            product: texts.keep(given.product)?,
            plan: texts.keep(given.plan)?,
            charge: words.charge,
            price,
            currency: texts.keep_upper(given.currency)?,
            started_at: given.service_start,
            standing: Standing {
                status: words.status,
                cancel_requested_at: given.now.cancel_requested_at,
                access_ends_at: given.now.access_ends_at,
                churn_kind: words.churn_kind,
                churn_reason: texts.keep(given.now.churn_reason)?,
            },
        }))
    }
}

/// The columns that hold one of several words.
struct Words {
    status: Status,
    charge: Charge,
    churn_kind: Option<ChurnKind>,
    discount_kind: DiscountKind,
}

impl Words {
    fn of(given: &Given) -> std::result::Result<Words, String> {
        let now = &given.now;
        check_lengths(given)?;
        given.service_start.map_or(Ok(()), |it| check_start("started_at", day_of(it)))?;
        let status = word(now.status, "status", Status::WORDS, Status::read)?;
        let charge = word(given.kind, "kind", Charge::WORDS, Charge::read)?;
        let discount_kind =
            word(given.discount_kind, "discount_kind", DiscountKind::WORDS, DiscountKind::read)?;
        Ok(Words {
            status: status.unwrap_or(Status::Active),
            charge: charge.unwrap_or(Charge::Recurring),
            churn_kind: word(now.churn_kind, "churn_kind", ChurnKind::WORDS, ChurnKind::read)?,
            discount_kind: discount_kind.unwrap_or(DiscountKind::Permanent),
        })
    }

    fn price(&self, given: &Given) -> std::result::Result<CurrentPrice, String> {
        let number = |given: &Option<Result<Decimal>>| {
            given.clone().transpose().map_err(|error| error.to_string())
        };
        Ok(CurrentPrice {
            amount: number(&given.amount)?.ok_or("amount is NULL")?,
            discount: number(&given.discount)?.unwrap_or(Decimal::new(0, 0)),
            discount_kind: self.discount_kind,
            billing_period: given.billing_period.ok_or("billing_period is NULL")?,
        })
    }
}
