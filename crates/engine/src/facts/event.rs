use allocator_api2::alloc::Allocator;

use crate::Result;
use crate::collection::Collection;
use crate::collection::fact::Fact;
use crate::collection::key::Customer;

/// A step of a funnel taken at an instant, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub(crate) at: i64,
    pub(crate) step: u8,
}

impl Fact for Event {
    type Bytes = [u8; 9];

    fn order(&self) -> u64 {
        self.at.cast_unsigned() ^ (1 << 63)
    }

    fn to_bytes(&self) -> [u8; 9] {
        let mut bytes = [self.step; 9];
        bytes[..8].copy_from_slice(&self.at.to_le_bytes());
        bytes
    }

    fn from_bytes([a, b, c, d, e, f, g, h, step]: [u8; 9]) -> Self {
        Event { at: i64::from_le_bytes([a, b, c, d, e, f, g, h]), step }
    }

    fn join(&mut self, next: &Self, _: &[i128]) -> bool {
        self == next
    }
}

/// The events of many customers.
pub type Events<A> = Collection<Event, A>;

impl<A: Allocator + Clone> Collection<Event, A> {
    /// Keeps a step, by its number, that a customer took.
    #[inline]
    pub fn add_event(&mut self, customer: Customer, step: u8, at: i64) -> Result<()> {
        self.add(customer, Event { at, step })
    }
}
