//! What Stripe's objects say of lines of invoices and of subscriptions, as they are in any version of
//! its API: fields have moved, never changed their meaning.

mod amounts;
mod fields;
pub mod item;
pub mod json;
pub mod line;
mod price;
#[cfg(test)]
mod testing;

pub use fields::instant;
