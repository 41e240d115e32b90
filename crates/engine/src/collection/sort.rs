use crate::Checkpoint;

/// Slices up to this length are left to the standard library.
const SMALL: usize = 64;
const MAX_BUCKET_BITS: u32 = 10;

/// What a sort goes by: a major number before a minor one.
pub(crate) type Order = (u64, u64);

/// Sorts in place: a radix sort from the most significant bits down, in place, since what is sorted
/// may fill half of the memory that there is. Equal elements may change places.
///
/// The digits cover just the range of the numbers present, so that dense ids need two rounds.
pub(crate) fn radix_sort<T>(items: &mut [T], order: &impl Fn(&T) -> Order, checkpoint: Checkpoint) {
    if items.len() <= SMALL {
        items.sort_unstable_by_key(|item| as_one(order(item)));
        return;
    }
    checkpoint();
    let Some((min, max)) = unsorted_range(items, order) else { return };
    let bits = (items.len().ilog2() - 2).min(MAX_BUCKET_BITS);
    let ends = if min.0 == max.0 {
        let shift = shift_to(bits, max.1 - min.1);
        partition(items, 1 << bits, |item| ((order(item).1 - min.1) >> shift) as usize)
    } else {
        let shift = shift_to(bits, max.0 - min.0);
        partition(items, 1 << bits, |item| ((order(item).0 - min.0) >> shift) as usize)
    };
    let mut start = 0;
    for end in ends {
        radix_sort(&mut items[start..end], order, checkpoint);
        start = end;
    }
}

/// An order as one number, which compares without branches.
fn as_one((major, minor): Order) -> u128 {
    u128::from(major) << u64::BITS | u128::from(minor)
}

/// How far to shift numbers up to `range` so that so many bits remain.
fn shift_to(bits: u32, range: u64) -> u32 {
    (u64::BITS - range.leading_zeros()).saturating_sub(bits)
}

/// The first and the last in order, the minor numbers over all items; nothing when the items are
/// sorted already.
fn unsorted_range<T>(items: &[T], order: &impl Fn(&T) -> Order) -> Option<(Order, Order)> {
    let (mut min, mut max) = ((u64::MAX, u64::MAX), (0, 0));
    let (mut previous, mut sorted) = (0, true);
    for order in items.iter().map(order) {
        min = (min.0.min(order.0), min.1.min(order.1));
        max = (max.0.max(order.0), max.1.max(order.1));
        sorted &= previous <= as_one(order);
        previous = as_one(order);
    }
    (!sorted).then_some((min, max))
}

/// Moves each item into its bucket; returns where the buckets end.
///
/// Sweeps over the buckets again and again, sending each item to the next free place of its
/// bucket. Following one item's chain of displacements would wait for memory at each step; the
/// swaps of a sweep do not depend on each other.
fn partition<T>(items: &mut [T], buckets: usize, bucket_of: impl Fn(&T) -> usize) -> Vec<usize> {
    let mut ends = vec![0; buckets];
    for item in items.iter() {
        ends[bucket_of(item)] += 1;
    }
    let mut next = Vec::with_capacity(buckets);
    let mut total = 0;
    for end in &mut ends {
        next.push(total);
        total += *end;
        *end = total;
    }
    let mut unfinished: Vec<usize> = (0..buckets).collect();
    while !unfinished.is_empty() {
        unfinished.retain(|&bucket| {
            for place in next[bucket]..ends[bucket] {
                let home = bucket_of(&items[place]);
                items.swap(place, next[home]);
                next[home] += 1;
            }
            next[bucket] < ends[bucket]
        });
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;
    use std::cell::Cell;

    fn sorted_like_the_standard_library(mut items: Vec<Order>) {
        let mut expected = items.clone();
        expected.sort_unstable();
        radix_sort(&mut items, &|item| *item, &|| ());
        assert!(items == expected);
    }

    #[test]
    fn any_distribution_is_sorted() {
        let mut random = Random(1);
        for length in [0, 1, 2, SMALL, SMALL + 1, 1_000, 50_000] {
            let mut check = |item: &mut dyn FnMut(&mut Random, u64) -> Order| {
                let items = (0..length as u64).map(|number| item(&mut random, number)).collect();
                sorted_like_the_standard_library(items);
            };
            check(&mut |random, _| (random.below(1 << 40), random.below(1 << 32)));
            check(&mut |random, _| (random.below(3), random.below(3)));
            check(&mut |random, _| (7, random.below(1 << 32)));
            check(&mut |_, number| (number, 0));
            check(&mut |_, number| (u64::MAX - number, number));
            check(&mut |random, _| (1 << random.below(64), 1 << random.below(64)));
            check(&mut |random, _| (u64::MAX - random.below(2), u64::MAX - random.below(2)));
            check(&mut |_, _| (7, 7));
        }
    }

    #[test]
    fn a_long_sort_can_be_interrupted() {
        let calls = Cell::new(0);
        let mut random = Random(2);
        let mut items: Vec<u64> = (0..100_000).map(|_| random.below(1 << 40)).collect();
        radix_sort(&mut items, &|item| (*item, 0), &|| calls.set(calls.get() + 1));
        assert!(calls.get() > 100);
    }
}
