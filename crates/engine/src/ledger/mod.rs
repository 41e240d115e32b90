//! From the rows of one customer in a ledger's inputs to what the ledger keeps of him.
//!
//! ```text
//! rows ──policy──▶ stretches of items ──▶ movements with their lines ──packed──▶ contributions to rollups
//! ```

pub mod canceled;
pub mod contributions;
pub mod digest;
mod dimension;
mod given;
pub mod items;
mod kept_line;
pub mod limits;
mod lines;
pub mod movements;
mod net_months;
pub mod packed;
pub mod policy;
pub mod rates;
pub mod rows;
pub mod settings;
mod slice;
pub mod sweep;
mod texts;
pub(crate) mod words;

use crate::calendar::Day;

/// An instant, in the server's microseconds, and the day it falls on in the ledger's time zone.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Moment {
    pub day: Day,
    pub instant: i64,
}

impl Moment {
    pub const NEVER: Moment = Moment { day: Day::INFINITY, instant: i64::MAX };
}

/// What the ledger's time zone tells.
pub trait Zone {
    /// When a day begins.
    fn start_of(&self, day: Day) -> Moment;
}
