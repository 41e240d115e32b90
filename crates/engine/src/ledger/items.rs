//! Rows of items, by the policy, as stretches in which a customer has MRR.

use allocator_api2::alloc::Allocator;

use super::canceled::{Reading, Readings};
use super::policy::{ChurnDate, Fx, Netting, PastDue, Paused, Policy, Usage, ZeroMrr};
use super::rows::{Charge, ChurnKind, LIMIT, Row, Rows, Status};
use super::settings::Settings;
use super::{Moment, Zone};
use crate::billing_period::MRR_DECIMALS;
use crate::calendar::Day;
use crate::decimal::{Decimal, round_ratio};
use crate::{Error, Result};

/// A time in which a row counts.
pub struct Stretch<'a> {
    /// The number of its row.
    pub row: usize,
    pub start: Moment,
    pub end: Moment,
    /// MRR in the row's currency, and in the ledger's at the rate of the item's first day.
    pub native: i128,
    pub converted: i128,
    pub rule: Rule,
    /// What to say of a churn at its end.
    pub cause: Cause<'a>,
    /// Whether it ends only where what is invoiced does.
    pub renews: bool,
}

/// What decided how a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Plain,
    AccessEnd,
    CancelRequest,
    PastDue,
    OneTime,
    Usage,
    Trialing,
    Unpaid,
    Paused,
    Canceled,
    CanceledToday,
    NoMrr,
    NoTime,
}

impl Rule {
    pub fn text(self) -> &'static str {
        match self {
            Self::Plain => "counts as it is",
            Self::AccessEnd => "counts until access_ends_at: policy churn_date is access_end",
            Self::CancelRequest => {
                "counts until cancel_requested_at: policy churn_date is cancel_request"
            }
            Self::PastDue => "counts so many days after the payment failed: policy past_due",
            Self::OneTime => "does not count: kind is one_time",
            Self::Usage => "does not count: kind is usage, policy usage is exclude",
            Self::Trialing => "does not count: status is trialing",
            Self::Unpaid => "does not count: status is unpaid",
            Self::Paused => "does not count: status is paused, policy paused is zero",
            Self::Canceled => "does not count: status is canceled",
            Self::CanceledToday => {
                "counts until its end: canceled is the status of today, for no row is beside it"
            }
            Self::NoMrr => "does not count: no MRR is left, policy zero_mrr is inactive",
            Self::NoTime => "does not count: it ends where it starts",
        }
    }
}

/// Why MRR ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cause<'a> {
    pub kind: ChurnKind,
    #[serde(borrow, with = "serde_bytes")]
    pub reason: Option<&'a [u8]>,
}

const UNKNOWN: Cause = Cause { kind: ChurnKind::Unknown, reason: None };
const PAYMENT_FAILED: Cause =
    Cause { kind: ChurnKind::Involuntary, reason: Some(b"payment_failed") };
const PAUSED: Cause = Cause { kind: ChurnKind::Unknown, reason: Some(b"paused") };

/// The stretches of a customer, and the rows without one or that turn out not to be readable, each
/// by its number.
pub struct Stretches<'a> {
    pub stretches: Vec<Stretch<'a>>,
    pub ignored: Vec<(usize, Rule)>,
    pub rejected: Vec<(usize, String)>,
}

/// Reads all rows of a customer.
pub fn stretches<'a, A: Allocator + Clone>(
    rows: &'a Rows<A>,
    settings: &Settings<A>,
    zone: &dyn Zone,
) -> Stretches<'a> {
    let stretches = Vec::with_capacity(rows.rows.len());
    let mut found = Stretches { stretches, ignored: vec![], rejected: vec![] };
    let mut order: Vec<usize> = (0..rows.rows.len()).collect();
    let item = |number: &usize| {
        let row = &rows.rows[*number];
        let item = rows.text(row.item_id);
        // A row without item_id is an item of its own.
        let own = if item.is_none() { *number } else { 0 };
        (item, own, item.and(rows.text(row.subscription_id)))
    };
    order.sort_unstable_by(|a, b| {
        let time = |number: &usize| {
            let row = &rows.rows[*number];
            (row.start, row.end, row.native, *number)
        };
        item(a).cmp(&item(b)).then_with(|| time(a).cmp(&time(b)))
    });
    let readings = &Readings::of(rows);
    for numbers in order.chunk_by(|a, b| item(a) == item(b)) {
        Item { rows, settings, zone, readings, numbers }.read(&mut found);
    }
    found
}

