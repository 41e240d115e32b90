use allocator_api2::alloc::Allocator;

use crate::calendar::Day;
use crate::collection::Collection;
use crate::collection::fact::Fact;
use crate::collection::key::Customer;
use crate::{Error, Result};

/// A day on which something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Activity(pub(crate) Day);

impl Fact for Activity {
    type Bytes = [u8; 4];

    fn order(&self) -> u64 {
        self.0.order()
    }

    fn to_bytes(&self) -> [u8; 4] {
        self.0.0.to_le_bytes()
    }

    fn from_bytes(bytes: [u8; 4]) -> Self {
        Activity(Day(i32::from_le_bytes(bytes)))
    }

    fn join(&mut self, next: &Self, _: &[i128]) -> bool {
        self == next
    }
}

/// The active days of many customers.
pub type Activities<A> = Collection<Activity, A>;

impl<A: Allocator + Clone> Collection<Activity, A> {
    /// Keeps a day on which a customer was active.
    #[inline]
    pub fn add_activity(&mut self, customer: Customer, day: Day) -> Result<()> {
        if !day.is_finite() {
            return Err(Error::DayOutOfRange("active_on", day));
        }
        self.add(customer, Activity(day))
    }

    /// The first and the last active day, unless there is none.
    pub(crate) fn range(&self) -> Option<(Day, Day)> {
        let summary = self.summary();
        let (first, last) = (Day::from_order(summary.first), Day::from_order(summary.last));
        (first <= last).then_some((first, last))
    }
}
