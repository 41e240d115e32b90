//! Aggregates over any table or query.
//!
//! Rows of one kind go into one kind of state, whatever is asked of them in the end; a file for
//! each kind of row, and one for each question.

/// Rows of one group on their way through processes.
mod group;
/// What is asked by arguments that are the same in all rows.
mod question;

/// `grain` and `until`, as every aggregate by period takes them.
mod asked_periods;
/// `at` and `period`.
mod days;
/// `steps` and `within`.
mod funnel_steps;

mod active_users;
mod activity;
mod activity_retention;
mod churn_by_age;
mod cltv;
mod cohort_retention;
mod conversion_funnel;
mod mrr;
mod mrr_changes;
mod mrr_movements;
mod payments;
mod revenue_by_cohort;
mod spans;
mod standings;
