use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::collection::room::{defaults, push, with_room};
use crate::facts::event::{Event, Events};
use crate::{Checkpoint, Result};

/// How long after an entry a step still counts.
pub trait Within {
    /// Whether an instant is soon enough after an entry that is not later.
    fn holds(&self, entry: i64, at: i64) -> bool;
}

/// Who got to a step of a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunnelStep {
    pub reached: i64,
    /// The median time from the step before, in microseconds.
    pub median_time: Option<i64>,
}

/// The steps of a funnel, numbered from 0, in their order.
pub fn conversion_funnel<A: Allocator + Clone>(
    events: &mut Events<A>,
    steps: usize,
    within: &impl Within,
    checkpoint: Checkpoint,
) -> Result<Vec<FunnelStep>> {
    // The times from the step before, of all who got to a step.
    let mut times: Vec<Vec<i64>> = defaults(steps)?;
    let mut walk = Walk::new(steps)?;
    events.for_each_customer(checkpoint, |subject| {
        let path = walk.furthest(&subject.facts, within, checkpoint)?;
        let before = path.first().into_iter().chain(path);
        path.iter()
            .zip(before)
            .zip(&mut times)
            .try_for_each(|((at, before), times)| push(times, at - before))
    })?;
    let mut result = with_room(steps)?;
    result.extend(times.iter_mut().enumerate().map(|(step, times)| FunnelStep {
        reached: times.len() as i64,
        median_time: if step == 0 { None } else { median(times) },
    }));
    Ok(result)
}

/// One subject's way through the steps; kept to spare allocations.
struct Walk {
    /// The instants of each step, in order.
    instants: Vec<Vec<i64>>,
    /// For each step, how many of its instants are before those still to be looked at.
    passed: Vec<usize>,
    /// The instants at which the steps were reached, from the current entry and from the best.
    path: Vec<i64>,
    best: Vec<i64>,
}

impl Walk {
    fn new(steps: usize) -> Result<Self> {
        let (instants, passed) = (defaults(steps)?, defaults(steps)?);
        let (path, best) = (Vec::new(), Vec::new());
        Ok(Walk { instants, passed, path, best })
    }

    /// The path of the first entry among those that reach furthest; empty without an entry.
    ///
    /// A later entry reaches each step at the same instant or later, so no instant has to be
    /// looked at twice.
    fn furthest(
        &mut self,
        events: &[Event],
        within: &impl Within,
        checkpoint: Checkpoint,
    ) -> Result<&[i64]> {
        self.instants.iter_mut().for_each(Vec::clear);
        self.passed.iter_mut().for_each(|it| *it = 0);
        self.best.clear();
        for event in events {
            push(&mut self.instants[usize::from(event.step)], event.at)?;
        }
        for entry in 0..self.instants[0].len() {
            if self.best.len() == self.instants.len() {
                break;
            }
            if entry.is_multiple_of(crate::CHECKPOINT_INTERVAL) {
                checkpoint();
            }
            self.follow(self.instants[0][entry], within)?;
            if self.path.len() > self.best.len() {
                std::mem::swap(&mut self.path, &mut self.best);
            }
        }
        Ok(&self.best)
    }

    /// Takes each next step as early as it can be.
    fn follow(&mut self, entry: i64, within: &impl Within) -> Result<()> {
        self.path.clear();
        push(&mut self.path, entry)?;
        let mut at = entry;
        for (instants, passed) in self.instants.iter().zip(&mut self.passed).skip(1) {
            *passed += instants[*passed..].iter().take_while(|it| **it < at).count();
            match instants.get(*passed) {
                Some(&next) if within.holds(entry, next) => at = next,
                _ => break,
            }
            push(&mut self.path, at)?;
        }
        Ok(())
    }
}

/// The middle of the times, or the mean of the two in the middle, its half rounded to even.
fn median(times: &mut [i64]) -> Option<i64> {
    let odd = times.len() % 2 == 1;
    if times.is_empty() {
        return None;
    }
    let middle = times.len() / 2;
    let (below, &mut upper, _) = times.select_nth_unstable(middle);
    let Some(lower) = below.iter().copied().max().filter(|_| !odd) else { return Some(upper) };
    let gap = upper - lower;
    let half = gap / 2;
    Some(lower + half + (half & gap & 1))
}
