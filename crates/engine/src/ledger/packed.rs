//! The movements of a customer as bytes: so they go from where they are found to where they are
//! stored and to where they are summed up.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;
use serde::{Deserialize, Serialize};

use super::movements::{Line, Movement};
use crate::calendar::Day;
use crate::collection::room::reserve;
use crate::{Error, Result};

/// Appends movements to bytes.
pub struct Packer<'v, A: Allocator>(&'v mut Vec<u8, A>);

impl<'v, A: Allocator> Packer<'v, A> {
    /// `currency` is what lines without one are in.
    pub fn new(bytes: &'v mut Vec<u8, A>, currency: &[u8]) -> Result<Self> {
        let mut packer = Packer(bytes);
        packer.write(serde_bytes::Bytes::new(currency))?;
        Ok(packer)
    }

    pub fn push(&mut self, movement: &Movement, lines: &[Line]) -> Result<()> {
        self.write(&(movement, lines.len()))?;
        lines.iter().try_for_each(|line| self.write(line))
    }

    fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let (start, mut room) = (self.0.len(), 256);
        loop {
            reserve(self.0, room)?;
            self.0.resize(start + room, 0);
            if let Ok(written) = postcard::to_slice(value, &mut self.0[start..]) {
                let end = start + written.len();
                self.0.truncate(end);
                return Ok(());
            }
            room = room.checked_mul(2).ok_or(Error::OutOfMemory)?;
        }
    }
}

/// A line of a movement.
pub struct Told<'m, 'a> {
    pub movement: &'m Movement<'a>,
    pub line: &'m Line<'a>,
    pub currency: &'a [u8],
    /// Its place among the lines of the customer's day.
    pub seq: i32,
    /// Whether it is the movement's first.
    pub first: bool,
}

/// Visits all lines, in order.
pub fn unpack<'a>(
    bytes: &'a [u8],
    mut visit: impl FnMut(&Told<'_, 'a>) -> Result<()>,
) -> Result<()> {
    let mut bytes = bytes;
    let currency = read::<&serde_bytes::Bytes>(&mut bytes)?;
    let (mut day, mut seq) = (Day::NEG_INFINITY, 0);
    while !bytes.is_empty() {
        let (movement, lines): (Movement, usize) = read(&mut bytes)?;
        if movement.at.day != day {
            (day, seq) = (movement.at.day, 0);
        }
        for place in 0..lines {
            seq += 1;
            let line = read(&mut bytes)?;
            visit(&Told { movement: &movement, line: &line, currency, seq, first: place == 0 })?;
        }
    }
    Ok(())
}

fn read<'a, T: Deserialize<'a>>(bytes: &mut &'a [u8]) -> Result<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(|_| Error::CorruptMovements)?;
    *bytes = rest;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Moment;
    use crate::ledger::dimension::Share;
    use crate::ledger::items::Cause;
    use crate::ledger::movements::{MovementKind, Net, Openings};
    use crate::ledger::rows::{ChurnKind, Length};
    use crate::metrics::kind::Kind;

    fn movement(day: i32) -> Movement<'static> {
        Movement {
            at: Moment { day: Day(day), instant: i64::from(day) * 86_400_000_000 + 1 },
            kind: MovementKind::Customer(Kind::Churn),
            net: Net::Goes,
            before: i128::MAX,
            after: i128::MIN,
            cause: Some(Cause { kind: ChurnKind::Involuntary, reason: Some(b"no card") }),
            first_on: Day(-5),
            spell: 3,
            counts_from: Day(day + 9),
            openings: Openings { mrr: [None, Some(1), Some(-2), None, Some(0)], active: 31 },
        }
    }

    fn line(product: Option<&[u8]>, after: i128) -> Line<'_> {
        Line {
            product,
            plan: None,
            billing_period: Length { months: -1, days: 2, micros: i64::MIN },
            currency: product.map(|_| b"EUR".as_slice()),
            before: 7,
            after,
            native_amount: -after,
            plan_share: Share { switched: 4, customers: -1 },
            product_share: Share::default(),
            billing_period_share: Share { switched: -4, customers: 1 },
            currency_switch: 5,
        }
    }

    fn packed() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut packer = Packer::new(&mut bytes, b"USD").unwrap();
        packer.push(&movement(1), &[line(None, 1), line(Some(b""), 2)]).unwrap();
        packer.push(&movement(1), &[]).unwrap();
        packer.push(&movement(1), &[line(Some(&[b'p'; 999]), 3)]).unwrap();
        packer.push(&movement(2), &[line(None, 4)]).unwrap();
        bytes
    }

    #[test]
    fn what_is_packed_comes_back() {
        let bytes = packed();
        let mut seen = vec![];
        unpack(&bytes, |told| {
            assert_eq!(
                (*told.movement, told.currency),
                (movement(told.movement.at.day.0), b"USD".as_slice())
            );
            seen.push((told.seq, told.first, *told.line));
            Ok(())
        })
        .unwrap();
        let lines = [
            (1, true, line(None, 1)),
            (2, false, line(Some(b""), 2)),
            (3, true, line(Some(&[b'p'; 999]), 3)),
            (1, true, line(None, 4)),
        ];
        assert_eq!(seen, lines);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let bytes = packed();
        let whole = |end: usize| unpack(&bytes[..end], |_| Ok(())).is_ok();
        let readable = (0..bytes.len()).filter(|end| whole(*end)).count();
        // After the currency, and after each movement but the last.
        assert_eq!(readable, 4);
    }
}
