use allocator_api2::alloc::{Allocator, Global};
use allocator_api2::vec::Vec;
use xxhash_rust::xxh3::xxh3_64;

use crate::calendar::Day;
use crate::decimal::Decimal;
use crate::sort::Order;
use crate::{Error, Result};

/// A customer as a row names it.
#[derive(Clone, Copy, Debug)]
pub enum Customer<'a> {
    Id(i64),
    /// Any bytes: equal bytes are the same customer.
    Name(&'a [u8]),
}

/// What a span keeps of its customer.
pub trait Key: Copy {
    /// Whether customers have names, which decide where ranks are equal.
    const NAMED: bool;
    /// Orders customers. Only customers of equal rank need their names compared.
    fn rank(self) -> u64;
    fn name(self) -> Option<NamePlace>;
}

/// A customer with an integer id, which is its rank.
#[derive(Clone, Copy)]
pub struct Id(u64);

impl From<i64> for Id {
    /// Flips the sign bit: then ids rank as they compare.
    fn from(id: i64) -> Self {
        Id((id as u64) ^ (1 << 63))
    }
}

impl Key for Id {
    const NAMED: bool = false;
    fn rank(self) -> u64 {
        self.0
    }
    fn name(self) -> Option<NamePlace> {
        None
    }
}

/// A customer with a name, ranked by the name's hash.
#[derive(Clone, Copy)]
pub struct Named {
    hash: u64,
    name: NamePlace,
}

impl Key for Named {
    const NAMED: bool = true;
    fn rank(self) -> u64 {
        self.hash
    }
    fn name(self) -> Option<NamePlace> {
        Some(self.name)
    }
}

/// Where among a set's names a customer's name stands: its start, then its length in the lowest
/// bits, so that short names are found without looking; a long one has its length before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NamePlace(u64);

impl NamePlace {
    const LENGTH_BITS: u32 = 16;
    const LONG: usize = (1 << Self::LENGTH_BITS) - 1;

    /// Appends a name to the names of a set.
    fn append<A: Allocator>(name: &[u8], names: &mut Vec<u8, A>) -> Result<NamePlace> {
        let prefix = (name.len() as u64).to_le_bytes();
        reserve(names, prefix.len() + name.len())?;
        if name.len() >= Self::LONG {
            append(names, &prefix);
        }
        let at = names.len() as u64;
        append(names, name);
        Ok(NamePlace(at << Self::LENGTH_BITS | name.len().min(Self::LONG) as u64))
    }

    pub(crate) fn start(self) -> usize {
        (self.0 >> Self::LENGTH_BITS) as usize
    }

    pub(crate) fn of(self, names: &[u8]) -> &[u8] {
        let (prefix, rest) = names.split_at(self.start());
        match self.0 as usize & Self::LONG {
            Self::LONG => {
                let length = prefix.last_chunk().map_or(0, |it| u64::from_le_bytes(*it));
                &rest[..length as usize]
            }
            length => &rest[..length],
        }
    }
}

/// An amount in eight bytes: the mantissa itself or, when negative, where the wide one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(i64);

impl Amount {
    pub(crate) const ZERO: Amount = Amount(0);

    #[inline]
    pub(crate) fn get(self, wide: &[i128]) -> i128 {
        if self.0 >= 0 { i128::from(self.0) } else { wide[!self.0 as usize] }
    }

    /// The amount in a place where there is no wide one.
    pub(crate) fn narrow(self) -> Option<Amount> {
        (self.0 >= 0).then_some(self)
    }

    pub(crate) fn put<A: Allocator>(mantissa: i128, wide: &mut Vec<i128, A>) -> Result<Amount> {
        match i64::try_from(mantissa) {
            Ok(narrow) => Ok(Amount(narrow)),
            Err(_) => {
                push(wide, mantissa)?;
                Ok(Amount(!(wide.len() as i64 - 1)))
            }
        }
    }
}

