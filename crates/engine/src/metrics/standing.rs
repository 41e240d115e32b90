use allocator_api2::alloc::Allocator;

use crate::calendar::Day;
use crate::collection::key::Customer;
use crate::decimal::{Decimal, add, within_limit};
use crate::facts::span::{Span, Spans, counts};
use crate::{Checkpoint, Result};

/// The days at whose ends customers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The day before a period; the same as `closing` where there is none.
    pub opening: Day,
    pub closing: Day,
}

impl Days {
    /// Whether a span from `start` to `end` counts on either day.
    #[inline]
    pub fn concern(self, start: Day, end: Day) -> bool {
        let holds = |day| start <= day && day < end;
        holds(self.opening) || holds(self.closing)
    }
}

/// MRR and its customers at opening and at closing. Amounts are mantissas at the scale of the
/// spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub opening_mrr: i128,
    pub closing_mrr: i128,
    /// The sum of the smaller of a customer's opening and closing MRR.
    pub retained_mrr: i128,
    /// The closing MRR of the customers at opening.
    pub surviving_mrr: i128,
    pub opening_customers: i64,
    pub closing_customers: i64,
    pub lost_customers: i64,
}

impl<A: Allocator + Clone> Spans<A> {
    /// Checks a row and keeps it if it counts on one of the days.
    #[inline]
    pub fn add_span_on(
        &mut self,
        days: Days,
        customer: Customer,
        (start, end): (Day, Day),
        mrr: Decimal,
    ) -> Result<()> {
        if !counts(start, end, mrr)? || !days.concern(start, end) {
            return Ok(());
        }
        self.add_amount(customer, mrr, |amount| Span { start, end, amount })
    }
}

/// The standing of all customers.
pub fn standing<A: Allocator + Clone>(
    spans: &mut Spans<A>,
    days: Days,
    checkpoint: Checkpoint,
) -> Result<Standing> {
    let mut all = Standing::default();
    spans.for_each_customer(checkpoint, |customer| {
        let mrr_at = |day| mrr_at(&customer.facts, &customer.wide, day);
        let (opening, closing) = (mrr_at(days.opening)?, mrr_at(days.closing)?);
        all.closing_mrr = within_limit(add(all.closing_mrr, closing)?)?;
        all.closing_customers += i64::from(closing > 0);
        if opening > 0 {
            all.opening_mrr = within_limit(add(all.opening_mrr, opening)?)?;
            all.retained_mrr += opening.min(closing);
            all.surviving_mrr += closing;
            all.opening_customers += 1;
            all.lost_customers += i64::from(closing == 0);
        }
        Ok(())
    })?;
    Ok(all)
}

fn mrr_at(spans: &[Span], wide: &[i128], day: Day) -> Result<i128> {
    let counts = spans.iter().filter(|it| it.start <= day && day < it.end);
    counts.map(|it| it.amount.get(wide)).try_fold(0, add)
}
