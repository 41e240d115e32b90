use allocator_api2::alloc::Allocator;

use crate::calendar::{Day, Horizon, Periods};
use crate::decimal::{add, within_limit};
use crate::spans::Spans;
use crate::timeline::{Change, Timeline};
use crate::{Checkpoint, Result};

/// How MRR and its customers moved in one period. Amounts are mantissas at the scale of the
/// spans; losses are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MrrPeriod {
    pub start: Day,
    pub end: Day,
    pub complete: bool,
    pub opening_mrr: i128,
    pub new_mrr: i128,
    pub reactivation_mrr: i128,
    pub expansion_mrr: i128,
    pub contraction_mrr: i128,
    pub churn_mrr: i128,
    pub closing_mrr: i128,
    pub retained_mrr: i128,
    pub surviving_mrr: i128,
    pub opening_customers: i64,
    pub new_customers: i64,
    pub reactivated_customers: i64,
    pub expanded_customers: i64,
    pub contracted_customers: i64,
    pub churned_customers: i64,
    pub lost_customers: i64,
    pub closing_customers: i64,
}

/// The movements of all customers, by period, from the first movement to the horizon.
pub fn mrr_movements<A: Allocator + Clone>(
    spans: &mut Spans<A>,
    horizon: Horizon,
    checkpoint: Checkpoint,
) -> Result<Vec<MrrPeriod>> {
    // The first start is a movement: there is nothing yet to net it with.
    let periods = Periods::new(spans.first_start(), horizon)?;
    let mut tallies = vec![Tally::default(); periods.len()];
    if !periods.is_empty() {
        let mut timeline = Timeline::default();
        spans.for_each_customer(checkpoint, |customer| {
            let mut contribution = Contribution::new(&periods, &mut tallies);
            timeline
                .for_each_change(customer, periods.end(), checkpoint, |it| contribution.add(it))?;
            contribution.finish()
        })?;
    }
    roll_forward(&periods, &tallies)
}

/// What happened in one period.
#[derive(Clone, Default)]
struct Tally {
    new: Movement,
    reactivation: Movement,
    expansion: Movement,
    contraction: Movement,
    churn: Movement,
    /// Opening − retained MRR.
    unretained: i128,
    /// Surviving − opening MRR.
    survivors_gain: i128,
    lost_customers: i64,
}

#[derive(Clone, Copy, Default)]
struct Movement {
    amount: i128,
    count: i64,
}

impl Movement {
    fn add(&mut self, amount: i128) -> Result<()> {
        self.amount = add(self.amount, amount)?;
        self.count += 1;
        Ok(())
    }
}

/// One customer's part in the tallies.
struct Contribution<'a> {
    periods: &'a Periods,
    tallies: &'a mut [Tally],
    known: bool,
    /// The period of the latest change, with the customer's MRR when it opened and since then.
    current: Option<(usize, i128, i128)>,
}

impl<'a> Contribution<'a> {
    fn new(periods: &'a Periods, tallies: &'a mut [Tally]) -> Self {
        Contribution { periods, tallies, known: false, current: None }
    }

    fn add(&mut self, change: Change) -> Result<()> {
        let Change { day, before, after } = change;
        let period = self.periods.find(day);
        match &mut self.current {
            Some((current, _, mrr)) if *current == period => *mrr = after,
            _ => {
                self.finish()?;
                self.current = Some((period, before, after));
            }
        }
        // The boundary to 0 comes first: a return is no expansion, a loss no contraction.
        let tally = &mut self.tallies[period];
        let movement = match (before, after) {
            (0, _) if self.known => &mut tally.reactivation,
            (0, _) => &mut tally.new,
            (_, 0) => &mut tally.churn,
            (before, after) if after > before => &mut tally.expansion,
            _ => &mut tally.contraction,
        };
        self.known = true;
        movement.add(after - before)
    }

    /// Settles the period of the latest change: what became of the MRR it opened with.
    fn finish(&mut self) -> Result<()> {
        let Some((period, opening, closing)) = self.current.take() else { return Ok(()) };
        if opening > 0 {
            let tally = &mut self.tallies[period];
            tally.unretained = add(tally.unretained, opening - opening.min(closing))?;
            tally.survivors_gain = add(tally.survivors_gain, closing - opening)?;
            tally.lost_customers += i64::from(closing == 0);
        }
        Ok(())
    }
}

/// Customers without a change keep what they had: the closing of one period opens the next.
fn roll_forward(periods: &Periods, tallies: &[Tally]) -> Result<Vec<MrrPeriod>> {
    let mut opening_mrr = 0;
    let mut opening_customers = 0;
    tallies
        .iter()
        .enumerate()
        .map(|(number, tally)| {
            let Tally { new, reactivation, expansion, contraction, churn, .. } = *tally;
            let gains = add(add(new.amount, reactivation.amount)?, expansion.amount)?;
            let losses = add(contraction.amount, churn.amount)?;
            let period = MrrPeriod {
                start: periods.start_of(number),
                end: periods.end_of(number),
                complete: periods.is_complete(number),
                opening_mrr,
                new_mrr: within_limit(new.amount)?,
                reactivation_mrr: within_limit(reactivation.amount)?,
                expansion_mrr: within_limit(expansion.amount)?,
                contraction_mrr: within_limit(contraction.amount)?,
                churn_mrr: within_limit(churn.amount)?,
                closing_mrr: within_limit(add(opening_mrr, add(gains, losses)?)?)?,
                retained_mrr: opening_mrr - tally.unretained,
                surviving_mrr: within_limit(add(opening_mrr, tally.survivors_gain)?)?,
                opening_customers,
                new_customers: new.count,
                reactivated_customers: reactivation.count,
                expanded_customers: expansion.count,
                contracted_customers: contraction.count,
                churned_customers: churn.count,
                lost_customers: tally.lost_customers,
                closing_customers: opening_customers + new.count + reactivation.count - churn.count,
            };
            opening_mrr = period.closing_mrr;
            opening_customers = period.closing_customers;
            Ok(period)
        })
        .collect()
}
