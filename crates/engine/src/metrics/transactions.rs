use allocator_api2::alloc::Allocator;

use crate::decimal::{add, within_limit};
use crate::facts::payment::Payments;
use crate::{Checkpoint, Result};

/// How much, how often and how long customers pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// Customers with a transaction.
    pub customers: i64,
    /// Amounts above 0.
    pub transactions: i64,
    /// The sum of all amounts, as a mantissa at the scale of the payments.
    pub revenue: i128,
    /// Days from a customer's first transaction to its last, summed over customers.
    pub days: i64,
}

/// The transactions of all customers.
pub fn transactions<A: Allocator + Clone>(
    payments: &mut Payments<A>,
    checkpoint: Checkpoint,
) -> Result<Transactions> {
    let mut all = Transactions::default();
    payments.for_each_customer(checkpoint, |customer| {
        let (mut first, mut last) = (None, None);
        for payment in &customer.facts {
            let amount = payment.amount.get(&customer.wide);
            all.revenue = add(all.revenue, amount)?;
            if amount > 0 {
                all.transactions += 1;
                first = first.or(Some(payment.day));
                last = Some(payment.day);
            }
        }
        if let (Some(first), Some(last)) = (first, last) {
            all.customers += 1;
            all.days += i64::from(last.0) - i64::from(first.0);
        }
        Ok(())
    })?;
    // Not before: refunds may bring the sum back.
    within_limit(all.revenue)?;
    Ok(all)
}
