use allocator_api2::alloc::Allocator;

use crate::calendar::Day;
use crate::collection::Collection;
use crate::collection::amount::Amount;
use crate::collection::fact::Fact;
use crate::collection::key::Customer;
use crate::decimal::Decimal;
use crate::{Error, Result};

/// An amount that counts from `start` up to, but not on, `end`.
#[derive(Clone, Copy)]
pub struct Span {
    pub(crate) start: Day,
    pub(crate) end: Day,
    pub(crate) amount: Amount,
}

impl Fact for Span {
    type Bytes = [u8; 16];

    fn order(&self) -> u64 {
        self.start.order()
    }

    fn to_bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.start.0.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.end.0.to_le_bytes());
        bytes[8..].copy_from_slice(&self.amount.to_bytes());
        bytes
    }

    fn from_bytes([a, b, c, d, e, f, g, h, amount @ ..]: [u8; 16]) -> Self {
        Span {
            start: Day(i32::from_le_bytes([a, b, c, d])),
            end: Day(i32::from_le_bytes([e, f, g, h])),
            amount: Amount::from_bytes(amount),
        }
    }

    fn amount_mut(&mut self) -> Option<&mut Amount> {
        Some(&mut self.amount)
    }

    fn join(&mut self, next: &Self, wide: &[i128]) -> bool {
        let joined = self.end == next.start && self.amount.get(wide) == next.amount.get(wide);
        if joined {
            self.end = next.end;
        }
        joined
    }
}

/// The spans of many customers.
pub type Spans<A> = Collection<Span, A>;

impl<A: Allocator + Clone> Collection<Span, A> {
    /// Checks a row and, unless it is empty or its amount 0, keeps it.
    #[inline]
    pub fn add_span(
        &mut self,
        customer: Customer,
        starts_on: Day,
        ends_on: Day,
        mrr: Decimal,
    ) -> Result<()> {
        if !counts(starts_on, ends_on, mrr)? {
            return Ok(());
        }
        self.add_amount(customer, mrr, |amount| Span { start: starts_on, end: ends_on, amount })
    }

    /// The earliest day that has an amount; infinity when there is none.
    pub fn first_start(&self) -> Day {
        Day::from_order(self.summary().first)
    }
}

/// Checks a row, and whether it says anything: it has days and an amount.
#[inline]
pub fn counts(starts_on: Day, ends_on: Day, mrr: Decimal) -> Result<bool> {
    if starts_on == Day::NEG_INFINITY {
        return Err(Error::UnboundedStart);
    }
    if ends_on < starts_on {
        return Err(Error::EndBeforeStart { starts_on, ends_on });
    }
    if mrr.mantissa < 0 {
        return Err(Error::NegativeMrr);
    }
    Ok(mrr.mantissa != 0 && starts_on != ends_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use allocator_api2::alloc::Global;

    type Spans = Collection<Span>;

    const DAYS: (Day, Day) = (Day(0), Day(10));

    fn add(spans: &mut Spans, customer: Customer, days: (Day, Day), mrr: Decimal) -> Result<()> {
        spans.add_span(customer, days.0, days.1, mrr)
    }

    fn ids() -> Spans {
        Spans::new_in(Customer::Id(1), Global)
    }

    #[test]
    fn bad_rows_are_refused() {
        let (one, mrr) = (Customer::Id(1), Decimal::new(1, 0));
        let past = (Day::NEG_INFINITY, Day(1));
        assert_eq!(add(&mut ids(), one, past, mrr), Err(Error::UnboundedStart));
        let backwards = add(&mut ids(), one, (Day(2), Day(1)), mrr);
        assert_eq!(backwards, Err(Error::EndBeforeStart { starts_on: Day(2), ends_on: Day(1) }));
        let credit = Decimal::new(-1, 0);
        assert_eq!(add(&mut ids(), one, DAYS, credit), Err(Error::NegativeMrr));
        assert_eq!(add(&mut ids(), Customer::Name(b"1"), DAYS, mrr), Err(Error::MixedCustomers));
    }

    #[test]
    fn bad_rows_are_refused_even_if_they_would_count_for_nothing() {
        let nothing = Decimal::new(0, 0);
        assert!(add(&mut ids(), Customer::Id(1), (Day(2), Day(1)), nothing).is_err());
    }

    #[test]
    fn rows_without_days_or_amount_are_not_kept() {
        let mut spans = ids();
        add(&mut spans, Customer::Id(1), (Day(5), Day(5)), Decimal::new(1, 0)).expect("a good row");
        add(&mut spans, Customer::Id(1), DAYS, Decimal::new(0, 5)).expect("a good row");
        add(&mut spans, Customer::Id(1), (Day::INFINITY, Day::INFINITY), Decimal::new(1, 0))
            .expect("a good row");
        assert_eq!((spans.first_start(), spans.scale()), (Day::INFINITY, 0));
    }

    #[test]
    fn the_most_decimals_are_the_scale_of_all() {
        let mut spans = ids();
        let wide = 10_i128.pow(25);
        for mrr in [Decimal::new(7, 0), Decimal::new(wide, 1), Decimal::new(25, 2)] {
            add(&mut spans, Customer::Id(1), DAYS, mrr).expect("a good row");
        }
        let mut amounts = std::vec::Vec::new();
        let visited = spans.for_each_customer(&|| (), |customer| {
            amounts.extend(customer.facts.iter().map(|it| it.amount.get(&customer.wide)));
            Ok(())
        });
        assert_eq!(visited, Ok(()));
        amounts.sort_unstable();
        assert_eq!((spans.scale(), amounts), (2, vec![25, 700, wide * 10]));
    }

    #[test]
    fn an_amount_that_does_not_fit_the_common_scale_is_refused() {
        let mut spans = ids();
        add(&mut spans, Customer::Id(1), DAYS, Decimal::new(10_i128.pow(30), 0))
            .expect("a good row");
        let finer = add(&mut spans, Customer::Id(1), DAYS, Decimal::new(1, 7));
        assert_eq!(finer, Err(Error::AmountOutOfRange));
    }
}
