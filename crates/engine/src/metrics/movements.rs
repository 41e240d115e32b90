use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::kind::Kind;
use super::timeline::{Change, Timeline};
use crate::calendar::{Day, Horizon, Periods};
use crate::collection::room::{defaults, with_room};
use crate::decimal::{Sum, add, within_limit};
use crate::facts::span::Spans;
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
    if spans.sums_fit_a_word() {
        roll_forward(&periods, &tally::<i64, A>(spans, &periods, checkpoint)?)
    } else {
        roll_forward(&periods, &tally::<i128, A>(spans, &periods, checkpoint)?)
    }
}

fn tally<S: Sum, A: Allocator + Clone>(
    spans: &mut Spans<A>,
    periods: &Periods,
    checkpoint: Checkpoint,
) -> Result<Vec<Tally<S>>> {
    let mut tallies = defaults(periods.len())?;
    if periods.is_empty() {
        return Ok(tallies);
    }
    let mut timeline = Timeline::default();
    spans.for_each_customer(checkpoint, |customer| {
        let mut contribution = Contribution::new(periods, &mut tallies);
        timeline.for_each_change(customer, periods.end(), checkpoint, |it| contribution.add(it))?;
        contribution.settle()
    })?;
    Ok(tallies)
}

/// What happened in one period.
#[derive(Clone, Default)]
struct Tally<S> {
    /// By [`Kind`].
    movements: [Movement<S>; 5],
    /// Opening − retained MRR.
    unretained: S,
    /// Surviving − opening MRR.
    survivors_gain: S,
    lost_customers: i64,
}

#[derive(Clone, Copy, Default)]
struct Movement<S> {
    amount: S,
    count: i64,
}

/// One customer's part in the tallies.
struct Contribution<'a, S> {
    periods: &'a Periods,
    tallies: &'a mut [Tally<S>],
    known: bool,
    /// The period of the latest change, with the customer's MRR when it opened and since then.
    period: usize,
    opening: S,
    closing: S,
}

impl<'a, S: Sum> Contribution<'a, S> {
    fn new(periods: &'a Periods, tallies: &'a mut [Tally<S>]) -> Self {
        let zero = S::default();
        Contribution { periods, tallies, known: false, period: 0, opening: zero, closing: zero }
    }

    #[inline]
    fn add(&mut self, change: Change<S>) -> Result<()> {
        let period = self.periods.find(change.day);
        if period != self.period {
            self.settle()?;
            (self.period, self.opening) = (period, change.before);
        }
        self.closing = change.after;
        let movement = &mut self.tallies[period].movements[Kind::of(&change, self.known) as usize];
        movement.amount = movement.amount.plus(change.after.minus(change.before))?;
        movement.count += 1;
        self.known = true;
        Ok(())
    }

    /// Settles the period of the latest change: what became of the MRR it opened with.
    #[inline]
    fn settle(&mut self) -> Result<()> {
        let (opening, closing) = (self.opening, self.closing);
        if opening > S::default() {
            let tally = &mut self.tallies[self.period];
            tally.unretained = tally.unretained.plus(opening.minus(opening.min(closing)))?;
            tally.survivors_gain = tally.survivors_gain.plus(closing.minus(opening))?;
            tally.lost_customers += i64::from(closing == S::default());
        }
        Ok(())
    }
}

