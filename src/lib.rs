//! `saas_metrics`: SaaS metrics computed where the billing rows are.
//!
//! The extension is thin: SQL types in, `saas_metrics_engine` calls, SQL types out. Its SQL objects
//! are declared, with their documentation, in `sql/`.
//!
//! | module | what is in it |
//! | --- | --- |
//! | `formulas` | numbers in, a number out |
//! | `aggregates` | metrics over the rows of any table or query |
//! | `ledger` | what a ledger makes of the rows of its inputs |
//! | `stripe` | what Stripe's objects say of lines of invoices and of subscriptions |
//! | `charts` | numbers in, a text to look at |
//! | `pg` | the server's values, memory and errors: the only unsafe code |

::pgrx::pg_module_magic!();

mod aggregates;
mod charts;
mod formulas;
mod ledger;
mod pg;
mod stripe;

/// Called by the server when it loads the library.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    pg::error::without_backtraces();
}

/// The version of the library that answers, for bug reports.
#[pgrx::pg_extern(immutable, strict, parallel_safe)]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
