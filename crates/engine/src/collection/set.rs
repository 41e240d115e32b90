use allocator_api2::alloc::{Allocator, Global};
use allocator_api2::vec::Vec;
use xxhash_rust::xxh3::xxh3_64;

use super::amount::Amount;
use super::fact::Fact;
use super::key::{Key, NamePlace, Named};
use super::room::push;
use super::sort::Order;
use crate::Result;
use crate::decimal::Decimal;

/// One row: a fact about a customer.
#[derive(Clone, Copy)]
pub(crate) struct Row<K, F> {
    pub key: K,
    pub fact: F,
}

impl<K: Key, F: Fact> Row<K, F> {
    /// By customer, then by fact.
    pub(crate) fn order(&self) -> Order {
        (self.key.rank(), self.fact.order())
    }
}

/// Facts about customers who are named alike, as rows and as sorted runs.
pub struct Set<K, F, A: Allocator = Global> {
    pub(super) rows: Vec<Row<K, F>, A>,
    pub(super) wide: Vec<i128, A>,
    pub(super) names: Vec<u8, A>,
    pub(super) runs: Vec<Vec<u8, A>, A>,
    pub(super) summary: Summary,
}

/// What is known of all facts together.
#[derive(Clone, Copy)]
pub(crate) struct Summary {
    /// The decimals of all amounts.
    pub scale: u8,
    /// The first and the last fact, by their order.
    pub first: u64,
    pub last: u64,
    /// The sum of all mantissas without their signs, or the largest number.
    pub total: u128,
}

impl Summary {
    pub(super) const NONE: Summary = Summary { scale: 0, first: u64::MAX, last: 0, total: 0 };

    pub(super) fn rescaled(self, scale: u8) -> Summary {
        let factor = 10_u128.pow((scale - self.scale).into());
        Summary { scale, total: self.total.saturating_mul(factor), ..self }
    }
}

impl<K: Key, F: Fact, A: Allocator + Clone> Set<K, F, A> {
    pub(super) fn new_in(allocator: A) -> Self {
        Set {
            rows: Vec::new_in(allocator.clone()),
            wide: Vec::new_in(allocator.clone()),
            names: Vec::new_in(allocator.clone()),
            runs: Vec::new_in(allocator),
            summary: Summary::NONE,
        }
    }

    #[inline]
    pub(super) fn add(&mut self, key: K, fact: F) -> Result<()> {
        let order = fact.order();
        self.summary.first = self.summary.first.min(order);
        self.summary.last = self.summary.last.max(order);
        push(&mut self.rows, Row { key, fact })
    }

    #[inline]
    pub(super) fn amount(&mut self, amount: Decimal) -> Result<Amount> {
        if amount.scale > self.summary.scale {
            self.rescale(amount.scale)?;
        }
        let mantissa = amount.mantissa_at(self.summary.scale)?;
        self.summary.total = self.summary.total.saturating_add(mantissa.unsigned_abs());
        Amount::put(mantissa, &mut self.wide)
    }

    /// Brings the amounts of all rows to a larger scale. Runs keep their own.
    pub(super) fn rescale(&mut self, scale: u8) -> Result<()> {
        let from = self.summary.scale;
        self.summary = self.summary.rescaled(scale);
        for mantissa in self.wide.iter_mut() {
            *mantissa = Decimal::new(*mantissa, from).mantissa_at(scale)?;
        }
        for amount in self.rows.iter_mut().filter_map(|row| row.fact.amount_mut()) {
            if let Some(narrow) = amount.narrow() {
                let mantissa = Decimal::new(narrow.into(), from).mantissa_at(scale)?;
                *amount = Amount::put(mantissa, &mut self.wide)?;
            }
        }
        Ok(())
    }
}

impl<F: Fact, A: Allocator + Clone> Set<Named, F, A> {
    pub(super) fn key(&mut self, name: &[u8]) -> Result<Named> {
        let hash = xxh3_64(name);
        let last = self.rows.last().map(|row| row.key).filter(|last| last.hash == hash);
        match last {
            // Rows of one customer often follow each other; they share one place.
            Some(last) if last.name.of(&self.names) == name => Ok(last),
            _ => Ok(Named { hash, name: NamePlace::append(name, &mut self.names)? }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::facts::activity::Activity;

    #[test]
    fn names_whose_hashes_collide_stay_apart() {
        let mut set: Set<Named, Activity> = Set::new_in(Global);
        for (number, name) in ["b", "a", "b", "c", "a"].into_iter().enumerate() {
            let key = Named { hash: 42, ..set.key(name.as_bytes()).expect("room") };
            set.add(key, Activity(Day(number as i32))).expect("room");
        }
        let mut seen = std::vec::Vec::new();
        let visited = set.for_each_customer(&|| (), |customer| {
            let starts: std::vec::Vec<_> = customer.facts.iter().map(|it| it.0.0).collect();
            seen.push((customer.name.to_vec(), starts));
            Ok(())
        });
        assert_eq!(visited, Ok(()));
        let expected = [("a", vec![1, 4]), ("b", vec![0, 2]), ("c", vec![3])];
        assert_eq!(seen, expected.map(|(name, starts)| (name.as_bytes().to_vec(), starts)));
    }
}
