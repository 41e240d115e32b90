use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::calendar::Day;
use crate::customer::{CustomerSpans, Stretch};
use crate::decimal::{Decimal, MAX_DECIMALS};
use crate::spans::{Key, SpanSet, Spans, append, push, rescaled_total, reserve};
use crate::{Checkpoint, Error, Result};

/// What a run may take: the server cannot pass larger values between processes.
pub const MAX_RUN_BYTES: usize = 1_000_000_000;

/// The first byte of a run: the layout of what follows.
const VERSION: u8 = 1;

impl<A: Allocator + Clone> Spans<A> {
    /// Appends all spans to `bytes` as one run: customers in order, and stretches of one amount that
    /// follow each other as one.
    pub fn write_run<B: Allocator>(
        &mut self,
        bytes: &mut Vec<u8, B>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        match self {
            Spans::Ids(set) => set.write_run(bytes, checkpoint),
            Spans::Names(set) => set.write_run(bytes, checkpoint),
        }
    }

    /// The collection that a run was written of.
    pub fn of_run(run: Vec<u8, A>) -> Result<Self> {
        let allocator = run.allocator().clone();
        let mut spans = match Header::read(&mut Reader(&run))?.named {
            false => Spans::Ids(SpanSet::new_in(allocator)),
            true => Spans::Names(SpanSet::new_in(allocator)),
        };
        spans.add_run(run)?;
        Ok(spans)
    }

    /// Adds the spans of a run.
    fn add_run(&mut self, run: Vec<u8, A>) -> Result<()> {
        let header = Header::read(&mut Reader(&run))?;
        match (self, header.named) {
            (Spans::Ids(set), false) => set.add_run(header, run),
            (Spans::Names(set), true) => set.add_run(header, run),
            _ => Err(Error::MixedCustomers),
        }
    }

    /// Adds all spans of another collection, whose bytes `copy` brings to this one's memory.
    pub fn absorb(
        &mut self,
        other: &mut Self,
        copy: impl Fn(&[u8]) -> Vec<u8, A>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        if other.has_rows() {
            let mut run = Vec::new();
            other.write_run(&mut run, checkpoint)?;
            return self.add_run(copy(&run));
        }
        other.runs().iter().try_for_each(|run| self.add_run(copy(run)))
    }

    fn has_rows(&self) -> bool {
        match self {
            Spans::Ids(set) => !set.rows.is_empty(),
            Spans::Names(set) => !set.rows.is_empty(),
        }
    }

    fn runs(&self) -> &[Vec<u8, A>] {
        match self {
            Spans::Ids(set) => &set.runs,
            Spans::Names(set) => &set.runs,
        }
    }
}

impl<K: Key, A: Allocator + Clone> SpanSet<K, A> {
    fn write_run<B: Allocator>(
        &mut self,
        bytes: &mut Vec<u8, B>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        let Self { scale, first_start, total, .. } = *self;
        let header = Header { named: K::NAMED, scale, first_start, total };
        reserve(bytes, Header::BYTES)?;
        header.write(bytes);
        let mut previous = 0;
        self.for_each_customer(checkpoint, |customer| {
            customer.join_stretches();
            reserve(bytes, most_bytes(customer))?;
            put(bytes, customer.rank - previous);
            previous = customer.rank;
            if K::NAMED {
                put(bytes, customer.name.len() as u64);
                append(bytes, customer.name);
            }
            write_stretches(bytes, customer);
            if bytes.len() > MAX_RUN_BYTES { Err(Error::RunTooLarge) } else { Ok(()) }
        })
    }

    fn add_run(&mut self, header: Header, run: Vec<u8, A>) -> Result<()> {
        if header.scale > self.scale {
            self.rescale(header.scale)?;
        }
        self.first_start = self.first_start.min(header.first_start);
        let total = rescaled_total(header.total, self.scale - header.scale);
        self.total = self.total.saturating_add(total);
        push(&mut self.runs, run)
    }
}

