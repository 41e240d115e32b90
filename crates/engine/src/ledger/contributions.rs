//! What movements add to rollups, from which every view is read.
//!
//! A contribution follows from one line of one movement, so a rollup can be kept by adding those of
//! new lines and subtracting those of superseded ones, in any order.

use std::hash::{Hash, Hasher};

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;
use hashbrown::{DefaultHashBuilder, HashMap};

pub use super::kept_line::{Head, KeptLine};
use super::movements::{MovementKind, Net};
use super::rows::Length;
pub use super::slice::Slice;
use crate::calendar::{Day, Grain};
use crate::collection::room::{append, push, reserve};
use crate::decimal::add;
use crate::metrics::kind::Kind;
use crate::{Error, Result};

/// What a sum of contributions is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub slice: Slice,
    pub segment: Name,
    pub detail: Name,
    /// The first day, or the first day of the month, of customers.
    pub cohort: Option<Day>,
    pub age: Option<i32>,
    pub period: Option<Day>,
    /// From when it counts; −infinity: at once.
    pub counts_from: Day,
}

impl Hash for Key {
    /// Few words hash faster than many fields.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let word =
            |a: i32, b: i32| u64::from(a.cast_unsigned()) << 32 | u64::from(b.cast_unsigned());
        let day = |it: Option<Day>| it.map_or(i32::MIN, |it| it.0);
        let names = word(self.segment.0.cast_signed(), self.detail.0.cast_signed());
        state.write_u64(names ^ u64::from(self.slice.number()) << 24);
        state.write_u64(word(day(self.period), day(self.cohort)));
        state.write_u64(word(self.counts_from.0, self.age.unwrap_or(-1)));
    }
}

impl Key {
    fn of(slice: Slice) -> Key {
        Key {
            slice,
            segment: Name::NONE,
            detail: Name::NONE,
            cohort: None,
            age: None,
            period: None,
            counts_from: Day::NEG_INFINITY,
        }
    }
}

/// The number of a name in a [`Contributions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(u32);

impl Name {
    const NONE: Name = Name(u32::MAX);
}

/// A sum of contributions. Amounts are signed; so are counts, since lines can be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// By the place of the kind in [`MovementKind::ALL`].
    pub amounts: [i128; 7],
    /// The same, of events.
    pub events: [i64; 5],
    pub mrr: i128,
    pub customers: i64,
    /// Of customers active at opening: MRR lost without what others gained, MRR gained, departures.
    pub unretained: i128,
    pub survivors_gain: i128,
    pub lost_customers: i64,
}

/// All customers on one day. The sums of a longer period add up from its days, but for what became
/// of its opening, which each day knows by grain.
#[derive(Clone, Default)]
struct DaySums {
    /// For days and weeks, and for what is longer, in which months may be netted.
    fine: Sums,
    coarse: Sums,
    retention: [Retention; 5],
}

/// What became of the customers active at opening: the fields of [`Sums`].
#[derive(Clone, Copy, Default)]
struct Retention {
    unretained: i128,
    survivors_gain: i128,
    lost_customers: i64,
}

/// Sums by key.
pub struct Contributions<A: Allocator + Clone> {
    /// By day, and from when they count.
    days: HashMap<(Day, Day), DaySums, DefaultHashBuilder, A>,
    sums: HashMap<Key, Sums, DefaultHashBuilder, A>,
    /// First spells, of which there is nothing but customers.
    spells: HashMap<Key, i64, DefaultHashBuilder, A>,
    names: HashMap<u64, Name, DefaultHashBuilder, A>,
    billing_periods: HashMap<Length, Name, DefaultHashBuilder, A>,
    places: Vec<(u32, u32), A>,
    texts: Vec<u8, A>,
    /// What counts from this day or earlier counts at once.
    settled: Day,
    /// The only slice that is summed up; none: all are.
    only: Option<Slice>,
}

impl<A: Allocator + Clone> Contributions<A> {
    pub fn new_in(memory: A, settled: Day, only: Option<Slice>) -> Self {
        Contributions {
            days: HashMap::new_in(memory.clone()),
            sums: HashMap::new_in(memory.clone()),
            spells: HashMap::new_in(memory.clone()),
            names: HashMap::new_in(memory.clone()),
            billing_periods: HashMap::new_in(memory.clone()),
            places: Vec::new_in(memory.clone()),
            texts: Vec::new_in(memory),
            settled,
            only,
        }
    }

