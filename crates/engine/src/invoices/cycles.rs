//! The billing periods that a customer's lines are for as a whole.

use allocator_api2::alloc::Allocator;

use super::lines::{Kind, Line, Lines, Price};
use crate::ledger::rows::Texts;

/// They are found by their subscription and their end: a part of one is better measured by it than by
/// the calendar.
pub struct Cycles<'a, A: Allocator> {
    texts: &'a Texts<A>,
    known: Vec<(Cycle<'a>, &'a Line)>,
}

type Cycle<'a> = (Option<&'a [u8]>, i64);

impl<'a, A: Allocator + Clone> Cycles<'a, A> {
    pub fn of(lines: &'a Lines<A>) -> Self {
        let texts = &lines.texts;
        let whole = lines.lines.iter().filter(|it| it.kind == Kind::Recurring);
        let cycle = |it: &Line| (texts.get(it.subscription_id), it.end);
        let mut known: Vec<_> = whole.map(|it| (cycle(it), it)).collect();
        known.sort_by_key(|(cycle, line)| (*cycle, line.place));
        Cycles { texts, known }
    }

    /// What a line comes to for a whole billing period.
    pub fn price(&self, line: &Line) -> Price {
        self.length(line)
            .and_then(|whole| line.price.of_whole(line.part(), whole))
            .unwrap_or(line.price)
    }

    fn length(&self, line: &Line) -> Option<i64> {
        let cycle = (self.texts.get(line.subscription_id), line.end);
        if !line.price.is_derived || cycle.0.is_none() {
            return None;
        }
        let first = self.known.partition_point(|(it, _)| *it < cycle);
        let of_the_same = self.known[first..].iter().take_while(|(it, _)| *it == cycle);
        let mut fitting = of_the_same
            .map(|(_, it)| it)
            .filter(|it| it.billing_period == line.billing_period && it.start < line.start);
        line.end.checked_sub(fitting.next()?.start)
    }
}