/// The rows of one item, in order.
struct Item<'a, 'b, A: Allocator + Clone> {
    rows: &'a Rows<A>,
    settings: &'b Settings<A>,
    zone: &'b dyn Zone,
    readings: &'b Readings,
    numbers: &'b [usize],
}

impl<'a, A: Allocator + Clone> Item<'a, '_, A> {
    fn read(&self, found: &mut Stretches<'a>) {
        for place in 0..self.numbers.len() {
            let number = self.numbers[place];
            match self.stretch(place) {
                Ok(Ok(stretch)) => found.stretches.push(stretch),
                Ok(Err(rule)) => found.ignored.push((number, rule)),
                Err(reason) => found.rejected.push((number, reason)),
            }
        }
    }

    fn row(&self, place: usize) -> &'a Row {
        &self.rows.rows[self.numbers[place]]
    }

    fn reading(&self, place: usize) -> Reading {
        self.readings.get(self.numbers[place])
    }

    /// The status during the stretch.
    fn status(&self, place: usize) -> Status {
        match self.reading(place) {
            Reading::Today => Status::Active,
            Reading::AsGiven | Reading::Endless => self.row(place).status,
        }
    }

    /// The rule by which a row never counts, if there is one.
    fn excluding(&self, place: usize) -> Option<Rule> {
        excluding(&self.settings.policy, self.row(place).charge, self.status(place))
    }

    /// The place of the row that goes on where this one ends.
    fn next(&self, place: usize) -> Option<usize> {
        let next = self.numbers.get(place + 1).map(|_| self.row(place + 1))?;
        (next.start.instant <= self.row(place).end.instant).then_some(place + 1)
    }

    /// The stretch of a row, or the rule that it has none by; an error is why it cannot be read.
    fn stretch(
        &self,
        place: usize,
    ) -> std::result::Result<std::result::Result<Stretch<'a>, Rule>, String> {
        let row = self.row(place);
        let policy = &self.settings.policy;
        match self.excluding(place) {
            Some(Rule::Canceled) if self.reading(place) == Reading::Endless => {
                return Err("status is canceled, but there is no ends_at".to_owned());
            }
            Some(rule) => return Ok(Err(rule)),
            None => (),
        }
        let (mut end, mut rule) = self.end(place);
        let mut cause = self.cause(place);
        if let Some(limit) = self.payment_limit(place)
            && limit < end
        {
            (end, rule, cause) = (limit.max(row.start), Rule::PastDue, PAYMENT_FAILED);
        }
        let by_event = policy.netting == Netting::Event;
        if row.start >= end || !by_event && row.start.day == end.day {
            return Ok(Err(if rule == Rule::Plain { Rule::NoTime } else { rule }));
        }
        let (number, start, native) = (self.numbers[place], row.start, row.native);
        let converted = self.convert(row, native)?;
        if converted == 0 && policy.zero_mrr == ZeroMrr::Inactive {
            return Ok(Err(Rule::NoMrr));
        }
        if rule == Rule::Plain && self.reading(place) == Reading::Today {
            rule = Rule::CanceledToday;
        }
        let renews = row.renews && end == row.end;
        Ok(Ok(Stretch { row: number, start, end, native, converted, rule, cause, renews }))
    }

    fn end(&self, place: usize) -> (Moment, Rule) {
        let row = self.row(place);
        let (end, rule) = match self.settings.policy.churn_date {
            ChurnDate::CancelRequest => match row.cancel_requested {
                Some(request) if request < row.end => (request, Rule::CancelRequest),
                _ => (row.end, Rule::Plain),
            },
            ChurnDate::AccessEnd if self.is_last(place) => match row.access_end {
                Some(end) if end != row.end => (end, Rule::AccessEnd),
                _ => (row.end, Rule::Plain),
            },
            ChurnDate::AccessEnd | ChurnDate::CancelEffective => (row.end, Rule::Plain),
        };
        (end.max(row.start), rule)
    }

    /// Whether nothing follows but that the item is canceled.
    fn is_last(&self, place: usize) -> bool {
        (place + 1..self.numbers.len()).all(|it| self.status(it) == Status::Canceled)
    }

    /// When a late payment stops counting; never if it came in.
    fn payment_limit(&self, place: usize) -> Option<Moment> {
        let PastDue::DropAfter { days } = self.settings.policy.past_due else { return None };
        let late = |place: usize| self.status(place) == Status::PastDue;
        if !late(place) {
            return None;
        }
        let (mut first, mut last) = (place, place);
        while first > 0 && late(first - 1) && self.next(first - 1).is_some() {
            first -= 1;
        }
        while self.next(last).is_some_and(late) {
            last += 1;
        }
        let paid = |it: usize| self.excluding(it).is_none() && !self.row(it).free;
        let recovered = self.next(last).is_some_and(paid);
        let limit = Day(self.row(first).start.day.0.saturating_add(days));
        (!recovered).then(|| self.zone.start_of(limit))
    }

    fn cause(&self, place: usize) -> Cause<'a> {
        let (row, next) = (self.row(place), self.next(place));
        let told = |row: &'a Row| {
            let reason = self.rows.text(row.churn_reason);
            let kind = row.churn_kind.unwrap_or(ChurnKind::Unknown);
            (row.churn_kind.is_some() || reason.is_some()).then_some(Cause { kind, reason })
        };
        let dropped = |next: usize| {
            self.payment_limit(next).is_some_and(|limit| limit <= self.row(next).start)
        };
        let implied = match next {
            Some(next) if self.status(next) == Status::Unpaid || dropped(next) => PAYMENT_FAILED,
            Some(next) if self.excluding(next) == Some(Rule::Paused) => PAUSED,
            _ => UNKNOWN,
        };
        told(row).or_else(|| next.and_then(|it| told(self.row(it)))).unwrap_or(implied)
    }

    fn convert(&self, row: &Row, native: i128) -> std::result::Result<i128, String> {
        let Some(currency) = self.rows.text(row.currency) else { return Ok(native) };
        let day = match self.settings.policy.fx {
            Fx::AtStart => self.row(0).start.day,
            Fx::Daily => row.start.day,
        };
        let rates = &self.settings.rates;
        let rate = rates.on(currency, day).ok_or_else(|| {
            let currency = crate::ledger::words::shown(currency);
            format!("fx_rates has no rate of currency {currency} on {day}")
        })?;
        if self.settings.policy.fx == Fx::Daily
            && let Some(highest) = rates.highest(currency)
        {
            convert(native, highest).map_err(|error| error.to_string())?;
        }
        convert(native, rate).map_err(|error| error.to_string())
    }
}

/// A price per month in another currency.
pub fn convert(native: i128, rate: Decimal) -> Result<i128> {
    let shift = 10_i128.checked_pow(rate.scale.into()).ok_or(Error::AmountOutOfRange)?;
    let native = Decimal::new(native, MRR_DECIMALS);
    let converted = round_ratio(native, rate.mantissa, shift, MRR_DECIMALS)?;
    if converted < LIMIT { Ok(converted) } else { Err(Error::AmountOutOfRange) }
}

/// The rule by which rows of a kind and status never count, if there is one.
fn excluding(policy: &Policy, charge: Charge, status: Status) -> Option<Rule> {
    match charge {
        Charge::OneTime => return Some(Rule::OneTime),
        Charge::Usage if policy.usage == Usage::Exclude => return Some(Rule::Usage),
        Charge::Recurring | Charge::AddOn | Charge::Usage => (),
    }
    match status {
        Status::Active | Status::PastDue => None,
        Status::Paused => (policy.paused == Paused::Zero).then_some(Rule::Paused),
        Status::Trialing => Some(Rule::Trialing),
        Status::Unpaid => Some(Rule::Unpaid),
        Status::Canceled => Some(Rule::Canceled),
    }
}