/// Customers without a change keep what they had: the closing of one period opens the next.
fn roll_forward<S: Sum>(periods: &Periods, tallies: &[Tally<S>]) -> Result<Vec<MrrPeriod>> {
    let mut result = with_room(tallies.len())?;
    let mut opening_mrr = 0;
    let mut opening_customers = 0;
    for (number, tally) in tallies.iter().enumerate() {
        let [new, reactivation, expansion, contraction, churn] =
            tally.movements.map(|it| Movement { amount: it.amount.mantissa(), count: it.count });
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
            retained_mrr: opening_mrr - tally.unretained.mantissa(),
            surviving_mrr: within_limit(add(opening_mrr, tally.survivors_gain.mantissa())?)?,
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
        result.push(period);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Grain;
    use crate::collection::key::Customer;
    use crate::decimal::Decimal;
    use crate::testing::Random;
    use allocator_api2::alloc::Global;
    use std::collections::BTreeMap;

    /// Customer, start, end, amount.
    type Row = (i64, i32, i32, i128);

    fn random_rows(random: &mut Random) -> std::vec::Vec<Row> {
        let amounts = [0, 1, 1, 2, 5, 10_i128.pow(20)];
        (0..random.below(60))
            .map(|_| {
                let start = random.below(120) as i32 - 60;
                let end = match random.below(4) {
                    0 => i32::MAX,
                    _ => start + random.below(40) as i32,
                };
                let amount = amounts[random.below(amounts.len() as u64) as usize];
                (random.below(6) as i64 - 3, start, end, amount)
            })
            .collect()
    }

    fn horizon(grain: Grain) -> Horizon {
        Horizon::until(grain, Day(100)).expect("a horizon")
    }

    fn spans_of(rows: &[Row], named: bool) -> Spans<Global> {
        let example = if named { Customer::Name(b"") } else { Customer::Id(0) };
        let mut spans = Spans::new_in(example, Global);
        for (id, start, end, amount) in rows {
            let name = id.to_string();
            let customer = if named { Customer::Name(name.as_bytes()) } else { Customer::Id(*id) };
            spans
                .add_span(customer, Day(*start), Day(*end), Decimal::new(*amount, 0))
                .expect("a good row");
        }
        spans
    }

    fn movements(spans: &mut Spans<Global>, grain: Grain) -> std::vec::Vec<MrrPeriod> {
        mrr_movements(spans, horizon(grain), &|| ()).expect("movements").to_vec()
    }

    /// The definitions, day by day and customer by customer.
    fn by_brute_force(rows: &[Row], grain: Grain) -> std::vec::Vec<MrrPeriod> {
        let mut by_customer: BTreeMap<i64, std::vec::Vec<Row>> = BTreeMap::new();
        rows.iter().for_each(|row| by_customer.entry(row.0).or_default().push(*row));
        let mrr = |rows: &[Row], day: i32| -> i128 {
            rows.iter().filter(|row| row.1 <= day && day < row.2).map(|row| row.3).sum()
        };
        let counted = rows.iter().filter(|row| row.3 > 0 && row.1 < row.2);
        let Some(first) = counted.map(|row| row.1).min() else { return vec![] };
        let periods = Periods::new(Day(first), horizon(grain)).expect("periods");
        (0..periods.len())
            .map(|number| {
                let (start, end) = (periods.start_of(number), periods.end_of(number));
                let mut sums = [(0_i128, 0_i64); 5];
                let mut totals = [(0_i128, 0_i64); 4];
                for rows in by_customer.values() {
                    let mut seen = (first - 1..start.0).any(|day| mrr(rows, day) > 0);
                    for day in start.0..end.0 {
                        let (before, after) = (mrr(rows, day - 1), mrr(rows, day));
                        let kind = match (before > 0, after > 0) {
                            (false, true) if !seen => 0,
                            (false, true) => 1,
                            (true, false) => 4,
                            _ if after > before => 2,
                            _ => 3,
                        };
                        if before != after {
                            sums[kind] = (sums[kind].0 + after - before, sums[kind].1 + 1);
                        }
                        seen |= after > 0;
                    }
                    let (opening, closing) = (mrr(rows, start.0 - 1), mrr(rows, end.0 - 1));
                    let active = i64::from(opening > 0);
                    let add = |total: &mut (i128, i64), amount, count| {
                        *total = (total.0 + amount, total.1 + count);
                    };
                    add(&mut totals[0], opening, active);
                    add(&mut totals[1], closing, i64::from(closing > 0));
                    add(&mut totals[2], opening.min(closing), 0);
                    let surviving = if active == 1 { closing } else { 0 };
                    add(&mut totals[3], surviving, active * i64::from(closing == 0));
                }
                MrrPeriod {
                    start,
                    end,
                    complete: end.0 <= 100,
                    opening_mrr: totals[0].0,
                    new_mrr: sums[0].0,
                    reactivation_mrr: sums[1].0,
                    expansion_mrr: sums[2].0,
                    contraction_mrr: sums[3].0,
                    churn_mrr: sums[4].0,
                    closing_mrr: totals[1].0,
                    retained_mrr: totals[2].0,
                    surviving_mrr: totals[3].0,
                    opening_customers: totals[0].1,
                    new_customers: sums[0].1,
                    reactivated_customers: sums[1].1,
                    expanded_customers: sums[2].1,
                    contracted_customers: sums[3].1,
                    churned_customers: sums[4].1,
                    lost_customers: totals[3].1,
                    closing_customers: totals[1].1,
                }
            })
            .collect()
    }

    #[test]
    fn movements_are_what_the_definitions_say() {
        let mut random = Random(5);
        for round in 0..300 {
            let rows = random_rows(&mut random);
            for grain in Grain::ALL {
                let found = movements(&mut spans_of(&rows, round % 2 == 0), grain);
                assert_eq!(found, by_brute_force(&rows, grain), "{rows:?} by {grain:?}");
            }
        }
    }

    #[test]
    fn rows_spread_over_processes_give_the_same() {
        let mut random = Random(6);
        for round in 0..300 {
            let rows = random_rows(&mut random);
            let named = round % 2 == 0;
            let mut whole = spans_of(&[], named);
            for part in rows.chunks(1 + random.below(20) as usize) {
                whole.absorb(&mut spans_of(part, named), &|| ()).expect("room");
            }
            let expected = movements(&mut spans_of(&rows, named), Grain::Month);
            assert_eq!(movements(&mut whole, Grain::Month), expected, "{rows:?}");
        }
    }

    #[test]
    fn rows_can_be_added_after_a_result() {
        let rows = [(1, 0, 50, 5), (2, -20, i32::MAX, 7), (1, 10, 20, 1), (3, -40, -30, 2)];
        let mut growing = spans_of(&[], false);
        for count in 1..=rows.len() {
            let (id, start, end, amount) = rows[count - 1];
            let mrr = Decimal::new(amount, 0);
            growing.add_span(Customer::Id(id), Day(start), Day(end), mrr).expect("a good row");
            let expected = by_brute_force(&rows[..count], Grain::Week);
            assert_eq!(movements(&mut growing, Grain::Week), expected);
        }
    }

    #[test]
    fn many_customers_and_many_rows_of_one_can_be_interrupted() {
        for customers in [1, 100_000] {
            let mut spans = spans_of(&[], false);
            for number in 0..100_000 {
                let customer = Customer::Id(number % customers);
                let day = Day((number * 7919 % 10_000) as i32 - 5_000);
                let mrr = Decimal::new(1, 0);
                spans.add_span(customer, day, Day(day.0 + 10), mrr).expect("a good row");
            }
            movements(&mut spans, Grain::Month);
            // The second time there is nothing to sort: what is interrupted is the sweep.
            let calls = std::cell::Cell::new(0);
            let result =
                mrr_movements(&mut spans, horizon(Grain::Month), &|| calls.set(calls.get() + 1));
            assert!(result.is_ok() && calls.get() >= 6, "{} calls", calls.get());
        }
    }

    #[test]
    fn sums_beyond_thirty_seven_digits_are_errors() {
        let most = 10_i128.pow(37) - 1;
        let mut one = spans_of(&[(1, 0, 10, most)], false);
        assert_eq!(movements(&mut one, Grain::Month)[0].new_mrr, most);
        for other in [1, 2] {
            let mut two = spans_of(&[(1, 0, 10, most), (other, 0, 10, 1)], false);
            let result = mrr_movements(&mut two, horizon(Grain::Month), &|| ());
            assert_eq!(result, Err(crate::Error::AmountOutOfRange));
        }
    }
}
