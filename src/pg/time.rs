use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::pg_sys;
use saas_metrics_engine::metrics::conversion_funnel::Within;

use super::argument::raw;
use super::call::Call;
use super::server::direct_call;
use super::sql_type::{sql_type_named, sql_type_skipped};

pub(super) const MICROS_OF_DAY: i64 = 86_400_000_000;

/// A timestamp with time zone, in microseconds.
#[derive(Clone, Copy)]
pub struct Instant(pub i64);

sql_type_named!(Instant, Instant, "timestamp with time zone");

// SAFETY: the SQL type is timestamptz, an integer that is passed by value.
unsafe impl<'fcx> ArgAbi<'fcx> for Instant {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread.
        Instant(unsafe { raw(arg) }.value() as i64)
    }
}

// SAFETY: the SQL type is timestamptz, an integer that is passed by value.
unsafe impl BoxRet for Instant {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(pg_sys::Datum::from(self.0)) }
    }
}

impl Instant {
    /// Whether this is neither infinity.
    pub fn is_finite(self) -> bool {
        self.0 != i64::MIN && self.0 != i64::MAX
    }
}

/// A length of time in parts that no fixed factor joins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub months: i32,
    pub days: i32,
    pub micros: i64,
}

impl Interval {
    /// Longer than any two instants are apart.
    pub const UNLIMITED: Interval = Interval { months: i32::MAX, days: 0, micros: 0 };

    /// So many microseconds as days and the rest, as the server subtracts timestamps.
    pub fn of_micros(micros: i64) -> Interval {
        let days = (micros / MICROS_OF_DAY) as i32;
        Interval { months: 0, days, micros: micros % MICROS_OF_DAY }
    }

    /// Whether it is below 0, a month taken as 30 days, as the server compares intervals.
    pub fn is_negative(self) -> bool {
        self.length(30, 0) < 0
    }

    /// The microseconds with months of so many days, and so many days more.
    fn length(self, month_days: i128, more_days: i128) -> i128 {
        let days = i128::from(self.months) * month_days + i128::from(self.days) + more_days;
        days * i128::from(MICROS_OF_DAY) + i128::from(self.micros)
    }

    fn server(self) -> pg_sys::Interval {
        pg_sys::Interval { time: self.micros, day: self.days, month: self.months }
    }

    /// As the server lays it out.
    pub(super) fn bytes(self) -> [u8; size_of::<pg_sys::Interval>()] {
        // SAFETY: an interval is two integers after a longer one, without gaps.
        unsafe { std::mem::transmute(self.server()) }
    }

    /// The instant so long after another, by the session's time zone.
    fn after(self, instant: i64) -> i64 {
        let mut interval = self.server();
        let arguments = [pg_sys::Datum::from(instant), pg_sys::Datum::from(&raw mut interval)];
        // SAFETY: the function takes a timestamptz and an interval, which outlives the call.
        unsafe { direct_call(pg_sys::timestamptz_pl_interval, arguments).value() as i64 }
    }
}

impl Within for Interval {
    fn holds(&self, entry: i64, at: i64) -> bool {
        // A time zone can be 168 hours off, on either side; no change of it moves a day further.
        const SLACK_DAYS: i128 = 15;
        let gap = i128::from(at) - i128::from(entry);
        let (short, long) = if self.months < 0 { (31, 28) } else { (28, 31) };
        if (self.months, self.days) == (0, 0) {
            return gap <= i128::from(self.micros);
        }
        if gap <= self.length(short, -SLACK_DAYS) {
            return true;
        }
        gap <= self.length(long, SLACK_DAYS) && at <= self.after(entry)
    }
}

/// The optional last argument `within interval`, at this place.
pub struct WithinOption<'fcx, const AT: usize>(Call<'fcx>);

sql_type_skipped!(WithinOption<'_, 5>, WithinOption5);

// SAFETY: a virtual argument; it reads no datum until asked, and then one that is there.
unsafe impl<'fcx, const AT: usize> ArgAbi<'fcx> for WithinOption<'fcx, AT> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: see `Call`.
        WithinOption(unsafe { Call::unbox_arg_unchecked(arg) })
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

impl<const AT: usize> WithinOption<'_, AT> {
    /// The interval, unless there is no such argument or it is NULL.
    pub fn interval(&self) -> Option<Interval> {
        let argument = self.0.argument(AT).filter(|it| !it.isnull)?;
        // SAFETY: the install script declares this argument as interval, passed by reference.
        let interval = unsafe { argument.value.cast_mut_ptr::<pg_sys::Interval>().read() };
        Some(Interval { months: interval.month, days: interval.day, micros: interval.time })
    }
}
