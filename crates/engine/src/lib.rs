//! The arithmetic of `saas_metrics`, without PostgreSQL.
//!
//! A customer's rows become one timeline; the timeline yields changes; a metric is the sum of
//! what each customer contributes.
//!
//! ```text
//! spans ──▶ sort ──▶ runs ──▶ merge ──▶ timeline ──▶ movements
//! ```
#![forbid(unsafe_code)]

/// Lengths of billing periods in months.
pub mod billing_period;
/// Days, grains and dense periods.
pub mod calendar;
/// Fixed-point amounts.
pub mod decimal;
/// What can go wrong, and what to do about it.
pub mod error;
/// Customers' spans brought together in customer order.
pub mod merge;
/// MRR movements by period.
pub mod movements;
/// Sorted spans as bytes, for processes to exchange.
pub mod run;
/// The spans of many customers, collected row by row.
pub mod spans;
/// One customer's MRR through time.
pub mod timeline;

/// Everything that is known of one customer.
mod customer;
/// Collected rows, read in customer order.
mod rows;
/// A radix sort that can be interrupted.
mod sort;
#[cfg(test)]
mod testing;

pub use error::{Error, Result};

/// Called often in every long loop, so that the caller can interrupt it by unwinding.
pub type Checkpoint<'a> = &'a dyn Fn();

/// How many steps of a loop may pass between two calls of the [`Checkpoint`].
pub(crate) const CHECKPOINT_INTERVAL: usize = 1 << 14;
