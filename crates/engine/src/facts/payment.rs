use allocator_api2::alloc::Allocator;

use crate::calendar::Day;
use crate::collection::Collection;
use crate::collection::amount::Amount;
use crate::collection::fact::Fact;
use crate::collection::key::Customer;
use crate::decimal::Decimal;
use crate::{Error, Result};

/// An amount paid or, when negative, paid back on a day.
#[derive(Clone, Copy)]
pub struct Payment {
    pub(crate) day: Day,
    pub(crate) amount: Amount,
}

impl Fact for Payment {
    type Bytes = [u8; 12];

    fn order(&self) -> u64 {
        self.day.order()
    }

    fn to_bytes(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.day.0.to_le_bytes());
        bytes[4..].copy_from_slice(&self.amount.to_bytes());
        bytes
    }

    fn from_bytes([a, b, c, d, amount @ ..]: [u8; 12]) -> Self {
        Payment { day: Day(i32::from_le_bytes([a, b, c, d])), amount: Amount::from_bytes(amount) }
    }

    fn amount_mut(&mut self) -> Option<&mut Amount> {
        Some(&mut self.amount)
    }
}

/// The payments of many customers.
pub type Payments<A> = Collection<Payment, A>;

impl<A: Allocator + Clone> Collection<Payment, A> {
    /// Keeps a payment or refund, unless its amount is 0.
    #[inline]
    pub fn add_payment(&mut self, customer: Customer, day: Day, amount: Decimal) -> Result<()> {
        if !day.is_finite() {
            return Err(Error::DayOutOfRange("paid_on", day));
        }
        if amount.mantissa == 0 {
            return Ok(());
        }
        self.add_amount(customer, amount, |amount| Payment { day, amount })
    }

    /// The day of the first payment or refund; infinity when there is none.
    pub(crate) fn first_day(&self) -> Day {
        Day::from_order(self.summary().first)
    }
}
