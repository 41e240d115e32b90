use pgrx::callconv::{Arg, ArgAbi};
use saas_metrics_engine::calendar::{Day, Grain};

use super::call::Call;
use super::date::day_of;
use super::error::required;
use super::sql_type::sql_type_skipped;
use super::varlena::bytes_of;

/// What of `grain text` and `until date` an aggregate by period is given.
pub trait PeriodArguments {
    /// The name of the grain.
    fn grain(&self) -> &[u8];
    /// The day to stop at, unless there is no such argument or it is NULL.
    fn until(&self) -> Option<Day>;
}

/// Both as the optional last arguments. `AT` is the place of the first.
pub struct PeriodOptions<'fcx, const AT: usize>(Call<'fcx>);

sql_type_skipped!(PeriodOptions<'_, 3>, PeriodOptions3);
sql_type_skipped!(PeriodOptions<'_, 4>, PeriodOptions4);
sql_type_skipped!(PeriodOptions<'_, 5>, PeriodOptions5);

// SAFETY: a virtual argument; it reads no datum until asked, and then those that are there.
unsafe impl<'fcx, const AT: usize> ArgAbi<'fcx> for PeriodOptions<'fcx, AT> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: see `Call`.
        PeriodOptions(unsafe { Call::unbox_arg_unchecked(arg) })
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

impl<const AT: usize> PeriodArguments for PeriodOptions<'_, AT> {
    fn grain(&self) -> &[u8] {
        let Some(grain) = self.0.argument(AT) else { return Grain::Month.name().as_bytes() };
        let grain = required((!grain.isnull).then_some(grain.value), "grain");
        // SAFETY: the install script declares this argument as text.
        unsafe { bytes_of(grain) }
    }

    fn until(&self) -> Option<Day> {
        until_at(self.0, AT + 1)
    }
}

/// `until` alone as the optional last argument, at this place.
pub struct UntilOption<'fcx, const AT: usize>(Call<'fcx>);

sql_type_skipped!(UntilOption<'_, 3>, UntilOption3);
sql_type_skipped!(UntilOption<'_, 5>, UntilOption5);

// SAFETY: as above.
unsafe impl<'fcx, const AT: usize> ArgAbi<'fcx> for UntilOption<'fcx, AT> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: see `Call`.
        UntilOption(unsafe { Call::unbox_arg_unchecked(arg) })
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

impl<const AT: usize> PeriodArguments for UntilOption<'_, AT> {
    fn grain(&self) -> &[u8] {
        Grain::Month.name().as_bytes()
    }

    fn until(&self) -> Option<Day> {
        until_at(self.0, AT)
    }
}

fn until_at(call: Call, place: usize) -> Option<Day> {
    let until = call.argument(place)?;
    (!until.isnull).then(|| day_of(until.value))
}
