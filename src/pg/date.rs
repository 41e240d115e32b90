use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use saas_metrics_engine::calendar::Day;

use super::argument::raw;
use super::sql_type::sql_type_named;
use super::varlena::bytes_of;

/// A date.
#[derive(Clone, Copy)]
pub struct Date(pub Day);

sql_type_named!(Date, Date, "date");

// SAFETY: the SQL type is date, an integer that is passed by value.
unsafe impl<'fcx> ArgAbi<'fcx> for Date {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread.
        Date(day_of(unsafe { raw(arg) }))
    }
}

/// The day that the datum of a date stands for: the server and the engine count alike.
pub fn day_of(date: pg_sys::Datum) -> Day {
    Day(date.value() as i32)
}

/// Today in the session's time zone, as CURRENT_DATE.
pub fn today() -> Day {
    // SAFETY: reads the start of the transaction and the session's time zone.
    Day(unsafe { pg_sys::GetSQLCurrentDate() })
}

/// A range of dates.
#[derive(Clone, Copy)]
pub struct DateRange<'a>(&'a [u8]);

sql_type_named!(DateRange<'_>, DateRange, "daterange");

// SAFETY: the SQL type is daterange, whose bytes live as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for DateRange<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a daterange.
        DateRange(unsafe { bytes_of(raw(arg)) })
    }
}

/// Flags in the last byte of a range.
const EMPTY: u8 = 0x01;
const NO_LOWER: u8 = 0x08;
const NO_UPPER: u8 = 0x10;

impl DateRange<'_> {
    /// Start and exclusive end; without an upper bound, an open end. An empty range is no days.
    ///
    /// The server keeps ranges of dates with an inclusive start and an exclusive end, after the
    /// range's type and before its flags.
    pub fn bounds(self) -> Option<(Day, Day)> {
        let (flags, range) = self.0.split_last()?;
        let mut bounds = range.get(size_of::<pg_sys::Oid>()..)?.chunks_exact(size_of::<i32>());
        let mut bound = |absent: u8, otherwise| {
            if flags & absent != 0 {
                return Some(otherwise);
            }
            Some(Day(i32::from_ne_bytes(bounds.next()?.try_into().ok()?)))
        };
        if flags & EMPTY != 0 {
            return None;
        }
        Some((bound(NO_LOWER, Day::NEG_INFINITY)?, bound(NO_UPPER, Day::INFINITY)?))
    }
}
