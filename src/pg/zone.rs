use std::ffi::CString;

use pgrx::pg_sys;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::ledger::{Moment, Zone};

use super::time::{Instant, MICROS_OF_DAY};

/// A time zone of the server.
#[derive(Clone, Copy)]
pub struct TimeZone {
    zone: *mut pg_sys::pg_tz,
    /// Microseconds east of Greenwich, if they never change.
    fixed: Option<i64>,
}

const MICROS_OF_SECOND: i64 = 1_000_000;
/// Seconds from 1970 to 2000, from when the server counts.
const EPOCH: i64 = 946_684_800;
/// The Julian day of 2000-01-01.
const EPOCH_JULIAN: i32 = 2_451_545;

impl TimeZone {
    /// The zone of this name, if the server knows it.
    pub fn named(name: &str) -> Option<TimeZone> {
        let name = CString::new(name).ok()?;
        // SAFETY: the server looks the name up and keeps the zone for good.
        let zone = unsafe { pg_sys::pg_tzset(name.as_ptr()) };
        if zone.is_null() {
            return None;
        }
        let mut offset = 0;
        // SAFETY: the zone is alive.
        let fixed = unsafe { pg_sys::pg_get_timezone_offset(zone, &mut offset) };
        Some(TimeZone { zone, fixed: fixed.then(|| offset * MICROS_OF_SECOND) })
    }

    /// The instant with the day it falls on here.
    pub fn moment(&self, Instant(instant): Instant) -> Moment {
        match instant {
            i64::MAX => return Moment::NEVER,
            i64::MIN => return Moment { day: Day::NEG_INFINITY, instant },
            _ => (),
        }
        let local = instant.saturating_add(self.offset(instant));
        let day = local.div_euclid(MICROS_OF_DAY);
        Moment { day: Day(i32::try_from(day).unwrap_or(i32::MAX - 1)), instant }
    }

    /// Microseconds east of Greenwich at an instant.
    fn offset(&self, instant: i64) -> i64 {
        if let Some(offset) = self.fixed {
            return offset;
        }
        let seconds = instant.div_euclid(MICROS_OF_SECOND) + EPOCH;
        // SAFETY: the zone is alive; the result is the server's own and read at once.
        unsafe {
            let local = pg_sys::pg_localtime(&seconds, self.zone);
            if local.is_null() { 0 } else { (*local).tm_gmtoff * MICROS_OF_SECOND }
        }
    }
}

impl Zone for TimeZone {
    fn start_of(&self, day: Day) -> Moment {
        let midnight = i64::from(day.0).saturating_mul(MICROS_OF_DAY);
        if !day.is_finite() || midnight == i64::MAX {
            return self.moment(Instant(if day == Day::NEG_INFINITY {
                i64::MIN
            } else {
                i64::MAX
            }));
        }
        // SAFETY: all zeros is midnight of no date, which is filled in; the zone is alive.
        let west = unsafe {
            let mut local: pg_sys::pg_tm = std::mem::zeroed();
            let julian = day.0.saturating_add(EPOCH_JULIAN);
            let (year, month, of_month) =
                (&mut local.tm_year, &mut local.tm_mon, &mut local.tm_mday);
            pg_sys::j2date(julian, year, month, of_month);
            pg_sys::DetermineTimeZoneOffset(&mut local, self.zone)
        };
        Moment { day, instant: midnight + i64::from(west) * MICROS_OF_SECOND }
    }
}
