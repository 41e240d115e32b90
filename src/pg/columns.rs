use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::ledger::rows::Length;

use super::call::Call;
use super::date::day_of;
use super::error::raise_other_version;
use super::numeric::Numeric;
use super::sql_type::sql_type_skipped;
use super::time::Instant;
use super::varlena::bytes_of;

/// The columns of a row as the last arguments of a function, `AT` the place of the first.
#[derive(Clone, Copy)]
pub struct Columns<'fcx, const AT: usize>(Call<'fcx>);

sql_type_skipped!(Columns<'_, 1>, Columns1);
sql_type_skipped!(Columns<'_, 3>, Columns3);
sql_type_skipped!(Columns<'_, 4>, Columns4);

// SAFETY: a virtual argument; it reads no datum until asked, and then those that are there.
unsafe impl<'fcx, const AT: usize> ArgAbi<'fcx> for Columns<'fcx, AT> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: see `Call`.
        Columns(unsafe { Call::unbox_arg_unchecked(arg) })
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

impl<'a, const AT: usize> Columns<'a, AT> {
    /// Refuses a call whose columns are of other types; to be called before any is read.
    pub fn must_be(&self, types: &[pg_sys::Oid]) {
        let same = |(place, sql_type): (usize, &pg_sys::Oid)| {
            self.0.argument_type((AT + place) as i32) == *sql_type
        };
        if !types.iter().enumerate().all(same) {
            raise_other_version();
        }
    }

    fn datum(&self, place: usize) -> Option<pg_sys::Datum> {
        self.0.argument(AT + place).filter(|it| !it.isnull).map(|it| it.value)
    }

    pub fn text(&self, place: usize) -> Option<&'a [u8]> {
        // SAFETY: the caller has checked that the column is a text; it lives as long as the call.
        self.datum(place).map(|it| unsafe { bytes_of(it) })
    }

    pub fn numeric(&self, place: usize) -> Option<Numeric<'a>> {
        // SAFETY: the caller has checked that the column is a numeric.
        self.datum(place).map(|it| unsafe { Numeric::of_datum(it) })
    }

    pub fn instant(&self, place: usize) -> Option<Instant> {
        self.datum(place).map(|it| Instant(it.value() as i64))
    }

    pub fn date(&self, place: usize) -> Option<Day> {
        self.datum(place).map(day_of)
    }

    pub fn integer(&self, place: usize) -> Option<i32> {
        self.datum(place).map(|it| it.value() as i32)
    }

    pub fn boolean(&self, place: usize) -> Option<bool> {
        self.datum(place).map(|it| it.value() != 0)
    }

    pub fn small(&self, place: usize) -> Option<i16> {
        self.datum(place).map(|it| it.value() as i16)
    }

    pub fn length(&self, place: usize) -> Option<Length> {
        self.datum(place).map(|it| {
            // SAFETY: the caller has checked that the column is an interval, passed by reference.
            let interval = unsafe { it.cast_mut_ptr::<pg_sys::Interval>().read() };
            Length { months: interval.month, days: interval.day, micros: interval.time }
        })
    }
}
