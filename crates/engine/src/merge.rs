use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::calendar::Day;
use crate::run::RunReader;
use crate::sort::radix_sort;
use crate::spans::{Amount, Key, Span, SpanSet, Spans, name_at, push};
use crate::{CHECKPOINT_INTERVAL, Checkpoint, Result};

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

impl CustomerSpans<'_> {
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

impl<A: Allocator + Clone> Spans<A> {
    /// Visits every customer, in a fixed order.
    pub(crate) fn for_each_customer(
        &mut self,
        checkpoint: Checkpoint,
        visit: impl FnMut(&mut CustomerSpans) -> Result<()>,
    ) -> Result<()> {
        match self {
            Spans::Ids(set) => set.for_each_customer(checkpoint, visit),
            Spans::Names(set) => set.for_each_customer(checkpoint, visit),
        }
    }
}

impl<K: Key, A: Allocator + Clone> SpanSet<K, A> {
    pub(crate) fn for_each_customer(
        &mut self,
        checkpoint: Checkpoint,
        mut visit: impl FnMut(&mut CustomerSpans) -> Result<()>,
    ) -> Result<()> {
        self.sort(checkpoint);
        let mut sources = self.sources()?;
        let mut heads: BinaryHeap<_> = sources
            .iter()
            .enumerate()
            .filter_map(|(source, it)| it.head().map(|(rank, name)| Reverse((rank, name, source))))
            .collect();
        let mut customer = CustomerSpans::default();
        let mut visited = 0_usize;
        while let Some(&Reverse((rank, name, _))) = heads.peek() {
            (customer.rank, customer.name) = (rank, name);
            customer.stretches.clear();
            customer.wide.clear();
            let same =
                |it: &Reverse<(u64, &[u8], usize)>| it.0.0 == rank && (!K::NAMED || it.0.1 == name);
            while let Some(mut top) = heads.peek_mut().filter(|top| same(top)) {
                let source = &mut sources[top.0.2];
                source.take(&mut customer, self.scale)?;
                match source.head() {
                    Some((rank, name)) => (top.0.0, top.0.1) = (rank, name),
                    None => drop(PeekMut::pop(top)),
                }
            }
            radix_sort(&mut customer.stretches, &|it| it.start.order(), checkpoint);
            visit(&mut customer)?;
            visited += 1;
            if visited.is_multiple_of(CHECKPOINT_INTERVAL) {
                checkpoint();
            }
        }
        Ok(())
    }

    fn sources(&self) -> Result<std::vec::Vec<Source<'_, K>>> {
        let rows = RowReader { rows: &self.rows, names: &self.names, wide: &self.wide };
        let runs = self.runs.iter().map(|run| RunReader::new(run).map(Source::Run));
        std::iter::once(Ok(Source::Rows(rows))).chain(runs).collect()
    }
}

/// Where a customer's spans come from: each source has its customers in order.
enum Source<'a, K> {
    Rows(RowReader<'a, K>),
    Run(RunReader<'a>),
}

impl<'a, K: Key> Source<'a, K> {
    fn head(&self) -> Option<(u64, &'a [u8])> {
        match self {
            Source::Rows(rows) => rows.head(),
            Source::Run(run) => run.head,
        }
    }

    fn take(&mut self, customer: &mut CustomerSpans, scale: u8) -> Result<()> {
        match self {
            Source::Rows(rows) => rows.take(customer),
            Source::Run(run) => run.take(customer, scale),
        }
    }
}

/// Reads sorted rows customer by customer.
struct RowReader<'a, K> {
    rows: &'a [Span<K>],
    names: &'a [u8],
    wide: &'a [i128],
}

impl<'a, K: Key> RowReader<'a, K> {
    fn head(&self) -> Option<(u64, &'a [u8])> {
        let key = self.rows.first()?.key;
        let name = key.name_at().map_or(&[][..], |at| name_at(self.names, at));
        Some((key.rank(), name))
    }

    fn take(&mut self, customer: &mut CustomerSpans) -> Result<()> {
        let Some(first) = self.rows.first() else { return Ok(()) };
        let other = |row: &Span<K>| {
            row.key.rank() != first.key.rank() || row.key.name_at() != first.key.name_at()
        };
        let count = self.rows.iter().position(other).unwrap_or(self.rows.len());
        let (taken, rest) = self.rows.split_at(count);
        for row in taken {
            customer.push(row.start, row.end, row.amount.get(self.wide))?;
        }
        self.rows = rest;
        Ok(())
    }
}