/// One row: an amount that counts from `start` up to, but not on, `end`.
#[derive(Clone, Copy)]
pub(crate) struct Span<K> {
    pub key: K,
    pub start: Day,
    pub end: Day,
    pub amount: Amount,
}

impl<K: Key> Span<K> {
    /// By customer, then by start.
    pub(crate) fn order(&self) -> Order {
        (self.key.rank(), self.start.order())
    }
}

/// The spans of many customers who are named alike, as rows and as sorted runs.
pub struct SpanSet<K, A: Allocator = Global> {
    pub(crate) rows: Vec<Span<K>, A>,
    pub(crate) wide: Vec<i128, A>,
    pub(crate) names: Vec<u8, A>,
    pub(crate) runs: Vec<Vec<u8, A>, A>,
    pub(crate) scale: u8,
    pub(crate) first_start: Day,
    /// The sum of all mantissas, or the largest number.
    pub(crate) total: u128,
}

impl<K: Key, A: Allocator + Clone> SpanSet<K, A> {
    pub fn new_in(allocator: A) -> Self {
        SpanSet {
            rows: Vec::new_in(allocator.clone()),
            wide: Vec::new_in(allocator.clone()),
            names: Vec::new_in(allocator.clone()),
            runs: Vec::new_in(allocator),
            scale: 0,
            first_start: Day::INFINITY,
            total: 0,
        }
    }

    fn add(&mut self, key: K, starts_on: Day, ends_on: Day, mrr: Decimal) -> Result<()> {
        let amount = self.amount(mrr)?;
        self.first_start = self.first_start.min(starts_on);
        push(&mut self.rows, Span { key, start: starts_on, end: ends_on, amount })
    }

    fn amount(&mut self, mrr: Decimal) -> Result<Amount> {
        if mrr.scale > self.scale {
            self.rescale(mrr.scale)?;
        }
        let mantissa = mrr.mantissa_at(self.scale)?;
        self.total = self.total.saturating_add(mantissa.unsigned_abs());
        Amount::put(mantissa, &mut self.wide)
    }

    /// Brings the amounts of all rows to a larger scale. Runs keep their own.
    pub(crate) fn rescale(&mut self, scale: u8) -> Result<()> {
        let from = std::mem::replace(&mut self.scale, scale);
        self.total = rescaled_total(self.total, scale - from);
        for mantissa in self.wide.iter_mut() {
            *mantissa = Decimal::new(*mantissa, from).mantissa_at(scale)?;
        }
        for row in self.rows.iter_mut().filter(|row| row.amount.0 >= 0) {
            let mantissa = Decimal::new(i128::from(row.amount.0), from).mantissa_at(scale)?;
            row.amount = Amount::put(mantissa, &mut self.wide)?;
        }
        Ok(())
    }
}

/// A sum of mantissas after so many more decimals.
pub(crate) fn rescaled_total(total: u128, more_decimals: u8) -> u128 {
    total.saturating_mul(10_u128.pow(more_decimals.into()))
}

impl<A: Allocator + Clone> SpanSet<Named, A> {
    fn key(&mut self, name: &[u8]) -> Result<Named> {
        let hash = xxh3_64(name);
        let last = self.rows.last().map(|row| row.key).filter(|last| last.hash == hash);
        match last {
            // Rows of one customer often follow each other; they share one place.
            Some(last) if last.name.of(&self.names) == name => Ok(last),
            _ => Ok(Named { hash, name: NamePlace::append(name, &mut self.names)? }),
        }
    }
}

/// The spans of many customers, collected row by row.
pub enum Spans<A: Allocator = Global> {
    Ids(SpanSet<Id, A>),
    Names(SpanSet<Named, A>),
}

impl<A: Allocator + Clone> Spans<A> {
    /// An empty collection for customers named as this one.
    pub fn new_in(customer: Customer, allocator: A) -> Self {
        match customer {
            Customer::Id(_) => Spans::Ids(SpanSet::new_in(allocator)),
            Customer::Name(_) => Spans::Names(SpanSet::new_in(allocator)),
        }
    }

