//! The lines of one customer's invoices, as they are kept until all have come.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::cycle::Part;
use crate::Result;
use crate::collection::room::push;
use crate::decimal::{Decimal, MAX_DECIMALS};
use crate::ledger::rows::{ChurnKind, Length, Status, Text, Texts};
use crate::ledger::words::{word, words};

words!(Kind {
    "recurring" => Recurring, "usage" => Usage, "one_time" => OneTime, "setup" => Setup,
    "proration_debit" => ProrationDebit, "proration_credit" => ProrationCredit,
    "credit" => Credit, "adjustment" => Adjustment
});
words!(
    /// How an invoice stands.
    InvoiceStatus {
        "paid" => Paid, "open" => Open, "uncollectible" => Uncollectible, "draft" => Draft,
        "void" => Void
    }
);

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
    pub currency: Option<&'a [u8]>,
    pub billing_period: Option<Length>,
    pub service_start: Option<i64>,
    pub service_end: Option<i64>,
    pub issued_at: Option<i64>,
    pub status: Option<&'a [u8]>,
    /// Why the line cannot be read, where that is known.
    pub problem: Option<&'a [u8]>,
    /// The item's row in the table of subscriptions, if it has one.
    pub live: Live<'a>,
}

#[derive(Clone, Copy, Default)]
pub struct Live<'a> {
    pub status: Option<&'a [u8]>,
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<&'a [u8]>,
    pub churn_reason: Option<&'a [u8]>,
}

/// What a whole billing period costs.
#[derive(Clone, Copy)]
pub struct Price {
    /// After the discount.
    pub net: Decimal,
    pub discount: Decimal,
    /// Whether that is worked out from a part, and so may be off by its rounding.
    pub is_derived: bool,
}

/// A line that a period may come from, or that ends one.
#[derive(Clone, Copy)]
pub struct Line {
    pub place: usize,
    pub invoice_id: Text,
    pub subscription_id: Text,
    pub item_id: Text,
    pub product: Text,
    pub plan: Text,
    pub kind: Kind,
    pub price: Price,
    pub currency: Text,
    pub billing_period: Length,
    pub start: i64,
    pub end: i64,
    pub issued: i64,
    pub status: InvoiceStatus,
    pub live: Option<Subscription>,
}

/// How the subscription of a line stands now.
#[derive(Clone, Copy)]
pub struct Subscription {
    pub status: Status,
    pub cancel_requested_at: Option<i64>,
    pub access_ends_at: Option<i64>,
    pub churn_kind: Option<ChurnKind>,
    pub churn_reason: Text,
}

/// A line that cannot be read, and why.
#[derive(Clone, Copy)]
pub struct Rejection {
    pub subscription_id: Text,
    pub item_id: Text,
    pub start: Option<i64>,
    pub reason: Text,
}

/// The lines of one customer.
pub struct Lines<A: Allocator + Clone> {
    pub lines: Vec<Line, A>,
    pub rejections: Vec<Rejection, A>,
    pub texts: Texts<A>,
}

impl<A: Allocator + Clone> Lines<A> {
    pub fn new_in(memory: A) -> Self {
        Lines {
            lines: Vec::new_in(memory.clone()),
            rejections: Vec::new_in(memory.clone()),
            texts: Texts::new_in(memory),
        }
    }

    /// Adds a line to those that can be read or to those that cannot, unless it says nothing of
    /// periods. An error says that there is no room.
    pub fn add(&mut self, given: &Given) -> Result<()> {
        match Checked::of(given) {
            Ok(None) => Ok(()),
            Ok(Some(checked)) => self.keep(given, &checked),
            Err(reason) => {
                let rejection = Rejection {
                    subscription_id: self.texts.keep(given.subscription_id)?,
                    item_id: self.texts.keep(given.item_id)?,
                    start: given.service_start,
                    reason: self.texts.keep(Some(reason.as_bytes()))?,
                };
                push(&mut self.rejections, rejection)
            }
        }
    }

