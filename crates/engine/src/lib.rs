//! The arithmetic of `saas_metrics`, without PostgreSQL.
//!
//! A customer's rows become one timeline; a metric is the sum of what each customer contributes.
//!
//! ```text
//! rows ──▶ facts ──▶ collection ──▶ one customer after another ──▶ metrics
//! ```
#![forbid(unsafe_code)]

/// Lengths of billing periods in months.
pub mod billing_period;
/// Days, grains and dense periods.
pub mod calendar;
pub mod collection;
mod currency;
/// Fixed-point amounts.
pub mod decimal;
/// What can go wrong, and what to do about it.
pub mod error;
pub mod facts;
pub mod invoices;
pub mod ledger;
pub mod metrics;
pub mod stripe;
#[cfg(test)]
mod testing;

pub use error::{Error, Result};

/// Called often in every long loop, so that the caller can interrupt it by unwinding.
pub type Checkpoint<'a> = &'a dyn Fn();

/// How many steps of a loop may pass between two calls of the [`Checkpoint`].
pub(crate) const CHECKPOINT_INTERVAL: usize = 1 << 14;
