//! How a customer's movement is shared out among the values of a dimension, such as his plans.

use crate::decimal::proportion;

/// How much of a line there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    pub items: i64,
    pub native: i128,
    pub converted: i128,
}

/// A change of a line.
#[derive(Clone, Copy)]
pub struct LineChange {
    pub line: usize,
    pub from: Level,
    pub to: Level,
}

impl LineChange {
    pub fn amount(&self) -> i128 {
        self.to.converted - self.from.converted
    }

    pub fn native(&self) -> i128 {
        self.to.native - self.from.native
    }

    pub fn items(&self) -> i64 {
        self.to.items - self.from.items
    }
}

/// The values that lines have in a dimension, and how many items a customer has in each.
#[derive(Clone)]
pub struct Dimension {
    value_of_line: Vec<usize>,
    items: Vec<i64>,
    /// Of the values of one movement; kept to spare allocations.
    amounts: Vec<Amount>,
}

/// What a value changes by, and the first of the changes that it is told to.
#[derive(Clone, Copy)]
struct Amount {
    value: usize,
    first: usize,
    amount: i128,
    native: i128,
    items: i64,
}

/// The share of a value in a movement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Share {
    /// What moved here from other values or, below 0, to them.
    pub switched: i128,
    /// 1 if the customer came to the value, −1 if he left it.
    pub customers: i8,
}

impl Dimension {
    /// Lines of equal value share a number.
    pub fn new<T: PartialEq>(values: impl Iterator<Item = T>) -> Dimension {
        let mut known: Vec<T> = Vec::new();
        let value_of_line = values
            .map(|value| {
                known.iter().position(|it| *it == value).unwrap_or_else(|| {
                    known.push(value);
                    known.len() - 1
                })
            })
            .collect();
        Dimension { value_of_line, items: vec![0; known.len()], amounts: vec![] }
    }

    /// Tells the shares of the values of the lines that change, each with the place of its first
    /// change; the other changes have none.
    pub fn share(&mut self, changes: &[LineChange], mut tell: impl FnMut(usize, Share)) {
        self.sum(changes);
        switch(&mut self.amounts, |amount, switched| {
            let items = &mut self.items[amount.value];
            let had = *items > 0;
            *items += amount.items;
            let customers = i8::from(*items > 0) - i8::from(had);
            tell(amount.first, Share { switched, customers });
        });
    }

    /// Tells what was switched in the lines' own currencies, likewise: in proportion and, where an
    /// amount went the other way than the converted one, all of it.
    pub fn switch_natives(&mut self, changes: &[LineChange], mut tell: impl FnMut(usize, i128)) {
        self.sum(changes);
        switch(&mut self.amounts, |amount, switched| tell(amount.first, amount.native(switched)));
    }

    fn sum(&mut self, changes: &[LineChange]) {
        self.amounts.clear();
        for (first, change) in changes.iter().enumerate() {
            let value = self.value_of_line[change.line];
            let (amount, native, items) = (change.amount(), change.native(), change.items());
            match self.amounts.iter_mut().find(|it| it.value == value) {
                Some(known) => {
                    known.amount += amount;
                    known.native += native;
                    known.items += items;
                }
                None => self.amounts.push(Amount { value, first, amount, native, items }),
            }
        }
    }
}

impl Amount {
    fn native(&self, switched: i128) -> i128 {
        if switched == self.amount || self.native.signum() != self.amount.signum() {
            return self.native;
        }
        // Most often nothing switches.
        if switched == 0 { 0 } else { proportion(self.native, switched, self.amount) }
    }
}

