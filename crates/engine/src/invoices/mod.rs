//! From the lines of a customer's invoices to the periods that a ledger takes.
//!
//! ```text
//! lines ──▶ items ──▶ what each line's item costs per billing period ──▶ periods, one after another
//! ```

pub(crate) mod cycle;
pub mod lines;
pub mod periods;
