use pgrx::callconv::{Arg, ArgAbi};
use saas_metrics_engine::calendar::{Day, Grain};

use super::call::Call;
use super::date::day_of;
use super::error::required;
use super::sql_type::sql_type_skipped;
use super::varlena::bytes_of;

/// The optional last arguments of an aggregate by period: `grain text`, `until date`. `AT` is the
/// place of the first.
pub struct PeriodOptions<'fcx, const AT: usize>(Call<'fcx>);

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

impl<const AT: usize> PeriodOptions<'_, AT> {
    /// The name of the grain, if there is such an argument.
    pub fn grain(&self) -> &[u8] {
        let Some(grain) = self.0.argument(AT) else { return Grain::Month.name().as_bytes() };
        let grain = required((!grain.isnull).then_some(grain.value), "grain");
        // SAFETY: the install script declares this argument as text.
        unsafe { bytes_of(grain) }
    }

    /// The day to stop at, unless there is no such argument or it is NULL.
    pub fn until(&self) -> Option<Day> {
        let until = self.0.argument(AT + 1)?;
        (!until.isnull).then(|| day_of(until.value))
    }
}
