use allocator_api2::vec::Vec;

use crate::Result;
use crate::calendar::Day;
use crate::spans::{Amount, push};

/// An amount from `start` up to, but not on, `end`.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    pub start: Day,
    pub end: Day,
    pub amount: Amount,
}

/// Everything that is known of one customer.
#[derive(Default)]
pub(crate) struct CustomerSpans<'a> {
    pub rank: u64,
    pub name: &'a [u8],
    /// Ordered by start.
    pub stretches: Vec<Stretch>,
    pub wide: Vec<i128>,
}

impl<'a> CustomerSpans<'a> {
    /// Forgets the customer before.
    pub(crate) fn begin(&mut self, rank: u64, name: &'a [u8]) {
        (self.rank, self.name) = (rank, name);
        self.stretches.clear();
        self.wide.clear();
    }

    pub(crate) fn push(&mut self, start: Day, end: Day, mantissa: i128) -> Result<()> {
        let amount = Amount::put(mantissa, &mut self.wide)?;
        push(&mut self.stretches, Stretch { start, end, amount })
    }

    /// Makes one of two stretches that follow each other at the same amount.
    pub(crate) fn join_stretches(&mut self) {
        let wide = &self.wide;
        self.stretches.dedup_by(|next, kept| {
            let joined = kept.end == next.start && kept.amount.get(wide) == next.amount.get(wide);
            if joined {
                kept.end = next.end;
            }
            joined
        });
    }
}
