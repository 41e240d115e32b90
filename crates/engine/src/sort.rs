use crate::Checkpoint;

/// Slices up to this length are left to the standard library.
const SMALL: usize = 64;
const MAX_BUCKET_BITS: u32 = 10;

/// Sorts by a number: a radix sort from the most significant bits down, in place, since what is
/// sorted may fill half of the memory that there is. Equal elements may change places.
///
/// The digits cover just the range of the numbers present, so that dense ids need two rounds.
pub(crate) fn radix_sort<T>(items: &mut [T], order: &impl Fn(&T) -> u128, checkpoint: Checkpoint) {
    if items.len() <= SMALL {
        items.sort_unstable_by_key(order);
        return;
    }
    checkpoint();
    let Some((min, max)) = unsorted_range(items, order) else { return };
    let bits = (items.len().ilog2() - 2).min(MAX_BUCKET_BITS);
    let shift = (u128::BITS - (max - min).leading_zeros()).saturating_sub(bits);
    let ends = partition(items, 1 << bits, |item| ((order(item) - min) >> shift) as usize);
    let mut start = 0;
    for end in ends {
        radix_sort(&mut items[start..end], order, checkpoint);
        start = end;
    }
}

/// The smallest and the largest number, or nothing when the items are sorted already.
fn unsorted_range<T>(items: &[T], order: &impl Fn(&T) -> u128) -> Option<(u128, u128)> {
    let (mut min, mut max, mut previous, mut sorted) = (u128::MAX, 0, 0, true);
    for order in items.iter().map(order) {
        (min, max) = (min.min(order), max.max(order));
        sorted &= previous <= order;
        previous = order;
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

    fn sorted_like_the_standard_library(mut items: Vec<u128>) {
        let mut expected = items.clone();
        expected.sort_unstable();
        radix_sort(&mut items, &|item| *item, &|| ());
        assert!(items == expected);
    }

    #[test]
    fn any_distribution_is_sorted() {
        let mut random = Random(1);
        for length in [0, 1, 2, SMALL, SMALL + 1, 1_000, 50_000] {
            sorted_like_the_standard_library(
                (0..length).map(|_| random.below(1 << 40).into()).collect(),
            );
            sorted_like_the_standard_library((0..length).map(|_| random.below(3).into()).collect());
            sorted_like_the_standard_library((0..length).map(|i| i as u128).collect());
            sorted_like_the_standard_library((0..length).rev().map(|i| i as u128).collect());
            sorted_like_the_standard_library(
                (0..length).map(|_| 1_u128 << random.below(128)).collect(),
            );
            sorted_like_the_standard_library(
                (0..length).map(|_| u128::MAX - u128::from(random.below(1 << 50))).collect(),
            );
            sorted_like_the_standard_library(vec![7; length]);
        }
    }

    #[test]
    fn a_long_sort_can_be_interrupted() {
        let calls = Cell::new(0);
        let mut random = Random(2);
        let mut items: Vec<u128> = (0..100_000).map(|_| random.below(1 << 40).into()).collect();
        radix_sort(&mut items, &|item| *item, &|| calls.set(calls.get() + 1));
        assert!(calls.get() > 100);
    }
}
