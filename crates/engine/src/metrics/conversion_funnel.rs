use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::collection::room::{defaults, push, with_room};
use crate::facts::event::{Event, Events};
use crate::{Checkpoint, Error, Result};

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
        path.iter().zip(before).zip(&mut times).try_for_each(|((at, before), times)| {
            push(times, at.checked_sub(*before).ok_or(Error::TimeTooLong)?)
        })
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
            if entry.is_multiple_of(crate::CHECKPOINT_INTERVAL) {
                checkpoint();
            }
            let ran_out = self.follow(self.instants[0][entry], within)?;
            if self.path.len() > self.best.len() {
                std::mem::swap(&mut self.path, &mut self.best);
            }
            if ran_out {
                break;
            }
        }
        Ok(&self.best)
    }

    /// Takes each next step as early as it can be. Whether there are no more steps or instants to
    /// take, so that no later entry gets further.
    fn follow(&mut self, entry: i64, within: &impl Within) -> Result<bool> {
        self.path.clear();
        push(&mut self.path, entry)?;
        let mut at = entry;
        for (instants, passed) in self.instants.iter().zip(&mut self.passed).skip(1) {
            *passed += instants[*passed..].iter().take_while(|it| **it < at).count();
            match instants.get(*passed) {
                Some(&next) if within.holds(entry, next) => at = next,
                Some(_) => return Ok(false),
                None => return Ok(true),
            }
            push(&mut self.path, at)?;
        }
        Ok(true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::key::Customer;
    use crate::testing::Random;
    use allocator_api2::alloc::Global;
    use std::collections::BTreeMap;

    struct Limit(i64);

    impl Within for Limit {
        fn holds(&self, entry: i64, at: i64) -> bool {
            at - entry <= self.0
        }
    }

    /// Every entry on its own.
    fn by_brute_force(events: &[(i64, u8, i64)], steps: u8, limit: i64) -> Vec<FunnelStep> {
        let mut by_subject: BTreeMap<i64, std::vec::Vec<(u8, i64)>> = BTreeMap::new();
        for (subject, step, at) in events {
            by_subject.entry(*subject).or_default().push((*step, *at));
        }
        let mut times = vec![vec![]; steps.into()];
        for events in by_subject.values() {
            let follow = |entry: i64| {
                let mut path = vec![entry];
                for step in 1..steps {
                    let soon = |at: &i64| *at >= path[path.len() - 1] && *at <= entry + limit;
                    let instants = events.iter().filter(|it| it.0 == step).map(|it| it.1);
                    let Some(at) = instants.filter(soon).min() else { break };
                    path.push(at);
                }
                path
            };
            let entries = events.iter().filter(|it| it.0 == 0).map(|it| it.1);
            let best = entries.map(follow).max_by_key(|path| (path.len(), -path[0]));
            for (step, at) in best.iter().flatten().enumerate() {
                let before = best.iter().flatten().nth(step.saturating_sub(1)).unwrap_or(at);
                times[step].push(at - before);
            }
        }
        let median = |times: &mut std::vec::Vec<i64>| {
            times.sort_unstable();
            let half = times.len() / 2;
            let sum = times.get(half)? + times[(times.len() - 1) / 2];
            // The events of this test are an even number of microseconds apart.
            Some(sum / 2)
        };
        let reached = |times: &std::vec::Vec<i64>| times.len() as i64;
        let steps = times.iter_mut().enumerate().map(|(step, times)| FunnelStep {
            reached: reached(times),
            median_time: median(times).filter(|_| step > 0),
        });
        steps.collect()
    }

    #[test]
    fn funnels_are_what_the_definition_says() {
        let mut random = Random(7);
        for round in 0..2_000 {
            let steps = 1 + random.below(4) as u8;
            let events: std::vec::Vec<_> = (0..random.below(40))
                .map(|_| {
                    let step = random.below(steps.into()) as u8;
                    (random.below(4) as i64, step, 2 * random.below(30) as i64)
                })
                .collect();
            let limit = if round % 3 == 0 { 1_000 } else { random.below(40) as i64 };
            let mut collection = Events::new_in(Customer::Id(0), Global);
            for &(subject, step, at) in &events {
                collection.add_event(Customer::Id(subject), step, at).expect("room");
            }
            let found = conversion_funnel(&mut collection, steps.into(), &Limit(limit), &|| ());
            let expected = by_brute_force(&events, steps, limit);
            assert_eq!(found.expect("a funnel"), expected, "{events:?} within {limit}");
        }
    }

    #[test]
    fn the_median_of_an_even_number_is_rounded_to_even() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [5, 1, 9]), Some(5));
        assert_eq!(median(&mut [4, 1]), Some(1 + 2));
        assert_eq!(median(&mut [1, 2]), Some(1));
        assert_eq!(median(&mut [1, 8]), Some(5));
    }
}
