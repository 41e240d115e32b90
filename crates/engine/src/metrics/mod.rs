//! Metrics: what each customer contributes, and the sums of it.

/// Active subjects by day.
pub mod active_users;
/// Whether subjects come back.
pub mod activity_retention;
/// Each customer's changes of MRR.
pub mod changes;
/// In which month of life customers leave.
pub mod churn_by_age;
/// Whether customers and their MRR stay.
pub mod cohort_retention;
/// How far subjects get, step by step.
pub mod conversion_funnel;
/// How changes of MRR are called.
pub mod kind;
/// MRR movements by period.
pub mod movements;
/// Which cohorts revenue comes from.
pub mod revenue_by_cohort;
/// MRR and its customers at a day and between two.
pub mod standing;
/// One customer's MRR through time.
mod timeline;
/// How much, how often and how long customers pay.
pub mod transactions;
/// Cohorts by periods.
mod triangle;

pub use triangle::MAX_COHORTS;
