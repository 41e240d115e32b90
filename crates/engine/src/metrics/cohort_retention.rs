use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::timeline::{Change, Timeline};
use super::triangle::Triangle;
use crate::calendar::{Day, Horizon, Periods};
use crate::collection::room::defaults;
use crate::decimal::{Sum, add, within_limit};
use crate::facts::span::Spans;
use crate::{Checkpoint, Result};

/// What is left of a cohort at the end of a period. Amounts are mantissas at the scale of the spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionCell {
    pub cohort_start: Day,
    /// Periods since that of the cohort.
    pub age: usize,
    pub period_start: Day,
    pub complete: bool,
    pub customers: i64,
    pub retained: i64,
    /// At the end of age 0.
    pub cohort_mrr: i128,
    pub retained_mrr: i128,
}

/// Every cohort at every age, from the first to the horizon.
pub fn cohort_retention<A: Allocator + Clone>(
    spans: &mut Spans<A>,
    horizon: Horizon,
    checkpoint: Checkpoint,
    emit: impl FnMut(RetentionCell),
) -> Result<()> {
    // A first start is a first MRR above 0.
    let periods = Periods::new(spans.first_start(), horizon)?;
    if spans.sums_fit_a_word() {
        Cohorts::<i64>::of(spans, &periods, checkpoint)?.emit(&periods, emit)
    } else {
        Cohorts::<i128>::of(spans, &periods, checkpoint)?.emit(&periods, emit)
    }
}

struct Cohorts<S> {
    sizes: Vec<i64>,
    gains: Triangle<Gain<S>>,
}

/// What a cohort has at the end of a period more than at the end of the period before.
#[derive(Clone, Copy, Default)]
struct Gain<S> {
    customers: i64,
    mrr: S,
}

impl<S: Sum> Cohorts<S> {
    fn of<A: Allocator + Clone>(
        spans: &mut Spans<A>,
        periods: &Periods,
        checkpoint: Checkpoint,
    ) -> Result<Self> {
        let mut cohorts =
            Cohorts { sizes: defaults(periods.len())?, gains: Triangle::new(periods)? };
        if periods.is_empty() {
            return Ok(cohorts);
        }
        let mut timeline = Timeline::default();
        spans.for_each_customer(checkpoint, |customer| {
            let mut member = Member::new(periods, &mut cohorts);
            timeline.for_each_change(customer, periods.end(), checkpoint, |it| member.add(it))?;
            member.settle()
        })?;
        Ok(cohorts)
    }

    fn emit(&self, periods: &Periods, mut emit: impl FnMut(RetentionCell)) -> Result<()> {
        for (cohort, &customers) in self.sizes.iter().enumerate() {
            let (mut retained, mut retained_mrr, mut cohort_mrr) = (0, 0, 0);
            for (age, gain) in self.gains.row(cohort).iter().enumerate() {
                retained += gain.customers;
                retained_mrr = within_limit(add(retained_mrr, gain.mrr.mantissa())?)?;
                if age == 0 {
                    cohort_mrr = retained_mrr;
                }
                emit(RetentionCell {
                    cohort_start: periods.start_of(cohort),
                    age,
                    period_start: periods.start_of(cohort + age),
                    complete: periods.is_complete(cohort + age),
                    customers,
                    retained,
                    cohort_mrr,
                    retained_mrr,
                });
            }
        }
        Ok(())
    }
}

/// One customer on the way through its cohort's row.
struct Member<'a, S> {
    periods: &'a Periods,
    cohorts: &'a mut Cohorts<S>,
    cohort: Option<usize>,
    /// The period of the latest change, with the customer's MRR when it opened and since then.
    period: usize,
    opening: S,
    closing: S,
}

impl<'a, S: Sum> Member<'a, S> {
    fn new(periods: &'a Periods, cohorts: &'a mut Cohorts<S>) -> Self {
        let zero = S::default();
        Member { periods, cohorts, cohort: None, period: 0, opening: zero, closing: zero }
    }

    #[inline]
    fn add(&mut self, change: Change<S>) -> Result<()> {
        let period = self.periods.find(change.day);
        if self.cohort.is_none() {
            self.cohort = Some(period);
            self.cohorts.sizes[period] += 1;
        }
        if period != self.period {
            self.settle()?;
            (self.period, self.opening) = (period, change.before);
        }
        self.closing = change.after;
        Ok(())
    }

    /// Books the period of the latest change.
    #[inline]
    fn settle(&mut self) -> Result<()> {
        let (Some(cohort), zero) = (self.cohort, S::default()) else { return Ok(()) };
        let (opening, closing) = (self.opening, self.closing);
        if opening != closing {
            let gain = self.cohorts.gains.cell(cohort, self.period);
            gain.customers += i64::from(closing > zero) - i64::from(opening > zero);
            gain.mrr = gain.mrr.plus(closing.minus(opening))?;
        }
        Ok(())
    }
}