    /// An empty collection for customers named as in this one.
    pub fn empty_in<B: Allocator + Clone>(&self, allocator: B) -> Spans<B> {
        match self {
            Spans::Ids(_) => Spans::Ids(SpanSet::new_in(allocator)),
            Spans::Names(_) => Spans::Names(SpanSet::new_in(allocator)),
        }
    }

    /// Checks a row and, unless it is empty or its amount 0, keeps it.
    pub fn add(
        &mut self,
        customer: Customer,
        starts_on: Day,
        ends_on: Day,
        mrr: Decimal,
    ) -> Result<()> {
        if starts_on == Day::NEG_INFINITY {
            return Err(Error::UnboundedStart);
        }
        if ends_on < starts_on {
            return Err(Error::EndBeforeStart { starts_on, ends_on });
        }
        if mrr.mantissa < 0 {
            return Err(Error::NegativeMrr);
        }
        if mrr.mantissa == 0 || starts_on == ends_on {
            return Ok(());
        }
        match (self, customer) {
            (Spans::Ids(set), Customer::Id(id)) => set.add(id.into(), starts_on, ends_on, mrr),
            (Spans::Names(set), Customer::Name(name)) => {
                let key = set.key(name)?;
                set.add(key, starts_on, ends_on, mrr)
            }
            _ => Err(Error::MixedCustomers),
        }
    }

    /// The decimals of all amounts.
    pub fn scale(&self) -> u8 {
        match self {
            Spans::Ids(set) => set.scale,
            Spans::Names(set) => set.scale,
        }
    }

    /// Whether whatever is summed of the amounts fits in a machine word. Within a period each
    /// amount comes at most once and goes at most once, so no sum of a period passes the total.
    pub(crate) fn sums_fit_a_word(&self) -> bool {
        const LIMIT: u128 = 1 << 61;
        match self {
            Spans::Ids(set) => set.total < LIMIT,
            Spans::Names(set) => set.total < LIMIT,
        }
    }

    /// The earliest day that has an amount; infinity when there is none.
    pub fn first_start(&self) -> Day {
        match self {
            Spans::Ids(set) => set.first_start,
            Spans::Names(set) => set.first_start,
        }
    }
}

/// An empty vector for so many elements.
pub(crate) fn with_room<T>(count: usize) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(count).map_err(|_| Error::OutOfMemory)?;
    Ok(vec)
}

/// Makes room without aborting when there is none. Grows by half once large: the server moves
/// large blocks without copying, and unused room is waste.
pub(crate) fn reserve<T, A: Allocator>(vec: &mut Vec<T, A>, more: usize) -> Result<()> {
    const LARGE: usize = 1 << 16;
    if vec.capacity() - vec.len() >= more {
        return Ok(());
    }
    let growth = if vec.len() < LARGE { vec.len().max(4) } else { vec.len() / 2 };
    vec.try_reserve_exact(growth.max(more)).map_err(|_| Error::OutOfMemory)
}

/// Appends bytes for which there is room, all at once.
#[inline]
pub(crate) fn append<A: Allocator>(bytes: &mut Vec<u8, A>, more: &[u8]) {
    let start = bytes.len();
    bytes.resize(start + more.len(), 0);
    bytes[start..].copy_from_slice(more);
}

