use allocator_api2::vec::Vec;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::metrics::standing::Days;

use crate::pg::error::invalid_argument;
use crate::pg::memory::ServerMemory;

/// What an aggregate is asked by the arguments that are the same in all rows.
pub trait Question: Sized {
    /// Refuses another question in the same group.
    fn must_equal(&self, other: &Self);

    /// For another process.
    fn write(&self, bytes: &mut Vec<u8, ServerMemory>);

    /// The question that another process wrote, and the bytes that follow it.
    fn read(bytes: &[u8], memory: ServerMemory) -> Option<(Self, &[u8])>;
}

/// Nothing is asked.
impl Question for () {
    fn must_equal(&self, _: &Self) {}

    fn write(&self, _: &mut Vec<u8, ServerMemory>) {}

    fn read(bytes: &[u8], _: ServerMemory) -> Option<(Self, &[u8])> {
        Some(((), bytes))
    }
}

impl Question for Days {
    fn must_equal(&self, other: &Self) {
        if self != other {
            let is_day = |days: &Days| days.opening == days.closing;
            let name = if is_day(self) && is_day(other) { "at" } else { "period" };
            differs(&format!("{name} must be the same in all rows"));
        }
    }

    fn write(&self, bytes: &mut Vec<u8, ServerMemory>) {
        bytes.extend_from_slice(&self.opening.0.to_le_bytes());
        bytes.extend_from_slice(&self.closing.0.to_le_bytes());
    }

    fn read(bytes: &[u8], _: ServerMemory) -> Option<(Self, &[u8])> {
        let (opening, bytes) = bytes.split_first_chunk()?;
        let (closing, bytes) = bytes.split_first_chunk()?;
        let day = |bytes: &[u8; 4]| Day(i32::from_le_bytes(*bytes));
        Some((Days { opening: day(opening), closing: day(closing) }, bytes))
    }
}

/// Ends the statement because rows of one group ask differently.
#[cold]
pub fn differs(message: &str) -> ! {
    invalid_argument(message.to_owned(), "Give a constant, or group the rows by it.")
}
