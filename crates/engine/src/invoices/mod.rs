//! From the lines of a customer's invoices to the periods that a ledger takes.
//!
//! ```text
//! lines ──▶ items ──▶ what each line's item costs per billing period ──▶ periods, one after another
//! subscriptions as they are now ──▶ which of their items goes on ──────▶
//! ```

mod current;
pub(crate) mod cycle;
mod cycles;
pub mod found;
pub mod given;
pub mod lines;
pub mod periods;
mod standing;
#[cfg(test)]
mod testing;
