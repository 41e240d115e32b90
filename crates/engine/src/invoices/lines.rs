//! The lines of one customer's invoices, as they are kept until all have come.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::current::CurrentItem;
use super::cycle::Part;
use super::given::Given;
use crate::Result;
use crate::collection::room::push;
use crate::currency::decimals;
use crate::decimal::{Decimal, MAX_DECIMALS};
use crate::ledger::limits::{check_start, check_texts, day_of, listed, reason};
use crate::ledger::rows::{DiscountKind, Length, Text, Texts};
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

/// What a whole billing period costs.
#[derive(Clone, Copy)]
pub struct Price {
    /// After the discount.
    pub net: Decimal,
    pub discount: Decimal,
    pub discount_kind: DiscountKind,
    /// Whether that is worked out from a part, and so may be off by its rounding.
    pub is_derived: bool,
    /// The amount and the discount that the line tells, and the decimals they are rounded to.
    pub told: (Decimal, Decimal),
    pub decimals: u8,
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
}

impl Line {
    /// The part of a billing period that it is for.
    pub fn part(&self) -> Part {
        let Line { start, end, billing_period: of, .. } = *self;
        Part { start, end, of, decimals: self.price.decimals }
    }
}

/// A line that cannot be read, and why.
#[derive(Clone, Copy)]
pub struct Rejection {
    pub subscription_id: Text,
    pub item_id: Text,
    pub start: Option<i64>,
    pub reason: Text,
}

/// The lines of one customer, and the items of his subscriptions.
pub struct Lines<A: Allocator + Clone> {
    pub lines: Vec<Line, A>,
    pub items: Vec<CurrentItem, A>,
    pub rejections: Vec<Rejection, A>,
    pub texts: Texts<A>,
}

impl<A: Allocator + Clone> Lines<A> {
    pub fn new_in(memory: A) -> Self {
        Lines {
            lines: Vec::new_in(memory.clone()),
            items: Vec::new_in(memory.clone()),
            rejections: Vec::new_in(memory.clone()),
            texts: Texts::new_in(memory),
        }
    }

    /// Adds a line or an item to those that can be read or to those that cannot, unless it says
    /// nothing of periods. An error says that there is no room.
    pub fn add(&mut self, given: &Given) -> Result<()> {
        if given.now.status.is_some() {
            return match CurrentItem::of(given, &mut self.texts)? {
                Ok(item) => push(&mut self.items, item),
                Err(reason) => self.reject(given, &reason),
            };
        }
        match Checked::of(given) {
            Ok(None) => Ok(()),
            Ok(Some(checked)) => self.keep(given, &checked),
            Err(reason) => self.reject(given, &reason),
        }
    }

    fn reject(&mut self, given: &Given, reason: &str) -> Result<()> {
        let rejection = Rejection {
            subscription_id: self.texts.keep_all(given.subscription_id.map(listed))?,
            item_id: self.texts.keep_all(given.item_id.map(listed))?,
            start: given.service_start,
            reason: self.texts.keep(Some(reason.as_bytes()))?,
        };
        push(&mut self.rejections, rejection)
    }

    fn keep(&mut self, given: &Given, checked: &Checked) -> Result<()> {
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
        };
        push(&mut self.lines, line)
    }
}

/// Whether what is kept of a line or an item is short enough.
pub(super) fn check_lengths(given: &Given) -> std::result::Result<(), String> {
    check_texts(&[
        ("invoice_id", given.invoice_id),
        ("subscription_id", given.subscription_id),
        ("item_id", given.item_id),
        ("product", given.product),
        ("plan", given.plan),
        ("currency", given.currency),
        ("churn_reason", given.now.churn_reason),
    ])
}

/// What is checked of a line.
struct Checked {
    kind: Kind,
    price: Price,
    billing_period: Length,
    start: i64,
    end: i64,
    status: InvoiceStatus,
}

impl Checked {
    /// None for a line that says nothing of periods.
    fn of(given: &Given) -> std::result::Result<Option<Checked>, String> {
        if let Some(problem) = given.problem {
            return Err(reason(problem));
        }
        let status = word(given.status, "status", InvoiceStatus::WORDS, InvoiceStatus::read)?
            .unwrap_or(InvoiceStatus::Paid);
        let kind = word(given.kind, "kind", Kind::WORDS, Kind::read)?.unwrap_or(Kind::Recurring);
        let silent = matches!(kind, Kind::OneTime | Kind::Setup | Kind::Credit | Kind::Adjustment);
        if silent || matches!(status, InvoiceStatus::Draft | InvoiceStatus::Void) {
            return Ok(None);
        }
        check_lengths(given)?;
        let start = required(given.service_start, "service_start")?;
        let end = required(given.service_end, "service_end")?;
        check_start("service_start", day_of(start))?;
        if end <= start {
            return Err("service_end is not after service_start".to_owned());
        }
        check_start("service_end", day_of(end))?;
        let unknown_length = Length { months: 1, days: 0, micros: 0 };
        let billing_period = match given.billing_period {
            None if kind == Kind::ProrationCredit => unknown_length,
            length => required(length, "billing_period")?,
        };
        Ok(Some(Checked {
            kind,
            price: Price::of(given, kind, (start, end, billing_period))?,
            billing_period,
            start,
            end,
            status,
        }))
    }
}

impl Price {
    /// The same where it is known how long the billing period is that the line is for a part of.
    pub fn of_whole(self, part: Part, whole: i64) -> Option<Price> {
        let of = |amount| usable(part.of_micros(amount, whole).ok()?, "").ok();
        Some(Price { net: of(self.told.0)?, discount: of(self.told.1)?, ..self })
    }

    fn of(
        given: &Given,
        kind: Kind,
        (start, end, of): (i64, i64, Length),
    ) -> std::result::Result<Price, String> {
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
        let whole_discount = amount(&given.whole_discount, "whole_discount")?;
        let (name, words) = ("discount_kind", DiscountKind::WORDS);
        let discount_kind = word(given.discount_kind, name, words, DiscountKind::read)?;
        let discount_kind = discount_kind.unwrap_or(DiscountKind::Repeating);
        let decimals = given.currency.map_or(2, decimals).max(net.trimmed().scale);
        let told = (net, discount);
        if kind != Kind::ProrationDebit {
            return Ok(Price { net, discount, discount_kind, is_derived: false, told, decimals });
        }
        let part = Part { start, end, of, decimals };
        let whole = |amount| {
            let whole = part.whole(amount).map_err(|error| error.to_string())?;
            usable(whole, "what a whole billing period comes to")
        };
        Ok(Price {
            net: whole_amount.map_or_else(|| whole(net), Ok)?,
            discount: whole_discount.map_or_else(|| whole(discount), Ok)?,
            discount_kind,
            is_derived: whole_amount.is_none(),
            told,
            decimals,
        })
    }
}

/// An amount of which many can be added up, without the zeros that a division leaves at its end.
fn usable(amount: Decimal, name: &str) -> std::result::Result<Decimal, String> {
    let amount = amount.trimmed();
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
