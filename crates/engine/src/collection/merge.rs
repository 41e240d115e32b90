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
        let mut sources = Sources::of(sources.collect::<Result<_>>()?);
        let mut customer = CustomerFacts::new();
        let mut visited = 0_usize;
        while sources.take_first(&mut customer, self.summary.scale)? {
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

/// Sources that have customers left, and the rank of the next customer of each: a few numbers side
/// by side, whose least is found faster than a heap is kept in order.
struct Sources<'a, K, F> {
    sources: Vec<Source<'a, K, F>>,
    ranks: Vec<u64>,
}

impl<'a, K: Key, F: Fact> Sources<'a, K, F> {
    fn of(mut sources: Vec<Source<'a, K, F>>) -> Self {
        sources.retain(|source| source.head().is_some());
        let ranks = sources.iter().filter_map(|source| Some(source.head()?.0)).collect();
        Sources { sources, ranks }
    }

    /// Takes the first customer from all sources that have it, unless no customer is left.
    fn take_first(&mut self, customer: &mut CustomerFacts<'a, F>, scale: u8) -> Result<bool> {
        let Some(rank) = self.ranks.iter().copied().min() else { return Ok(false) };
        let name = if K::NAMED { self.first_name(rank) } else { b"" };
        customer.begin(rank, name);
        for place in (0..self.ranks.len()).rev() {
            if self.ranks[place] == rank && (!K::NAMED || self.name_of(place) == name) {
                self.sources[place].take(customer, scale)?;
                match self.sources[place].head() {
                    Some((next, _)) => self.ranks[place] = next,
                    None => {
                        self.sources.swap_remove(place);
                        self.ranks.swap_remove(place);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The first of the names of a rank.
    fn first_name(&self, rank: u64) -> &'a [u8] {
        let places = (0..self.ranks.len()).filter(|place| self.ranks[*place] == rank);
        places.map(|place| self.name_of(place)).min().unwrap_or(b"")
    }

    fn name_of(&self, place: usize) -> &'a [u8] {
        self.sources[place].head().map_or(b"", |(_, name)| name)
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
