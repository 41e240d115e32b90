use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::triangle::Triangle;
use crate::calendar::{Day, Horizon, Periods};
use crate::collection::CustomerFacts;
use crate::collection::room::defaults;
use crate::decimal::{Sum, add, within_limit};
use crate::facts::payment::{Payment, Payments};
use crate::{Checkpoint, Result};

/// What a cohort brings in a period. Amounts are mantissas at the scale of the payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueCell {
    pub period_start: Day,
    /// None for amounts before a customer's first payment above 0.
    pub cohort_start: Option<Day>,
    pub customers: i64,
    pub revenue: i128,
    /// Of all cohorts in the period.
    pub total: i128,
}

/// Every period, and in it every cohort up to then.
pub fn revenue_by_cohort<A: Allocator + Clone>(
    payments: &mut Payments<A>,
    horizon: Horizon,
    checkpoint: Checkpoint,
    emit: impl FnMut(RevenueCell),
) -> Result<()> {
    let periods = Periods::new(payments.first_day(), horizon)?;
    if payments.sums_fit_a_word() {
        Layers::<i64>::of(payments, &periods, checkpoint)?.emit(&periods, emit)
    } else {
        Layers::<i128>::of(payments, &periods, checkpoint)?.emit(&periods, emit)
    }
}

/// The layers of the cake.
struct Layers<S> {
    cohorts: Triangle<Revenue<S>>,
    without_cohort: Vec<Revenue<S>>,
    first_cohort: usize,
}

#[derive(Clone, Copy, Default)]
struct Revenue<S> {
    customers: i64,
    amount: S,
}

impl<S: Sum> Layers<S> {
    fn of<A: Allocator + Clone>(
        payments: &mut Payments<A>,
        periods: &Periods,
        checkpoint: Checkpoint,
    ) -> Result<Self> {
        let mut layers = Layers {
            cohorts: Triangle::new(periods)?,
            without_cohort: defaults(periods.len())?,
            first_cohort: periods.len(),
        };
        if !periods.is_empty() {
            payments.for_each_customer(checkpoint, |customer| layers.add(customer, periods))?;
        }
        Ok(layers)
    }

    fn add(&mut self, customer: &CustomerFacts<Payment>, periods: &Periods) -> Result<()> {
        let amount = |payment: &Payment| payment.amount.get(&customer.wide);
        let seen = customer.facts.iter().take_while(|it| it.day < periods.end());
        let cohort = seen.clone().find(|it| amount(it) > 0).map(|it| periods.find(it.day));
        if let Some(cohort) = cohort {
            self.first_cohort = self.first_cohort.min(cohort);
        }
        let mut latest = None;
        for payment in seen {
            let period = periods.find(payment.day);
            let revenue = match cohort {
                Some(cohort) if cohort <= period => self.cohorts.cell(cohort, period),
                _ => &mut self.without_cohort[period],
            };
            revenue.amount = revenue.amount.plus(S::of(amount(payment)))?;
            revenue.customers += i64::from(latest != Some(period));
            latest = Some(period);
        }
        Ok(())
    }

    fn emit(&mut self, periods: &Periods, mut emit: impl FnMut(RevenueCell)) -> Result<()> {
        for period in 0..periods.len() {
            let cohorts = self.first_cohort..period + 1;
            let without_cohort = self.without_cohort[period];
            let mut total = without_cohort.amount.mantissa();
            for cohort in cohorts.clone() {
                total = add(total, self.cohorts.cell(cohort, period).amount.mantissa())?;
            }
            let mut emit = |cohort: Option<usize>, revenue: Revenue<S>| -> Result<()> {
                emit(RevenueCell {
                    period_start: periods.start_of(period),
                    cohort_start: cohort.map(|it| periods.start_of(it)),
                    customers: revenue.customers,
                    revenue: within_limit(revenue.amount.mantissa())?,
                    total: within_limit(total)?,
                });
                Ok(())
            };
            for cohort in cohorts {
                emit(Some(cohort), *self.cohorts.cell(cohort, period))?;
            }
            if without_cohort.customers > 0 {
                emit(None, without_cohort)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Grain;
    use crate::collection::key::Customer;
    use crate::decimal::Decimal;
    use allocator_api2::alloc::Global;

    #[test]
    fn every_amount_is_in_one_cell() {
        let wide = 10_i128.pow(30);
        for unit in [1, wide] {
            let mut payments = Payments::new_in(Customer::Id(0), Global);
            // The grain is a day. Customer 1 gets something back before the first payment, customer
            // 2 never pays, customer 3 pays and gets it back on one day.
            let rows = [(1, 0, -5), (1, 1, 20), (1, 3, -7), (2, 3, -1), (3, 3, 4), (3, 3, -4)];
            for (id, day, amount) in rows {
                let amount = Decimal::new(amount * unit, 2);
                payments.add_payment(Customer::Id(id), Day(day), amount).expect("a good row");
            }
            let horizon = Horizon::until(Grain::Day, Day(4)).expect("a horizon");
            let mut cells = vec![];
            revenue_by_cohort(&mut payments, horizon, &|| (), |it| {
                cells.push((
                    it.period_start.0,
                    it.cohort_start.map(|it| it.0),
                    it.customers,
                    it.revenue / unit,
                    it.total / unit,
                ));
            })
            .expect("cells");
            let expected = [
                (0, None, 1, -5, -5),
                (1, Some(1), 1, 20, 20),
                (2, Some(1), 0, 0, 0),
                (2, Some(2), 0, 0, 0),
                (3, Some(1), 1, -7, -8),
                (3, Some(2), 0, 0, -8),
                (3, Some(3), 1, 0, -8),
                (3, None, 1, -1, -8),
            ];
            assert_eq!(cells, expected);
        }
    }
}
