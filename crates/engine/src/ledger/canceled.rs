//! What a row with status `canceled` means: that its item is cancelled from its start on, as a
//! history says it, or the status of today beside the time in which the item was paid for.

use allocator_api2::alloc::Allocator;

use super::rows::{Row, Rows, Status};
use super::texts::Text;

/// How a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its status is that during the stretch.
    AsGiven,
    /// Its `canceled` is the status of today: it counts until its end.
    Today,
    /// Its item has no other row, and it has no end.
    Endless,
}

/// The readings of a customer's rows, each by its number.
pub struct Readings(Vec<Reading>);

impl Readings {
    pub fn of<A: Allocator + Clone>(rows: &Rows<A>) -> Self {
        if !rows.rows.iter().any(canceled) {
            return Readings(Vec::new());
        }
        let mut readings = vec![Reading::AsGiven; rows.rows.len()];
        let mut items: Vec<usize> = (0..rows.rows.len()).collect();
        items.sort_unstable_by_key(|it| item(rows, &rows.rows[*it]));
        for numbers in
            items.chunk_by(|a, b| item(rows, &rows.rows[*a]) == item(rows, &rows.rows[*b]))
        {
            read(rows, numbers, &mut readings, |it| rows.text(it.item_id).is_some());
        }
        // A row without item_id may be a stretch of any item of its subscription.
        items.sort_unstable_by_key(|it| rows.text(rows.rows[*it].subscription_id));
        let subscription = |it: &usize| rows.text(rows.rows[*it].subscription_id);
        for numbers in items.chunk_by(|a, b| subscription(a) == subscription(b)) {
            read(rows, numbers, &mut readings, |it| rows.text(it.item_id).is_none());
        }
        Readings(readings)
    }

    pub fn get(&self, number: usize) -> Reading {
        self.0.get(number).copied().unwrap_or(Reading::AsGiven)
    }
}

/// Whether rows that seem readable may turn out not to be.
pub fn need_all<A: Allocator + Clone>(rows: &Rows<A>) -> bool {
    rows.need_rates() || rows.rows.iter().any(canceled)
}

fn canceled(row: &Row) -> bool {
    row.status == Status::Canceled
}

fn item<'a, A: Allocator + Clone>(
    rows: &'a Rows<A>,
    row: &Row,
) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
    let text = |it: Text| rows.text(it);
    (text(row.item_id), text(row.subscription_id))
}

/// Reads those of the canceled rows that are asked for, each beside the others of the numbers.
fn read<A: Allocator + Clone>(
    rows: &Rows<A>,
    numbers: &[usize],
    readings: &mut [Reading],
    asked: impl Fn(&Row) -> bool,
) {
    let row = |number: &usize| &rows.rows[*number];
    let wanted = |number: &usize| canceled(row(number)) && asked(row(number));
    if !numbers.iter().any(wanted) {
        return;
    }
    let mut starts: Vec<i64> = numbers.iter().map(|it| row(it).start.instant).collect();
    let mut ends: Vec<i64> = numbers.iter().map(|it| row(it).end.instant).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    for number in numbers.iter().filter(|it| wanted(it)) {
        let (start, end) = (row(number).start, row(number).end);
        // A row without length ends at its own start.
        let own = usize::from(start.instant == end.instant);
        let beside = count(&ends, start.instant) > own || count(&starts, end.instant) > own;
        readings[*number] = if end.day.is_finite() {
            if beside { Reading::AsGiven } else { Reading::Today }
        } else if numbers.len() == 1 {
            Reading::Endless
        } else {
            Reading::AsGiven
        };
    }
}

/// How many of the sorted instants are that one.
fn count(instants: &[i64], instant: i64) -> usize {
    let below = |than: i64| instants.partition_point(|it| *it < than);
    instants.partition_point(|it| *it <= instant) - below(instant)
}