pub(crate) fn push<T, A: Allocator>(vec: &mut Vec<T, A>, value: T) -> Result<()> {
    reserve(vec, 1)?;
    vec.push(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: (Day, Day) = (Day(0), Day(10));

    fn add(spans: &mut Spans, customer: Customer, days: (Day, Day), mrr: Decimal) -> Result<()> {
        spans.add(customer, days.0, days.1, mrr)
    }

    fn ids() -> Spans {
        Spans::new_in(Customer::Id(1), Global)
    }

    #[test]
    fn bad_rows_are_refused() {
        let (one, mrr) = (Customer::Id(1), Decimal::new(1, 0));
        let past = (Day::NEG_INFINITY, Day(1));
        assert_eq!(add(&mut ids(), one, past, mrr), Err(Error::UnboundedStart));
        let backwards = add(&mut ids(), one, (Day(2), Day(1)), mrr);
        assert_eq!(backwards, Err(Error::EndBeforeStart { starts_on: Day(2), ends_on: Day(1) }));
        let credit = Decimal::new(-1, 0);
        assert_eq!(add(&mut ids(), one, DAYS, credit), Err(Error::NegativeMrr));
        assert_eq!(add(&mut ids(), Customer::Name(b"1"), DAYS, mrr), Err(Error::MixedCustomers));
    }

    #[test]
    fn bad_rows_are_refused_even_if_they_would_count_for_nothing() {
        let nothing = Decimal::new(0, 0);
        assert!(add(&mut ids(), Customer::Id(1), (Day(2), Day(1)), nothing).is_err());
    }

    #[test]
    fn rows_without_days_or_amount_are_not_kept() {
        let mut spans = ids();
        add(&mut spans, Customer::Id(1), (Day(5), Day(5)), Decimal::new(1, 0)).expect("a good row");
        add(&mut spans, Customer::Id(1), DAYS, Decimal::new(0, 5)).expect("a good row");
        add(&mut spans, Customer::Id(1), (Day::INFINITY, Day::INFINITY), Decimal::new(1, 0))
            .expect("a good row");
        assert_eq!((spans.first_start(), spans.scale()), (Day::INFINITY, 0));
    }

    #[test]
    fn the_most_decimals_are_the_scale_of_all() {
        let mut spans = ids();
        let wide = 10_i128.pow(25);
        for mrr in [Decimal::new(7, 0), Decimal::new(wide, 1), Decimal::new(25, 2)] {
            add(&mut spans, Customer::Id(1), DAYS, mrr).expect("a good row");
        }
        let mut amounts = std::vec::Vec::new();
        let visited = spans.for_each_customer(&|| (), |customer| {
            amounts.extend(customer.stretches.iter().map(|it| it.amount.get(&customer.wide)));
            Ok(())
        });
        assert_eq!(visited, Ok(()));
        amounts.sort_unstable();
        assert_eq!((spans.scale(), amounts), (2, vec![25, 700, wide * 10]));
    }

    #[test]
    fn an_amount_that_does_not_fit_the_common_scale_is_refused() {
        let mut spans = ids();
        add(&mut spans, Customer::Id(1), DAYS, Decimal::new(10_i128.pow(30), 0))
            .expect("a good row");
        let finer = add(&mut spans, Customer::Id(1), DAYS, Decimal::new(1, 7));
        assert_eq!(finer, Err(Error::AmountOutOfRange));
    }

    #[test]
    fn names_whose_hashes_collide_stay_apart() {
        let mut set: SpanSet<Named> = SpanSet::new_in(Global);
        for (number, name) in ["b", "a", "b", "c", "a"].into_iter().enumerate() {
            let key = Named { hash: 42, ..set.key(name.as_bytes()).expect("room") };
            let start = Day(number as i32);
            set.add(key, start, Day(100), Decimal::new(1, 0)).expect("a good row");
        }
        let mut seen = std::vec::Vec::new();
        let visited = set.for_each_customer(&|| (), |customer| {
            let starts: std::vec::Vec<_> = customer.stretches.iter().map(|it| it.start.0).collect();
            seen.push((customer.name.to_vec(), starts));
            Ok(())
        });
        assert_eq!(visited, Ok(()));
        let expected = [("a", vec![1, 4]), ("b", vec![0, 2]), ("c", vec![3])];
        assert_eq!(seen, expected.map(|(name, starts)| (name.as_bytes().to_vec(), starts)));
    }
}
