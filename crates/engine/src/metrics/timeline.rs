use allocator_api2::vec::Vec;

use crate::calendar::Day;
use crate::collection::CustomerFacts;
use crate::collection::amount::Amount;
use crate::collection::room::reserve;
use crate::collection::sort::radix_sort;
use crate::decimal::Sum;
use crate::facts::span::Span;
use crate::{CHECKPOINT_INTERVAL, Checkpoint, Error, Result};

/// A day at whose end a customer's MRR is not what it was at the end of the day before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change<S> {
    pub day: Day,
    pub before: S,
    pub after: S,
}

/// Turns customers' spans into changes of their MRR.
#[derive(Default)]
pub(crate) struct Timeline {
    /// The ends of one customer's spans, in order, each with the number of its span; kept to
    /// spare allocations.
    ends: Vec<(Day, u32)>,
}

const NEVER: (Day, Amount) = (Day::INFINITY, Amount::ZERO);

impl Timeline {
    /// Visits the days before `until` on which a customer's MRR changes, in order. What happens
    /// on one day is netted.
    #[inline]
    pub(crate) fn for_each_change<S: Sum>(
        &mut self,
        customer: &CustomerFacts<Span>,
        until: Day,
        checkpoint: Checkpoint,
        mut visit: impl FnMut(Change<S>) -> Result<()>,
    ) -> Result<()> {
        self.collect_ends(customer, checkpoint)?;
        let mut starts = customer.facts.iter().map(|it| (it.start, it.amount));
        let mut ends = self.ends.iter().map(|it| (it.0, customer.facts[it.1 as usize].amount));
        let mut start = starts.next().unwrap_or(NEVER);
        let mut end = ends.next().unwrap_or(NEVER);
        let (mut before, mut mrr) = (S::default(), S::default());
        let mut day = start.0;
        let mut events = 0_usize;
        while day < until {
            events += 1;
            if events.is_multiple_of(CHECKPOINT_INTERVAL) {
                checkpoint();
            }
            // Ends come before the starts of their day, so that no sum passes its true value.
            if end.0 <= start.0 {
                mrr = mrr.minus(S::of(end.1.get(&customer.wide)));
                end = ends.next().unwrap_or(NEVER);
            } else {
                mrr = mrr.plus(S::of(start.1.get(&customer.wide)))?;
                start = starts.next().unwrap_or(NEVER);
            }
            let next_day = start.0.min(end.0);
            if next_day != day {
                if mrr != before {
                    visit(Change { day, before, after: mrr })?;
                }
                (before, day) = (mrr, next_day);
            }
        }
        Ok(())
    }

    fn collect_ends(
        &mut self,
        customer: &CustomerFacts<Span>,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        let count = u32::try_from(customer.facts.len()).map_err(|_| Error::OutOfMemory)?;
        self.ends.clear();
        reserve(&mut self.ends, customer.facts.len())?;
        self.ends.extend((0..count).zip(&customer.facts).map(|(number, it)| (it.end, number)));
        radix_sort(&mut self.ends, &|end| (0, end.0.order()), checkpoint);
        Ok(())
    }
}
