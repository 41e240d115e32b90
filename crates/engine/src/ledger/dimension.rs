//! How a customer's movement is shared out among the values of a dimension, such as his plans.

/// The values that lines have in a dimension, and how many items a customer has in each.
pub struct Dimension {
    value_of_line: Vec<usize>,
    items: Vec<i64>,
}

/// The share of a value in a movement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
        Dimension { value_of_line, items: vec![0; known.len()] }
    }

    /// What the lines of each value change by together, told to the first; 0 to the others.
    pub fn nets(&self, changes: impl Iterator<Item = (usize, i128)>) -> Vec<i128> {
        let mut first = vec![None; self.items.len()];
        let mut nets = vec![];
        for (place, (line, amount)) in changes.enumerate() {
            nets.push(0);
            nets[*first[self.value_of_line[line]].get_or_insert(place)] += amount;
        }
        nets
    }

    /// The shares of the values of the lines that change, each told to the first of its lines; the
    /// others have none. A line changes by an amount and by a number of items.
    pub fn shares(&mut self, changes: &[(usize, i128, i64)]) -> Vec<Share> {
        let mut shares = vec![Share::default(); changes.len()];
        // By value: its amount, and the first of its changes.
        let mut amounts: Vec<(usize, i128, usize)> = Vec::with_capacity(changes.len());
        for (place, (line, amount, items)) in changes.iter().enumerate() {
            let value = self.value_of_line[*line];
            let first = match amounts.iter_mut().find(|it| it.0 == value) {
                Some(known) => {
                    known.1 += amount;
                    known.2
                }
                None => {
                    amounts.push((value, *amount, place));
                    place
                }
            };
            let had = self.items[value] > 0;
            self.items[value] += items;
            shares[first].customers += i8::from(self.items[value] > 0) - i8::from(had);
        }
        switch(&mut amounts, |first, switched| shares[first].switched = switched);
        shares
    }
}

/// What of each amount moved among the values: all of those against the net movement, and as much
/// of those with it, the largest first.
fn switch(amounts: &mut [(usize, i128, usize)], mut tell: impl FnMut(usize, i128)) {
    let net: i128 = amounts.iter().map(|it| it.1).sum();
    let with_net = |amount: i128| amount.signum() == net.signum();
    let mut moved: i128 = amounts.iter().map(|it| it.1).filter(|it| !with_net(*it)).sum();
    amounts.sort_by_key(|it| (std::cmp::Reverse(it.1.unsigned_abs()), it.2));
    for (_, amount, first) in amounts {
        if !with_net(*amount) {
            tell(*first, *amount);
            continue;
        }
        let switched = amount.unsigned_abs().min(moved.unsigned_abs()).cast_signed() * net.signum();
        moved += switched;
        tell(*first, switched);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    fn switched(amounts: &[i128]) -> Vec<i128> {
        let mut dimension = Dimension::new(0..amounts.len());
        let changes: Vec<_> = amounts.iter().enumerate().map(|(n, it)| (n, *it, 0)).collect();
        dimension.shares(&changes).iter().map(|it| it.switched).collect()
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
        let shares = plans.shares(&[(0, 10, 1), (2, 5, 1)]);
        assert_eq!(shares[0], Share { switched: 0, customers: 1 });
        assert_eq!(shares[1], Share::default());
        // A customer who changes an item of a plan for another of it stays; who leaves, leaves.
        let shares = plans.shares(&[(0, -10, -1), (1, 30, 1)]);
        assert_eq!(shares[0], Share { switched: -10, customers: 0 });
        assert_eq!(shares[1], Share { switched: 10, customers: 1 });
        assert_eq!(plans.shares(&[(2, -5, -1)])[0].customers, -1);
    }
}