/// What of each amount moved among the values: all of those against the net movement, and as much
/// of those with it, the largest first.
fn switch(amounts: &mut [Amount], mut tell: impl FnMut(&Amount, i128)) {
    let net: i128 = amounts.iter().map(|it| it.amount).sum();
    let with_net = |amount: i128| amount.signum() == net.signum();
    let mut moved: i128 = amounts.iter().map(|it| it.amount).filter(|it| !with_net(*it)).sum();
    amounts.sort_by_key(|it| (std::cmp::Reverse(it.amount.unsigned_abs()), it.first));
    for it in amounts {
        if !with_net(it.amount) {
            tell(it, it.amount);
            continue;
        }
        let part = it.amount.unsigned_abs().min(moved.unsigned_abs());
        let switched = part.cast_signed() * net.signum();
        moved += switched;
        tell(it, switched);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    /// A line that comes or goes, or changes by an amount.
    fn change(line: usize, amount: i128, items: i64) -> LineChange {
        let level = |items, mrr| Level { items, native: mrr, converted: mrr };
        LineChange { line, from: level(1, 1000), to: level(1 + items, 1000 + amount) }
    }

    fn shares(dimension: &mut Dimension, changes: &[LineChange]) -> Vec<Share> {
        let mut shares = vec![Share::default(); changes.len()];
        dimension.share(changes, |place, share| shares[place] = share);
        shares
    }

    fn switched(amounts: &[i128]) -> Vec<i128> {
        let changes: Vec<_> = amounts.iter().enumerate().map(|(n, it)| change(n, *it, 0)).collect();
        shares(&mut Dimension::new(0..amounts.len()), &changes)
            .iter()
            .map(|it| it.switched)
            .collect()
    }

    #[test]
    fn what_one_loses_and_another_gains_is_switched() {
        assert_eq!(switched(&[-200, 500]), [-200, 200]);
        assert_eq!(switched(&[-100, 80, 50]), [-100, 80, 20]);
        assert_eq!(switched(&[-100, 60, 30]), [-90, 60, 30]);
        assert_eq!(switched(&[-100, 100]), [-100, 100]);
        assert_eq!(switched(&[70]), [0]);
        assert_eq!(switched(&[-70, -30]), [0, 0]);
    }

    #[test]
    fn switches_sum_to_zero_and_never_pass_the_amount() {
        let mut random = Random(3);
        for _ in 0..1000 {
            let amounts: Vec<i128> =
                (0..1 + random.below(6)).map(|_| i128::from(random.below(9)) - 4).collect();
            let switched = switched(&amounts);
            assert_eq!(switched.iter().sum::<i128>(), 0, "{amounts:?}");
            for (amount, switched) in amounts.iter().zip(&switched) {
                assert!(switched * (amount - switched) >= 0, "{amounts:?}");
            }
        }
    }

    #[test]
    fn lines_of_one_value_are_told_once() {
        let mut plans = Dimension::new(["a", "b", "a"].iter());
        let mut shares = |changes: &[LineChange]| shares(&mut plans, changes);
        let both = shares(&[change(0, 10, 1), change(2, 5, 1)]);
        assert_eq!(both, [Share { customers: 1, ..Share::default() }, Share::default()]);
        // A customer who changes an item of a plan for another of it stays; who leaves, leaves.
        let moved = shares(&[change(0, -10, -1), change(1, 30, 1)]);
        assert_eq!((moved[0].switched, moved[0].customers), (-10, 0));
        assert_eq!((moved[1].switched, moved[1].customers), (10, 1));
        assert_eq!(shares(&[change(2, -5, -1)])[0].customers, -1);
    }

    #[test]
    fn a_switch_takes_of_a_native_amount_in_proportion() {
        let line = |line, converted, native| LineChange {
            line,
            from: Level::default(),
            to: Level { items: 1, native, converted },
        };
        let natives = |changes: &[LineChange]| -> Vec<i128> {
            let mut currencies = Dimension::new(0..changes.len());
            let mut switched = vec![0; changes.len()];
            currencies.switch_natives(changes, |place, it| switched[place] = it);
            switched
        };
        // 30 of 90 moved, so a third of 600 did; what was left for it did whole.
        assert_eq!(natives(&[line(0, 90, 600), line(1, -30, -30)]), [200, -30]);
        // Fewer of a currency that became dearer: all of it is a switch.
        assert_eq!(natives(&[line(0, 90, 90), line(1, 10, -50)]), [0, -50]);
    }
}