    /// Adds what one line contributes.
    pub fn add(&mut self, line: &KeptLine) -> Result<()> {
        let month = Month::of(line.effective_on)?;
        let counts_from = match line.counts_from {
            day if day <= self.settled => Day::NEG_INFINITY,
            day => day,
        };
        let sign = if line.net == Net::Goes { -line.sign } else { line.sign };
        let at = At { month, counts_from, sign, kind: line.kind };
        if let Some(head) = &line.head {
            let nets = line.net != Net::Plain;
            self.add_totals(at, line.effective_on, nets, head)?;
            self.add_churn(at, nets, head)?;
            if !nets {
                self.add_cohort(at, head)?;
                self.add_spells(at, line.effective_on, head)?;
            }
        }
        self.add_segments(at, line)
    }

    fn wants(&self, slice: Slice) -> bool {
        self.only.is_none_or(|it| it == slice)
    }

    /// All sums that are not nothing.
    pub fn for_each(&self, mut visit: impl FnMut(&Key, &Sums)) -> Result<()> {
        let totals = self.totals()?;
        let all = self.sums.iter().chain(totals.iter());
        all.filter(|it| *it.1 != Sums::default()).for_each(|(key, sums)| visit(key, sums));
        for (key, customers) in self.spells.iter().filter(|it| *it.1 != 0) {
            visit(key, &Sums { customers: *customers, ..Sums::default() });
        }
        Ok(())
    }

    /// The sums of all customers by period of every grain.
    fn totals(&self) -> Result<HashMap<Key, Sums>> {
        let mut totals: HashMap<Key, Sums> = HashMap::new();
        for ((day, counts_from), sums) in &self.days {
            let month = Month::of(*day)?;
            for (grain, retention) in Grain::ALL.into_iter().zip(&sums.retention) {
                if !self.wants(Slice::Total(grain)) {
                    continue;
                }
                let period = Some(month.period(grain, *day)?);
                let key = Key { period, counts_from: *counts_from, ..Key::of(Slice::Total(grain)) };
                totals.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                let total = totals.entry(key).or_default();
                total.plus(if grain < Grain::Month { &sums.fine } else { &sums.coarse })?;
                total.retain(retention)?;
            }
        }
        Ok(totals)
    }

    pub fn name(&self, name: Name) -> Option<&[u8]> {
        let (start, length) = *self.places.get(name.0 as usize)?;
        Some(&self.texts[start as usize..(start + length) as usize])
    }

    fn sums(&mut self, key: Key) -> Result<&mut Sums> {
        self.sums.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        Ok(self.sums.entry(key).or_default())
    }

    fn spells(&mut self, key: Key) -> Result<&mut i64> {
        self.spells.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        Ok(self.spells.entry(key).or_default())
    }

    fn named(&mut self, text: Option<&[u8]>) -> Result<Name> {
        let Some(text) = text else { return Ok(Name::NONE) };
        let mut hash = xxhash_rust::xxh3::xxh3_64(text);
        loop {
            match self.names.get(&hash) {
                Some(name) if self.name(*name) == Some(text) => return Ok(*name),
                // Another text of the same hash.
                Some(_) => hash = hash.wrapping_add(1),
                None => break,
            }
        }
        let start = u32::try_from(self.texts.len()).map_err(|_| Error::OutOfMemory)?;
        let length = u32::try_from(text.len()).map_err(|_| Error::OutOfMemory)?;
        reserve(&mut self.texts, text.len())?;
        append(&mut self.texts, text);
        let name = Name(self.places.len() as u32);
        push(&mut self.places, (start, length))?;
        self.names.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        self.names.insert(hash, name);
        Ok(name)
    }

    fn billing_period(&mut self, length: Length) -> Result<Name> {
        if let Some(known) = self.billing_periods.get(&length) {
            return Ok(*known);
        }
        let name = self.named(Some(length.iso().as_bytes()))?;
        self.billing_periods.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        self.billing_periods.insert(length, name);
        Ok(name)
    }

