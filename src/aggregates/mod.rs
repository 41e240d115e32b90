//! Aggregates over any table or query: a file for each.

/// `grain` and `until`, as every aggregate by period takes them.
mod asked_periods;
/// How MRR moves from period to period.
pub mod mrr_movements;
