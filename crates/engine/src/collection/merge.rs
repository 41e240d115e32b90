use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use allocator_api2::alloc::Allocator;

use super::customer::CustomerFacts;
use super::fact::Fact;
use super::key::Key;
use super::rows::RowReader;
use super::run::RunReader;
use super::set::{Row, Set};
use super::sort::radix_sort;
use super::{Collection, with_set};
use crate::{CHECKPOINT_INTERVAL, Checkpoint, Result};

impl<F: Fact, A: Allocator + Clone> Collection<F, A> {
    /// Visits every customer, in a fixed order.
    pub(crate) fn for_each_customer(
        &mut self,
        checkpoint: Checkpoint,
        visit: impl FnMut(&mut CustomerFacts<F>) -> Result<()>,
    ) -> Result<()> {
        with_set!(self, set => set.for_each_customer(checkpoint, visit))
    }
}

impl<K: Key, F: Fact, A: Allocator + Clone> Set<K, F, A> {
    pub(super) fn for_each_customer(
        &mut self,
        checkpoint: Checkpoint,
        mut visit: impl FnMut(&mut CustomerFacts<F>) -> Result<()>,
    ) -> Result<()> {
        radix_sort(&mut self.rows, &Row::order, checkpoint);
        let rows = RowReader::new(&mut self.rows, &self.names, &self.wide, checkpoint);
        let runs = self.runs.iter().map(|run| RunReader::new(run).map(Source::Run));
        let sources = std::iter::once(Ok(Source::Rows(rows))).chain(runs);
        let mut sources = sources.collect::<Result<Vec<_>>>()?;
        let mut heads = Heads::new(&sources);
        let mut customer = CustomerFacts::new();
        let mut visited = 0_usize;
        while let Some((rank, name)) = heads.first() {
            customer.begin(rank, name);
            while let Some(source) = heads.source_of(rank, name, K::NAMED) {
                sources[source].take(&mut customer, self.summary.scale)?;
                heads.replace(sources[source].head());
            }
            radix_sort(&mut customer.facts, &|it| (0, it.order()), checkpoint);
            visit(&mut customer)?;
            visited += 1;
            if visited.is_multiple_of(CHECKPOINT_INTERVAL) {
                checkpoint();
            }
        }
        Ok(())
    }
}

/// The next customer of each source, the first of them on top.
struct Heads<'a>(BinaryHeap<Reverse<(u64, &'a [u8], usize)>>);

impl<'a> Heads<'a> {
    fn new<K: Key, F: Fact>(sources: &[Source<'a, K, F>]) -> Self {
        let heads = sources.iter().enumerate().filter_map(|(number, source)| {
            source.head().map(|(rank, name)| Reverse((rank, name, number)))
        });
        Heads(heads.collect())
    }

    /// The first customer of all.
    fn first(&self) -> Option<(u64, &'a [u8])> {
        self.0.peek().map(|&Reverse((rank, name, _))| (rank, name))
    }

    /// The source on top, if its next customer is this one.
    fn source_of(&self, rank: u64, name: &[u8], named: bool) -> Option<usize> {
        let &Reverse((next_rank, next_name, source)) = self.0.peek()?;
        // Names of one place are equal without a look, which may have to wait for memory.
        let same_name = || !named || std::ptr::eq(next_name, name) || next_name == name;
        (next_rank == rank && same_name()).then_some(source)
    }

    /// Puts the source on top where its next customer belongs.
    fn replace(&mut self, next: Option<(u64, &'a [u8])>) {
        let Some(mut top) = self.0.peek_mut() else { return };
        match next {
            Some((rank, name)) => (top.0.0, top.0.1) = (rank, name),
            None => drop(PeekMut::pop(top)),
        }
    }
}

/// Where a customer's facts come from: each source has its customers in order.
enum Source<'a, K, F> {
    Rows(RowReader<'a, K, F>),
    Run(RunReader<'a>),
}

impl<'a, K: Key, F: Fact> Source<'a, K, F> {
    fn head(&self) -> Option<(u64, &'a [u8])> {
        match self {
            Source::Rows(rows) => rows.head(),
            Source::Run(run) => run.head,
        }
    }

    fn take(&mut self, customer: &mut CustomerFacts<F>, scale: u8) -> Result<()> {
        match self {
            Source::Rows(rows) => rows.take(customer),
            Source::Run(run) => run.take(customer, scale),
        }
    }
}
