use allocator_api2::vec::Vec;

use super::amount::Amount;
use super::fact::Fact;
use super::room::push;
use crate::Result;

/// Everything that is known of one customer.
pub(crate) struct CustomerFacts<'a, F> {
    pub rank: u64,
    pub name: &'a [u8],
    /// In their order.
    pub facts: Vec<F>,
    pub wide: Vec<i128>,
}

impl<'a, F: Fact> CustomerFacts<'a, F> {
    pub(super) fn new() -> Self {
        CustomerFacts { rank: 0, name: b"", facts: Vec::new(), wide: Vec::new() }
    }

    /// Forgets the customer before.
    pub(super) fn begin(&mut self, rank: u64, name: &'a [u8]) {
        (self.rank, self.name) = (rank, name);
        self.facts.clear();
        self.wide.clear();
    }

    /// Adds a fact whose wide amount, if it has one, stands elsewhere.
    #[inline]
    pub(super) fn push(&mut self, mut fact: F, wide: impl FnOnce(Amount) -> i128) -> Result<()> {
        if let Some(amount) = fact.amount_mut().filter(|it| it.narrow().is_none()) {
            *amount = Amount::put(wide(*amount), &mut self.wide)?;
        }
        push(&mut self.facts, fact)
    }

    /// Leaves out what says nothing more.
    pub(super) fn join(&mut self) {
        let wide = &self.wide;
        self.facts.dedup_by(|next, kept| kept.join(next, wide));
    }
}
