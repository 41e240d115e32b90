use allocator_api2::vec::Vec;

use crate::calendar::Day;
use crate::decimal::add;
use crate::merge::CustomerSpans;
use crate::sort::radix_sort;
use crate::spans::{Amount, push};
use crate::{Checkpoint, Result};

/// A day at whose end a customer's MRR is not what it was at the end of the day before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub day: Day,
    pub before: i128,
    pub after: i128,
}

/// Turns customers' spans into changes of their MRR.
#[derive(Default)]
pub(crate) struct Timeline {
    /// The ends of one customer's stretches; kept to spare allocations.
    ends: Vec<(Day, Amount)>,
}

impl Timeline {
    /// Visits the days before `until` on which a customer's MRR changes, in order. What happens
    /// on one day is netted.
    pub(crate) fn for_each_change(
        &mut self,
        customer: &CustomerSpans,
        until: Day,
        checkpoint: Checkpoint,
        mut visit: impl FnMut(Change) -> Result<()>,
    ) -> Result<()> {
        self.collect_ends(customer, until, checkpoint)?;
        let mut starts = customer.stretches.iter().peekable();
        let mut ends = self.ends.iter().peekable();
        let mut mrr = 0;
        loop {
            let start = starts.peek().map_or(until, |it| it.start);
            let day = ends.peek().map_or(start, |it| start.min(it.0));
            if day >= until {
                return Ok(());
            }
            let before = mrr;
            while let Some((_, amount)) = ends.next_if(|it| it.0 == day) {
                mrr -= amount.get(&customer.wide);
            }
            while let Some(stretch) = starts.next_if(|it| it.start == day) {
                mrr = add(mrr, stretch.amount.get(&customer.wide))?;
            }
            if mrr != before {
                visit(Change { day, before, after: mrr })?;
            }
        }
    }

    fn collect_ends(
        &mut self,
        customer: &CustomerSpans,
        until: Day,
        checkpoint: Checkpoint,
    ) -> Result<()> {
        self.ends.clear();
        for stretch in customer.stretches.iter().filter(|it| it.end < until) {
            push(&mut self.ends, (stretch.end, stretch.amount))?;
        }
        radix_sort(&mut self.ends, &|end| end.0.order(), checkpoint);
        Ok(())
    }
}
