use std::cmp::Ordering;

use pgrx::prelude::*;

use super::arguments::{finite, margin, not_negative};
use super::ratio;
use crate::pg::numeric::Numeric;

#[pg_extern(immutable, strict, parallel_safe)]
fn cltv<'a>(
    average_sale: Numeric<'a>,
    repeat_transactions: Numeric<'a>,
    retention_years: Numeric<'a>,
) -> Numeric<'a> {
    let yearly = not_negative("average_sale", average_sale)
        * not_negative("repeat_transactions", repeat_transactions);
    (yearly * not_negative("retention_years", retention_years)).trim()
}

#[pg_extern(immutable, strict, parallel_safe)]
fn cltv_from_churn<'a>(
    arpa: Numeric<'a>,
    gross_margin: Numeric<'a>,
    churn_rate: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let gross_profit = not_negative("arpa", arpa) * margin("gross_margin", gross_margin);
    ratio(gross_profit, not_negative("churn_rate", churn_rate))
}

#[pg_extern(immutable, strict, parallel_safe)]
fn cac<'a>(
    sales_cost: Numeric<'a>,
    marketing_cost: Numeric<'a>,
    new_customers: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let cost =
        not_negative("sales_cost", sales_cost) + not_negative("marketing_cost", marketing_cost);
    ratio(cost, not_negative("new_customers", new_customers))
}

ratios! {
    cltv_cac_ratio(cltv, cac);
}

#[pg_extern(immutable, strict, parallel_safe)]
fn cac_payback_months<'a>(
    cac: Numeric<'a>,
    arpa: Numeric<'a>,
    gross_margin: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let gross_profit = not_negative("arpa", arpa) * margin("gross_margin", gross_margin);
    not_negative("cac", cac);
    if gross_profit.sign() == Ordering::Greater { ratio(cac, gross_profit) } else { None }
}

#[pg_extern(immutable, strict, parallel_safe)]
fn magic_number<'a>(
    quarter_revenue: Numeric<'a>,
    previous_quarter_revenue: Numeric<'a>,
    previous_quarter_sales_and_marketing: Numeric<'a>,
) -> Option<Numeric<'a>> {
    let growth = not_negative("quarter_revenue", quarter_revenue)
        - not_negative("previous_quarter_revenue", previous_quarter_revenue);
    let cost =
        not_negative("previous_quarter_sales_and_marketing", previous_quarter_sales_and_marketing);
    ratio(growth * 4.into(), cost)
}

/// A company can earn cash, so the burn may be negative; without growth there is nothing to divide.
#[pg_extern(immutable, strict, parallel_safe)]
fn burn_multiple<'a>(net_burn: Numeric<'a>, net_new_arr: Numeric<'a>) -> Option<Numeric<'a>> {
    let burn = finite("net_burn", net_burn);
    let grows = finite("net_new_arr", net_new_arr).sign() == Ordering::Greater;
    if grows { ratio(burn, net_new_arr) } else { None }
}