    fn keep(&mut self, given: &Given, checked: &Checked) -> Result<()> {
        let live = match checked.live {
            None => None,
            Some(status) => Some(Subscription {
                status,
                cancel_requested_at: given.live.cancel_requested_at,
                access_ends_at: given.live.access_ends_at,
                churn_kind: checked.churn_kind,
                churn_reason: self.texts.keep(given.live.churn_reason)?,
            }),
        };
        let line = Line {
            place: self.lines.len(),
            invoice_id: self.texts.keep(given.invoice_id)?,
            subscription_id: self.texts.keep(given.subscription_id)?,
            item_id: self.texts.keep(given.item_id)?,
            product: self.texts.keep(given.product)?,
            plan: self.texts.keep(given.plan)?,
            kind: checked.kind,
            price: checked.price,
            currency: self.texts.keep_upper(given.currency)?,
            billing_period: checked.billing_period,
            start: checked.start,
            end: checked.end,
            issued: given.issued_at.unwrap_or(checked.start),
            status: checked.status,
            live,
        };
        push(&mut self.lines, line)
    }
}

/// What is checked of a line.
struct Checked {
    kind: Kind,
    price: Price,
    billing_period: Length,
    start: i64,
    end: i64,
    status: InvoiceStatus,
    live: Option<Status>,
    churn_kind: Option<ChurnKind>,
}

impl Checked {
    /// None for a line that says nothing of periods.
    fn of(given: &Given) -> std::result::Result<Option<Checked>, String> {
        if let Some(problem) = given.problem {
            return Err(String::from_utf8_lossy(problem).into_owned());
        }
        let status = word(given.status, "status", InvoiceStatus::WORDS, InvoiceStatus::read)?
            .unwrap_or(InvoiceStatus::Paid);
        let kind = word(given.kind, "kind", Kind::WORDS, Kind::read)?.unwrap_or(Kind::Recurring);
        let silent = matches!(kind, Kind::OneTime | Kind::Setup | Kind::Credit | Kind::Adjustment);
        if silent || matches!(status, InvoiceStatus::Draft | InvoiceStatus::Void) {
            return Ok(None);
        }
        let start = required(given.service_start, "service_start")?;
        let end = required(given.service_end, "service_end")?;
        if start == i64::MIN || end == i64::MAX {
            return Err("service_start or service_end is infinite".to_owned());
        }
        if end <= start {
            return Err("service_end is not after service_start".to_owned());
        }
        let unknown_length = Length { months: 1, days: 0, micros: 0 };
        let billing_period = match given.billing_period {
            None if kind == Kind::ProrationCredit => unknown_length,
            length => required(length, "billing_period")?,
        };
        let churn_kind = given.live.churn_kind;
        Ok(Some(Checked {
            kind,
            price: Price::of(given, kind, Part { start, end, of: billing_period })?,
            billing_period,
            start,
            end,
            status,
            live: word(
                given.live.status,
                "status of the subscription",
                Status::WORDS,
                Status::read,
            )?,
            churn_kind: word(churn_kind, "churn_kind", ChurnKind::WORDS, ChurnKind::read)?,
        }))
    }
}

impl Price {
    fn of(given: &Given, kind: Kind, part: Part) -> std::result::Result<Price, String> {
        let amount = |given: &Option<Result<Decimal>>, name: &str| {
            let Some(given) = given.clone() else { return Ok(None) };
            let amount = usable(given.map_err(|error| error.to_string())?, name)?;
            if amount.mantissa < 0 && kind != Kind::ProrationCredit {
                return Err(format!("{name} is negative, which kind {} cannot be", kind.name()));
            }
            Ok(Some(amount))
        };
        let net = required(amount(&given.amount, "amount")?, "amount")?;
        let discount = amount(&given.discount, "discount")?.unwrap_or(Decimal::new(0, 0));
        let whole_amount = amount(&given.whole_amount, "whole_amount")?;
        if kind != Kind::ProrationDebit {
            return Ok(Price { net, discount, is_derived: false });
        }
        let whole = |amount| {
            let whole = part.whole(amount).map_err(|error| error.to_string())?;
            usable(whole, "what a whole billing period comes to")
        };
        Ok(Price {
            net: whole_amount.map_or_else(|| whole(net), Ok)?,
            discount: whole(discount)?,
            is_derived: whole_amount.is_none(),
        })
    }
}

/// An amount of which many can be added up.
fn usable(amount: Decimal, name: &str) -> std::result::Result<Decimal, String> {
    let most = amount.mantissa_at(MAX_DECIMALS).map(i128::abs);
    if most.is_ok_and(|it| it < 10_i128.pow(14 + u32::from(MAX_DECIMALS))) {
        Ok(amount)
    } else {
        Err(format!("{name} is not below 10^14"))
    }
}

fn required<T>(value: Option<T>, name: &str) -> std::result::Result<T, String> {
    value.ok_or_else(|| format!("{name} is NULL"))
}
