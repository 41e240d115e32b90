use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::amount::Amount;
use super::customer::CustomerFacts;
use super::fact::Fact;
use super::key::Key;
use super::room::{append, push, reserve};
use super::set::{Set, Summary};
use super::{Collection, with_set};
use crate::decimal::{Decimal, MAX_DECIMALS};
use crate::{Checkpoint, Error, Result};

/// What a run may take: the server cannot pass larger values between processes.
pub const MAX_RUN_BYTES: usize = 1_000_000_000;

/// The first byte of a run: the layout of what follows.
const VERSION: u8 = 2;

impl<F: Fact, A: Allocator + Clone> Collection<F, A> {
    /// Appends all facts to `bytes` as one run: customers in order, and facts that say no more than one
    /// as one.
    pub fn write_run<B: Allocator>(
        &mut self,
        bytes: &mut Vec<u8, B>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        with_set!(self, set => set.write_run(bytes, checkpoint))
    }

    /// The collection that a run was written of.
    pub fn of_run(run: Vec<u8, A>) -> Result<Self> {
        let allocator = run.allocator().clone();
        let mut collection = match Header::read(&mut Reader(&run))?.named {
            false => Collection::Ids(Set::new_in(allocator)),
            true => Collection::Names(Set::new_in(allocator)),
        };
        collection.add_run(run)?;
        Ok(collection)
    }

    /// Adds the facts of a run.
    fn add_run(&mut self, run: Vec<u8, A>) -> Result<()> {
        let header = Header::read(&mut Reader(&run))?;
        match (self, header.named) {
            (Collection::Ids(set), false) => set.add_run(header, run),
            (Collection::Names(set), true) => set.add_run(header, run),
            _ => Err(Error::MixedCustomers),
        }
    }

    /// Takes over all facts of another collection.
    pub fn absorb(&mut self, other: &mut Self, checkpoint: Checkpoint) -> Result<()> {
        if with_set!(&*other, set => !set.rows.is_empty()) {
            let allocator = with_set!(&*self, set => set.runs.allocator().clone());
            let mut run = Vec::new_in(allocator);
            other.write_run(&mut run, checkpoint)?;
            return self.add_run(run);
        }
        let mut runs = with_set!(other, set => set.runs.drain(..));
        runs.try_for_each(|run| self.add_run(run))
    }
}

impl<K: Key, F: Fact, A: Allocator + Clone> Set<K, F, A> {
    fn write_run<B: Allocator>(
        &mut self,
        bytes: &mut Vec<u8, B>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        let header = Header { named: K::NAMED, summary: self.summary };
        reserve(bytes, Header::BYTES)?;
        header.write(bytes);
        let mut previous = 0;
        self.for_each_customer(checkpoint, |customer| {
            customer.join();
            reserve(bytes, most_bytes(customer))?;
            put(bytes, customer.rank - previous);
            previous = customer.rank;
            if K::NAMED {
                put(bytes, customer.name.len() as u64);
                append(bytes, customer.name);
            }
            write_facts(bytes, customer);
            if bytes.len() > MAX_RUN_BYTES { Err(Error::RunTooLarge) } else { Ok(()) }
        })
    }

    fn add_run(&mut self, header: Header, run: Vec<u8, A>) -> Result<()> {
        if header.summary.scale > self.summary.scale {
            self.rescale(header.summary.scale)?;
        }
        let Summary { first, last, total, .. } = header.summary.rescaled(self.summary.scale);
        self.summary.first = self.summary.first.min(first);
        self.summary.last = self.summary.last.max(last);
        self.summary.total = self.summary.total.saturating_add(total);
        push(&mut self.runs, run)
    }
}

/// More bytes than a customer can take.
fn most_bytes<F: Fact>(customer: &CustomerFacts<F>) -> usize {
    const NUMBER: usize = 10;
    let fact = size_of::<F::Bytes>() + size_of::<i128>();
    3 * NUMBER + customer.name.len() + customer.facts.len() * fact
}

/// How many facts there are, then each, then the wide amounts of those that have one.
fn write_facts<F: Fact, B: Allocator>(bytes: &mut Vec<u8, B>, customer: &mut CustomerFacts<F>) {
    put(bytes, customer.facts.len() as u64);
    for fact in &customer.facts {
        append(bytes, fact.to_bytes().as_ref());
    }
    let amounts = customer.facts.iter_mut().filter_map(Fact::amount_mut);
    for amount in amounts.filter(|it| it.narrow().is_none()) {
        append(bytes, &amount.get(&customer.wide).to_le_bytes());
    }
}

