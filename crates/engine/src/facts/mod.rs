//! What rows say of a customer, and which rows are refused.

/// Days with activity.
pub mod activity;
/// Steps of a funnel.
pub mod event;
/// Payments and refunds.
pub mod payment;
/// Spans of monthly recurring revenue.
pub mod span;
