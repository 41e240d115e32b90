use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::Moment;
use super::digest::Digest;
pub use super::given::{Given, Length};
use super::limits::{check_start, check_texts, end, listed, optional, reason};
use super::policy::{Discounts, Policy};
use super::settings::Settings;
pub use super::texts::{Text, Texts};
use super::words::{shown, word, words};
use crate::billing_period::{MRR_DECIMALS, MonthlyFactor, monthly_factor_by};
use crate::collection::room::push;
use crate::decimal::Decimal;
use crate::{Error, Result};

words!(Charge {
    "recurring" => Recurring, "add_on" => AddOn, "usage" => Usage, "one_time" => OneTime
});
words!(Status {
    "active" => Active, "trialing" => Trialing, "past_due" => PastDue, "unpaid" => Unpaid,
    "paused" => Paused, "canceled" => Canceled
});
words!(DiscountKind {
    "permanent" => Permanent, "repeating" => Repeating, "once" => Once
});
words!(
    /// Whose doing a churn was.
    ChurnKind {
        "unknown" => Unknown, "voluntary" => Voluntary, "involuntary" => Involuntary
    }
);

/// A row that can be read.
#[derive(Clone, Copy)]
pub struct Row {
    /// How many rows came before it.
    pub place: usize,
    pub subscription_id: Text,
    pub item_id: Text,
    pub product: Text,
    pub plan: Text,
    pub charge: Charge,
    /// MRR in the row's currency.
    pub native: i128,
    /// Whether nothing is left to pay.
    pub free: bool,
    /// NULL for the ledger's own.
    pub currency: Text,
    pub billing_period: Length,
    pub start: Moment,
    pub end: Moment,
    pub status: Status,
    pub cancel_requested: Option<Moment>,
    pub access_end: Option<Moment>,
    pub churn_kind: Option<ChurnKind>,
    pub churn_reason: Text,
    /// Whether the end is only that of what is invoiced.
    pub renews: bool,
}

/// A row that cannot, and why.
#[derive(Clone, Copy)]
pub struct Rejection {
    pub place: usize,
    pub subscription_id: Text,
    pub item_id: Text,
    pub start: Option<i64>,
    pub reason: Text,
}

/// The rows of one customer.
pub struct Rows<A: Allocator + Clone> {
    pub rows: Vec<Row, A>,
    pub rejections: Vec<Rejection, A>,
    texts: Texts<A>,
    digest: Digest,
    /// Whether a row is in another currency than the ledger's.
    foreign: bool,
    /// To write a row down in.
    room: Vec<u8, A>,
}

impl<A: Allocator + Clone> Rows<A> {
    pub fn new_in(memory: A) -> Self {
        Rows {
            rows: Vec::new_in(memory.clone()),
            rejections: Vec::new_in(memory.clone()),
            texts: Texts::new_in(memory.clone()),
            digest: Digest::default(),
            foreign: false,
            room: Vec::new_in(memory),
        }
    }

    /// Adds a row to those that can be read or to those that cannot. An error says that there is
    /// no room.
    pub fn add(&mut self, given: &Given, settings: &Settings<A>) -> Result<()> {
        given.digest(&mut self.digest, &mut self.room)?;
        self.foreign |= foreign(given, settings).is_some();
        match self.read(given, settings)? {
            Ok(row) => push(&mut self.rows, row),
            Err(reason) => {
                let subscription_id = self.texts.keep_all(given.subscription_id.map(listed))?;
                let item_id = self.texts.keep_all(given.item_id.map(listed))?;
                self.reject(subscription_id, item_id, given.starts_at.map(|it| it.instant), &reason)
            }
        }
    }

    fn reject(
        &mut self,
        subscription_id: Text,
        item_id: Text,
        start: Option<i64>,
        reason: &str,
    ) -> Result<()> {
        let reason = self.texts.keep(Some(reason.as_bytes()))?;
        let place = self.len();
        push(&mut self.rejections, Rejection { place, subscription_id, item_id, start, reason })
    }

    fn len(&self) -> usize {
        self.rows.len() + self.rejections.len()
    }

    /// The digest of all that lines and rejections come from.
    pub fn digest(&self, settings: &Settings<A>) -> u128 {
        let rates = if self.foreign { settings.rates_digest } else { Digest::default() };
        Digest::of_all(&[self.digest, settings.digest, rates])
    }

    /// Whether rows may turn out not to be readable for lack of a rate.
    pub fn need_rates(&self) -> bool {
        self.rows.iter().any(|it| it.currency != Text::NULL)
    }

    pub fn text(&self, text: Text) -> Option<&[u8]> {
        self.texts.get(text)
    }

    fn read(
        &mut self,
        given: &Given,
        settings: &Settings<A>,
    ) -> Result<std::result::Result<Row, String>> {
        let checked = match Checked::of(given, settings) {
            Ok(checked) => checked,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok(Row {
            place: self.len(),
            subscription_id: self.texts.keep(given.subscription_id)?,
            item_id: self.texts.keep(given.item_id)?,
            product: self.texts.keep(given.product)?,
            plan: self.texts.keep(given.plan)?,
            charge: checked.charge,
            native: checked.native,
            free: checked.free,
            currency: self.texts.keep_upper(foreign(given, settings))?,
            billing_period: checked.billing_period,
            start: checked.start,
            end: checked.end,
            status: checked.status,
            cancel_requested: checked.cancel_requested,
            access_end: checked.access_end,
            churn_kind: checked.churn_kind,
            churn_reason: self.texts.keep(given.churn_reason)?,
            renews: given.renews.unwrap_or(false),
        }))
    }
}