/// Reads a run customer by customer.
pub(super) struct RunReader<'a> {
    reader: Reader<'a>,
    header: Header,
    /// The customer whose facts come next.
    pub(super) head: Option<(u64, &'a [u8])>,
}

impl<'a> RunReader<'a> {
    pub(super) fn new(run: &'a [u8]) -> Result<Self> {
        let mut reader = Reader(run);
        let header = Header::read(&mut reader)?;
        let mut run = RunReader { reader, header, head: None };
        run.read_head()?;
        Ok(run)
    }

    fn read_head(&mut self) -> Result<()> {
        let previous = self.head.map_or(0, |(rank, _)| rank);
        if self.reader.0.is_empty() {
            self.head = None;
            return Ok(());
        }
        let rank = previous.checked_add(self.reader.number()?).ok_or(Error::CorruptRun)?;
        let length = if self.header.named { self.reader.number()? } else { 0 };
        self.head = Some((rank, self.reader.bytes(length as usize)?));
        Ok(())
    }

    /// Adds the facts of the head customer, at a scale, and goes on to the next customer.
    pub(super) fn take<F: Fact>(
        &mut self,
        customer: &mut CustomerFacts<F>,
        scale: u8,
    ) -> Result<()> {
        let size = size_of::<F::Bytes>();
        let count = usize::try_from(self.reader.number()?).map_err(|_| Error::CorruptRun)?;
        let bytes = self.reader.bytes(count.checked_mul(size).ok_or(Error::CorruptRun)?)?;
        reserve(&mut customer.facts, count)?;
        for fact in bytes.chunks_exact(size) {
            let mut fact = F::from_bytes(fact.try_into().map_err(|_| Error::CorruptRun)?);
            if let Some(amount) = fact.amount_mut() {
                *amount = self.amount(*amount, scale, &mut customer.wide)?;
            }
            customer.facts.push(fact);
        }
        self.read_head()
    }

    fn amount(&mut self, amount: Amount, scale: u8, wide: &mut Vec<i128>) -> Result<Amount> {
        let mantissa = match amount.narrow() {
            Some(_) if scale == self.header.summary.scale => return Ok(amount),
            Some(narrow) => narrow.into(),
            None => i128::from_le_bytes(*self.reader.array()?),
        };
        Amount::put(Decimal::new(mantissa, self.header.summary.scale).mantissa_at(scale)?, wide)
    }
}

/// What stands before the customers of a run.
#[derive(Clone, Copy)]
struct Header {
    named: bool,
    summary: Summary,
}

impl Header {
    const BYTES: usize = 35;

    fn write<B: Allocator>(self, bytes: &mut Vec<u8, B>) {
        append(bytes, &[VERSION, u8::from(self.named), self.summary.scale]);
        append(bytes, &self.summary.first.to_le_bytes());
        append(bytes, &self.summary.last.to_le_bytes());
        append(bytes, &self.summary.total.to_le_bytes());
    }

    fn read(reader: &mut Reader) -> Result<Header> {
        let [VERSION, named @ (0 | 1), scale @ ..=MAX_DECIMALS] = *reader.array()? else {
            return Err(Error::CorruptRun);
        };
        let summary = Summary {
            scale,
            first: u64::from_le_bytes(*reader.array()?),
            last: u64::from_le_bytes(*reader.array()?),
            total: u128::from_le_bytes(*reader.array()?),
        };
        Ok(Header { named: named == 1, summary })
    }
}