    fn add_totals(&mut self, at: At, day: Day, nets: bool, head: &Head) -> Result<()> {
        let wanted = self.only.is_none_or(|it| matches!(it, Slice::Total(_)));
        if !wanted || at.kind == MovementKind::Switch {
            return Ok(());
        }
        self.days.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        let sums = self.days.entry((day, at.counts_from)).or_default();
        sums.coarse.add_movement(at, head)?;
        if nets {
            return Ok(());
        }
        sums.fine.add_movement(at, head)?;
        for (grain, retention) in sums.retention.iter_mut().enumerate() {
            retention.add(at, head, Opened::of(head, grain))?;
        }
        Ok(())
    }

    fn add_churn(&mut self, at: At, nets: bool, head: &Head) -> Result<()> {
        let churns = at.kind == MovementKind::Customer(Kind::Churn);
        let returns = at.kind == MovementKind::Customer(Kind::Reactivation);
        if !self.wants(Slice::Churn) || !churns && !returns {
            return Ok(());
        }
        let key = Key {
            segment: self.named(head.churn_kind)?,
            detail: self.named(head.churn_reason)?,
            ..at.key(Slice::Churn)
        };
        let sums = self.sums(key)?;
        if churns {
            sums.add_movement(at, head)?;
        }
        if nets {
            return Ok(());
        }
        let mut retention = Retention::default();
        retention.add(at, head, Opened::of(head, Grain::Month as usize))?;
        sums.retain(&retention)
    }

    fn add_cohort(&mut self, at: At, head: &Head) -> Result<()> {
        if !self.wants(Slice::Cohort) {
            return Ok(());
        }
        let cohort = Month::of(head.first_on)?.start;
        let key = Key { cohort: Some(cohort), ..at.key(Slice::Cohort) };
        self.sums(key)?.add_movement(at, head)
    }

    fn add_spells(&mut self, at: At, day: Day, head: &Head) -> Result<()> {
        let ends = at.kind == MovementKind::Customer(Kind::Churn) && head.spell == 1;
        let begins = at.kind == MovementKind::Customer(Kind::New);
        let spell = Key { period: None, ..at.key(Slice::FirstSpell) };
        if self.wants(Slice::FirstSpell) && (begins || ends) {
            let change = if begins { at.sign } else { -at.sign };
            *self.spells(Key { cohort: Some(head.first_on), ..spell })? += change;
        }
        if self.wants(Slice::EndedSpell) && ends {
            let age = day.months_since(head.first_on).and_then(|it| i32::try_from(it).ok());
            let key = Key { slice: Slice::EndedSpell, age, ..spell };
            *self.spells(key)? += at.sign;
        }
        Ok(())
    }

    fn add_segments(&mut self, at: At, line: &KeptLine) -> Result<()> {
        let (amount, slice) = (line.amount, Slice::Plan);
        if self.wants(slice) {
            let name = self.named(line.plan)?;
            self.add_segment(at, slice, name, amount, line.plan_switch, line.plan_customers)?;
        }
        let slice = Slice::Product;
        if self.wants(slice) {
            let name = self.named(line.product)?;
            self.add_segment(at, slice, name, amount, line.product_switch, line.product_customers)?;
        }
        let slice = Slice::BillingPeriod;
        if self.wants(slice) {
            let name = self.billing_period(line.billing_period)?;
            let (switched, customers) = (line.billing_period_switch, line.billing_period_customers);
            self.add_segment(at, slice, name, amount, switched, customers)?;
        }
        let slice = Slice::Currency;
        if self.wants(slice) {
            let name = self.named(Some(line.currency))?;
            self.add_segment(at, slice, name, line.native_amount, line.currency_switch, 0)?;
        }
        Ok(())
    }

    fn add_segment(
        &mut self,
        at: At,
        slice: Slice,
        segment: Name,
        amount: i128,
        switched: i128,
        customers: i64,
    ) -> Result<()> {
        let sums = self.sums(Key { segment, ..at.key(slice) })?;
        sums.customers += at.sign * customers;
        sums.add_amounts(at, amount, switched)
    }
}

/// What all contributions of one line have in common.
#[derive(Clone, Copy)]
struct At {
    month: Month,
    counts_from: Day,
    sign: i64,
    kind: MovementKind,
}

