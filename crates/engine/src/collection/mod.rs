//! Rows of many customers, collected one by one and read customer by customer.
//!
//! ```text
//! rows ──▶ sort ──▶ runs ──▶ merge ──▶ one customer's facts after another's
//! ```

/// Amounts in few bytes.
pub(crate) mod amount;
/// One customer's facts.
mod customer;
/// What rows say.
pub mod fact;
/// How rows name customers.
pub mod key;
/// Facts brought together in customer order.
mod merge;
/// Memory.
pub(crate) mod room;
/// Collected rows, read in customer order.
mod rows;
/// Sorted facts as bytes, for processes to exchange.
pub mod run;
/// The facts of customers who are named alike.
mod set;
/// A radix sort that can be interrupted.
pub(crate) mod sort;

use allocator_api2::alloc::{Allocator, Global};

pub(crate) use customer::CustomerFacts;
use fact::Fact;
use key::{Customer, Id, Named};
use set::{Set, Summary};

use self::amount::Amount;
use crate::decimal::Decimal;
use crate::{Error, Result};

/// The facts of many customers, collected row by row.
pub enum Collection<F, A: Allocator = Global> {
    Ids(Set<Id, F, A>),
    Names(Set<Named, F, A>),
}

/// Does the same with a set of either kind.
macro_rules! with_set {
    ($collection:expr, $set:ident => $body:expr) => {
        match $collection {
            $crate::collection::Collection::Ids($set) => $body,
            $crate::collection::Collection::Names($set) => $body,
        }
    };
}
pub(crate) use with_set;

impl<F: Fact, A: Allocator + Clone> Collection<F, A> {
    /// An empty collection for customers named as this one.
    pub fn new_in(customer: Customer, allocator: A) -> Self {
        match customer {
            Customer::Id(_) => Collection::Ids(Set::new_in(allocator)),
            Customer::Name(_) => Collection::Names(Set::new_in(allocator)),
        }
    }

    /// An empty collection for customers named as in this one.
    pub fn empty_in<B: Allocator + Clone>(&self, allocator: B) -> Collection<F, B> {
        match self {
            Collection::Ids(_) => Collection::Ids(Set::new_in(allocator)),
            Collection::Names(_) => Collection::Names(Set::new_in(allocator)),
        }
    }

    /// Keeps a fact without an amount.
    #[inline]
    pub(crate) fn add(&mut self, customer: Customer, fact: F) -> Result<()> {
        match (self, customer) {
            (Collection::Ids(set), Customer::Id(id)) => set.add(id.into(), fact),
            (Collection::Names(set), Customer::Name(name)) => {
                let key = set.key(name)?;
                set.add(key, fact)
            }
            _ => Err(Error::MixedCustomers),
        }
    }

    /// Keeps a fact with an amount.
    #[inline]
    pub(crate) fn add_amount(
        &mut self,
        customer: Customer,
        amount: Decimal,
        fact: impl FnOnce(Amount) -> F,
    ) -> Result<()> {
        let amount = with_set!(self, set => set.amount(amount))?;
        self.add(customer, fact(amount))
    }

    /// The decimals of all amounts.
    pub fn scale(&self) -> u8 {
        self.summary().scale
    }

    pub(crate) fn summary(&self) -> Summary {
        with_set!(self, set => set.summary)
    }

    /// Whether whatever is summed of the amounts fits in a machine word: no sum passes the total
    /// of all amounts, if each comes in it at most once and goes at most once.
    pub(crate) fn sums_fit_a_word(&self) -> bool {
        self.summary().total < 1 << 61
    }
}