/// Seven bits a byte, the least significant first, the top bit set in all but the last. For this
/// and what follows there must be room.
fn put<B: Allocator>(bytes: &mut Vec<u8, B>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Error::CorruptRun)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Error::CorruptRun)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(Error::CorruptRun)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Error::CorruptRun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::collection::key::Customer;
    use crate::facts::payment::{Payment, Payments};
    use crate::facts::span::Span;
    use crate::testing::Random;

    type Spans = Collection<Span>;

    fn run_of(spans: &mut Spans) -> Vec<u8> {
        let mut bytes = Vec::new();
        spans.write_run(&mut bytes, &|| ()).expect("a run");
        bytes
    }

    fn some_spans(customers: &[Customer], amounts: &[i128]) -> Spans {
        let mut random = Random(3);
        let mut spans = Spans::new_in(customers[0], allocator_api2::alloc::Global);
        for (number, &amount) in amounts.iter().cycle().take(500).enumerate() {
            let customer = customers[number % customers.len()];
            let start = random.below(2000) as i32 - 1000;
            let end = if number % 5 == 0 { i32::MAX } else { start + 1 + random.below(300) as i32 };
            spans
                .add_span(customer, Day(start), Day(end), Decimal::new(amount, 2))
                .expect("a good row");
        }
        spans
    }

    const LARGE: i128 = 10_i128.pow(30);

    #[test]
    fn a_run_read_and_written_again_is_the_same() {
        for customers in [
            &[Customer::Id(i64::MIN), Customer::Id(-1), Customer::Id(0), Customer::Id(i64::MAX)][..],
            &[Customer::Name(b""), Customer::Name(b"a"), Customer::Name(&[0xff; 200])],
        ] {
            let run = run_of(&mut some_spans(customers, &[1, 995, LARGE, 1 << 62, 1 << 63]));
            let mut read = Spans::of_run(run.clone()).expect("a run");
            assert!(run_of(&mut read) == run);
        }
    }

    #[test]
    fn payments_and_refunds_of_any_size_come_back_from_a_run() {
        let mut payments = Payments::new_in(Customer::Id(0), allocator_api2::alloc::Global);
        let amounts = [1, -1, LARGE, -LARGE, i64::MAX.into(), i64::MIN.into(), -(1 << 62)];
        for (day, amount) in amounts.into_iter().enumerate() {
            let amount = Decimal::new(amount, 2);
            let day = Day(day as i32);
            payments.add_payment(Customer::Id(1), day, amount).expect("a good row");
        }
        let mut bytes = Vec::new();
        payments.write_run(&mut bytes, &|| ()).expect("a run");
        let mut read = Collection::<Payment>::of_run(bytes).expect("a run");
        // A finer amount: the scale of all grows, that of the run does not.
        read.add_payment(Customer::Id(1), Day(7), Decimal::new(1, 3)).expect("a good row");
        let mut found = std::vec::Vec::new();
        let visited = read.for_each_customer(&|| (), |customer| {
            found.extend(customer.facts.iter().map(|it| it.amount.get(&customer.wide)));
            Ok(())
        });
        assert_eq!(visited, Ok(()));
        let expected = amounts.into_iter().map(|it| it * 10).chain([1]);
        assert_eq!(found, expected.collect::<std::vec::Vec<_>>());
    }

    #[test]
    fn adjacent_spans_of_one_amount_become_one() {
        let mut spans = Spans::new_in(Customer::Id(1), allocator_api2::alloc::Global);
        let mut joined = Spans::new_in(Customer::Id(1), allocator_api2::alloc::Global);
        for month in 0..12 {
            let (start, end) = (Day(month * 30), Day(month * 30 + 30));
            spans.add_span(Customer::Id(1), start, end, Decimal::new(1000, 2)).expect("a good row");
        }
        joined
            .add_span(Customer::Id(1), Day(0), Day(360), Decimal::new(1000, 2))
            .expect("a good row");
        assert_eq!(run_of(&mut spans)[Header::BYTES..], run_of(&mut joined)[Header::BYTES..]);
    }

    #[test]
    fn a_damaged_run_is_an_error_and_not_a_panic() {
        let names = [Customer::Name(b"one"), Customer::Name(b"two")];
        let run = run_of(&mut some_spans(&names, &[5, LARGE]));
        let mut random = Random(4);
        for _ in 0..2_000 {
            let mut damaged = run.clone();
            damaged.truncate(random.below(run.len() as u64) as usize);
            if let Some(byte) = damaged.last_mut() {
                *byte ^= random.below(256) as u8;
            }
            let read = Spans::of_run(damaged);
            let _ = read.and_then(|mut spans| spans.for_each_customer(&|| (), |_| Ok(())));
        }
        let mut cut = run.clone();
        cut.pop();
        let mut cut = Spans::of_run(cut).expect("the header is whole");
        assert_eq!(cut.for_each_customer(&|| (), |_| Ok(())), Err(Error::CorruptRun));
        let mut other_version = run;
        other_version[0] += 1;
        assert_eq!(cut.add_run(other_version), Err(Error::CorruptRun));
    }
}