impl At {
    fn key(&self, slice: Slice) -> Key {
        Key { period: Some(self.month.start), counts_from: self.counts_from, ..Key::of(slice) }
    }

    fn signed(&self, amount: i128) -> i128 {
        i128::from(self.sign) * amount
    }
}

impl Sums {
    fn add_movement(&mut self, at: At, head: &Head) -> Result<()> {
        let MovementKind::Customer(kind) = at.kind else {
            return self.add_amounts(at, head.after - head.before, 0);
        };
        self.events[kind as usize] += at.sign;
        self.customers += at.sign
            * match kind {
                Kind::New | Kind::Reactivation => 1,
                Kind::Churn => -1,
                Kind::Expansion | Kind::Contraction => 0,
            };
        self.add_amounts(at, head.after - head.before, 0)
    }

    fn add_amounts(&mut self, at: At, amount: i128, switched: i128) -> Result<()> {
        let place = at.kind.place();
        self.mrr = add(self.mrr, at.signed(amount))?;
        self.amounts[place] = add(self.amounts[place], at.signed(amount - switched))?;
        let switch = MovementKind::Switch.place();
        self.amounts[switch] = add(self.amounts[switch], at.signed(switched))?;
        Ok(())
    }

    fn plus(&mut self, other: &Sums) -> Result<()> {
        for (sum, amount) in self.amounts.iter_mut().zip(&other.amounts) {
            *sum = add(*sum, *amount)?;
        }
        for (sum, count) in self.events.iter_mut().zip(&other.events) {
            *sum += count;
        }
        self.mrr = add(self.mrr, other.mrr)?;
        self.customers += other.customers;
        Ok(())
    }

    fn retain(&mut self, retention: &Retention) -> Result<()> {
        self.unretained = add(self.unretained, retention.unretained)?;
        self.survivors_gain = add(self.survivors_gain, retention.survivors_gain)?;
        self.lost_customers += retention.lost_customers;
        Ok(())
    }
}

impl Retention {
    /// What a movement changes in what became of a customer since the opening.
    fn add(&mut self, at: At, head: &Head, opened: Opened) -> Result<()> {
        if !opened.active {
            return Ok(());
        }
        let unretained = |mrr: i128| opened.mrr - opened.mrr.min(mrr);
        let change = unretained(head.after) - unretained(head.before);
        self.unretained = add(self.unretained, at.signed(change))?;
        self.survivors_gain = add(self.survivors_gain, at.signed(head.after - head.before))?;
        self.lost_customers += at.sign
            * match at.kind {
                MovementKind::Customer(Kind::Churn) => 1,
                MovementKind::Customer(Kind::New | Kind::Reactivation) => -1,
                _ => 0,
            };
        Ok(())
    }
}

/// How a customer stood when a period opened.
#[derive(Clone, Copy)]
struct Opened {
    mrr: i128,
    active: bool,
}

impl Opened {
    fn of(head: &Head, grain: usize) -> Opened {
        let mrr = head.openings.mrr[grain].unwrap_or(head.before);
        Opened { mrr, active: head.openings.active >> grain & 1 == 1 }
    }
}

/// The month of a day.
#[derive(Clone, Copy)]
struct Month {
    ordinal: i32,
    start: Day,
}

impl Month {
    fn of(day: Day) -> Result<Month> {
        let month = || {
            let ordinal = Grain::Month.ordinal(day)?;
            Some(Month { ordinal, start: Grain::Month.start_of(ordinal)? })
        };
        month().ok_or(Error::DayOutOfRange("the movement", day))
    }

    /// The start of the period that holds a day of this month.
    fn period(&self, grain: Grain, day: Day) -> Result<Day> {
        let start = match grain {
            Grain::Day => Some(day),
            Grain::Month => Some(self.start),
            Grain::Week => grain.ordinal(day).and_then(|it| grain.start_of(it)),
            Grain::Quarter => grain.start_of(self.ordinal.div_euclid(3)),
            Grain::Year => grain.start_of(self.ordinal.div_euclid(12)),
        };
        start.ok_or(Error::DayOutOfRange("the movement", day))
    }
}