/// What is checked of a row.
struct Checked {
    charge: Charge,
    native: i128,
    free: bool,
    billing_period: Length,
    start: Moment,
    end: Moment,
    status: Status,
    cancel_requested: Option<Moment>,
    access_end: Option<Moment>,
    churn_kind: Option<ChurnKind>,
}

impl Checked {
    fn of<A: Allocator + Clone>(
        given: &Given,
        settings: &Settings<A>,
    ) -> std::result::Result<Checked, String> {
        if let Some(problem) = given.problem {
            return Err(reason(problem));
        }
        check_texts(&[
            ("subscription_id", given.subscription_id),
            ("item_id", given.item_id),
            ("product", given.product),
            ("plan", given.plan),
            ("churn_reason", given.churn_reason),
        ])?;
        check_currency(foreign(given, settings), settings)?;
        let required = |name: &str| format!("{name} is NULL");
        let start = given.starts_at.ok_or_else(|| required("starts_at"))?;
        let end = end(given.ends_at);
        let amount = given.amount.clone().ok_or_else(|| required("amount"))?;
        let length = given.billing_period.ok_or_else(|| required("billing_period"))?;
        check_start("starts_at", start.day)?;
        if end < start {
            return Err(ends_early(start, end));
        }
        let policy = &settings.policy;
        let amount = not_negative(Some(amount), "amount")?;
        let discount = not_negative(given.discount.clone(), "discount")?;
        let kind =
            word(given.discount_kind, "discount_kind", DiscountKind::WORDS, DiscountKind::read)?
                .unwrap_or(DiscountKind::Permanent);
        let price = price(policy, amount, discount, kind).map_err(|error| error.to_string())?;
        let native = monthly(policy, price, length).map_err(|error| error.to_string())?;
        Ok(Checked {
            charge: word(given.kind, "kind", Charge::WORDS, Charge::read)?
                .unwrap_or(Charge::Recurring),
            native,
            free: price.mantissa == 0,
            billing_period: length,
            start,
            end,
            status: word(given.status, "status", Status::WORDS, Status::read)?
                .unwrap_or(Status::Active),
            cancel_requested: optional("cancel_requested_at", given.cancel_requested_at)?,
            access_end: optional("access_ends_at", given.access_ends_at)?,
            churn_kind: word(given.churn_kind, "churn_kind", ChurnKind::WORDS, ChurnKind::read)?,
        })
    }
}

/// A row's currency, if it is not the ledger's.
fn foreign<'a, A: Allocator + Clone>(
    given: &Given<'a>,
    settings: &Settings<A>,
) -> Option<&'a [u8]> {
    given.currency.filter(|it| !it.eq_ignore_ascii_case(settings.currency.code()))
}

fn check_currency<A: Allocator + Clone>(
    currency: Option<&[u8]>,
    settings: &Settings<A>,
) -> std::result::Result<(), String> {
    let Some(currency) = currency else { return Ok(()) };
    let is_code = currency.len() == 3 && currency.iter().all(u8::is_ascii_alphabetic);
    if is_code || !settings.rates.of(currency).is_empty() {
        return Ok(());
    }
    let currency = shown(currency);
    Err(format!("currency \"{currency}\" is neither three letters nor a code that fx_rates has"))
}

fn ends_early(start: Moment, end: Moment) -> String {
    if start.day != end.day {
        return format!("ends_at {} is before starts_at {}", end.day, start.day);
    }
    let seconds = (start.instant - end.instant) as f64 / 1e6;
    format!("ends_at is {seconds} seconds before starts_at on {}", start.day)
}

/// A row's price per billing period, as far as the policy takes discounts off.
fn price(
    policy: &Policy,
    amount: Decimal,
    discount: Decimal,
    kind: DiscountKind,
) -> Result<Decimal> {
    let discounted = match policy.discount {
        Discounts::All => true,
        Discounts::Recurring => kind != DiscountKind::Once,
        Discounts::Permanent => kind == DiscountKind::Permanent,
        Discounts::None => false,
    };
    if discounted && discount.mantissa != 0 { less(amount, discount) } else { Ok(amount) }
}

/// A row's MRR in its own currency.
fn monthly(policy: &Policy, price: Decimal, length: Length) -> Result<i128> {
    let native = factor(policy, length)?.per_month(price)?;
    if native < LIMIT { Ok(native) } else { Err(Error::AmountOutOfRange) }
}

/// What a price per billing period is multiplied by.
pub fn factor(policy: &Policy, length: Length) -> Result<MonthlyFactor> {
    monthly_factor_by(&policy.factors, length.months, length.days, length.micros)
}

/// An amount less a discount; nothing if the discount is larger.
fn less(amount: Decimal, discount: Decimal) -> Result<Decimal> {
    let rest = amount.plus(Decimal::new(-discount.mantissa, discount.scale))?;
    Ok(Decimal::new(rest.mantissa.max(0), rest.scale))
}

/// So small that no sum over rows can pass the limit of all amounts: 10^18 in units.
pub(super) const LIMIT: i128 = 10_i128.pow(18 + MRR_DECIMALS as u32);

fn not_negative(
    number: Option<Result<Decimal>>,
    name: &str,
) -> std::result::Result<Decimal, String> {
    let number = number.unwrap_or(Ok(Decimal::new(0, 0))).map_err(|error| error.to_string())?;
    if number.mantissa < 0 { Err(format!("{name} is negative")) } else { Ok(number) }
}