/// More bytes than a customer can take.
fn most_bytes(customer: &CustomerSpans) -> usize {
    const NUMBER: usize = 10;
    const STRETCH: usize = STRETCH_BYTES + size_of::<i128>();
    3 * NUMBER + customer.name.len() + customer.stretches.len() * STRETCH
}

/// A stretch takes its two days and its amount, or [`WIDE`] and the amount after that.
const STRETCH_BYTES: usize = 16;
const WIDE: i64 = -1;

fn write_stretches<B: Allocator>(bytes: &mut Vec<u8, B>, customer: &CustomerSpans) {
    put(bytes, customer.stretches.len() as u64);
    for Stretch { start, end, amount } in &customer.stretches {
        let mantissa = amount.get(&customer.wide);
        let narrow = i64::try_from(mantissa).unwrap_or(WIDE);
        let mut stretch = [0; STRETCH_BYTES];
        stretch[..4].copy_from_slice(&start.0.to_le_bytes());
        stretch[4..8].copy_from_slice(&end.0.to_le_bytes());
        stretch[8..].copy_from_slice(&narrow.to_le_bytes());
        append(bytes, &stretch);
        if narrow == WIDE {
            append(bytes, &mantissa.to_le_bytes());
        }
    }
}

/// Reads a run customer by customer.
pub(crate) struct RunReader<'a> {
    reader: Reader<'a>,
    header: Header,
    /// The customer whose stretches come next.
    pub(crate) head: Option<(u64, &'a [u8])>,
}

impl<'a> RunReader<'a> {
    pub(crate) fn new(run: &'a [u8]) -> Result<Self> {
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

    /// Adds the stretches of the head customer, at a scale, and goes on to the next customer.
    pub(crate) fn take(&mut self, customer: &mut CustomerSpans, scale: u8) -> Result<()> {
        for _ in 0..self.reader.number()? {
            let start = Day(i32::from_le_bytes(*self.reader.array()?));
            let end = Day(i32::from_le_bytes(*self.reader.array()?));
            let mantissa = match i64::from_le_bytes(*self.reader.array()?) {
                WIDE => i128::from_le_bytes(*self.reader.array()?),
                narrow => narrow.into(),
            };
            customer.push(
                start,
                end,
                Decimal::new(mantissa, self.header.scale).mantissa_at(scale)?,
            )?;
        }
        self.read_head()
    }
}

/// What stands before the customers of a run.
#[derive(Clone, Copy)]
struct Header {
    named: bool,
    scale: u8,
    /// As in [`SpanSet`], like the total.
    first_start: Day,
    total: u128,
}

impl Header {
    const BYTES: usize = 23;

    fn write<B: Allocator>(self, bytes: &mut Vec<u8, B>) {
        append(bytes, &[VERSION, u8::from(self.named), self.scale]);
        append(bytes, &self.first_start.0.to_le_bytes());
        append(bytes, &self.total.to_le_bytes());
    }

    fn read(reader: &mut Reader) -> Result<Header> {
        match *reader.array()? {
            [VERSION, named @ (0 | 1), scale @ ..=MAX_DECIMALS] => Ok(Header {
                named: named == 1,
                scale,
                first_start: Day(i32::from_le_bytes(*reader.array()?)),
                total: u128::from_le_bytes(*reader.array()?),
            }),
            _ => Err(Error::CorruptRun),
        }
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
    use crate::spans::Customer;
    use crate::testing::Random;

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
            spans.add(customer, Day(start), Day(end), Decimal::new(amount, 2)).expect("a good row");
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
    fn adjacent_stretches_of_one_amount_become_one() {
        let mut spans = Spans::new_in(Customer::Id(1), allocator_api2::alloc::Global);
        let mut joined = Spans::new_in(Customer::Id(1), allocator_api2::alloc::Global);
        for month in 0..12 {
            let (start, end) = (Day(month * 30), Day(month * 30 + 30));
            spans.add(Customer::Id(1), start, end, Decimal::new(1000, 2)).expect("a good row");
        }
        joined.add(Customer::Id(1), Day(0), Day(360), Decimal::new(1000, 2)).expect("a good row");
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
