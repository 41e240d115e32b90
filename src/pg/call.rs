use std::marker::PhantomData;

use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use pgrx::prelude::*;
use saas_metrics_engine::calendar::{Day, Grain};

use super::date::day_of;
use super::error::{raise, raise_null, required};
use super::memory::ServerMemory;
use super::sql_type::sql_type_skipped;
use super::varlena::bytes_of;

/// The call of a function: what its arguments do not tell.
#[derive(Clone, Copy)]
pub struct Call<'fcx> {
    fcinfo: pg_sys::FunctionCallInfo,
    lifetime: PhantomData<&'fcx ()>,
}

sql_type_skipped!(Call<'_>, Call);

// SAFETY: a virtual argument reads no datum.
unsafe impl<'fcx> ArgAbi<'fcx> for Call<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: the server's own frame of this call, which outlives 'fcx.
        let fcinfo = unsafe { pg_sys::FunctionCallInfo::unbox_arg_unchecked(arg) };
        Call { fcinfo, lifetime: PhantomData }
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

/// The datum of an argument, unread. NULL is an error: only an altered script lets it come here.
///
/// # Safety
/// The caller must read the datum by the type that SQL declares.
pub unsafe fn raw<'fcx>(arg: Arg<'_, 'fcx>) -> pg_sys::Datum {
    struct Raw(pg_sys::Datum);
    impl pgrx::datum::FromDatum for Raw {
        unsafe fn from_polymorphic_datum(
            datum: pg_sys::Datum,
            _: bool,
            _: pg_sys::Oid,
        ) -> Option<Self> {
            Some(Raw(datum))
        }
    }
    if arg.is_null() {
        raise_null(&format!("argument {}", arg.index() + 1), "");
    }
    // SAFETY: any datum can pass through unread.
    match unsafe { arg.unbox_arg_using_from_datum() } {
        Some(Raw(datum)) => datum,
        None => pg_sys::Datum::null(),
    }
}

impl Call<'_> {
    /// The memory that lives as long as the group of rows that is being aggregated.
    pub fn aggregate_memory(self) -> ServerMemory {
        let mut context = std::ptr::null_mut();
        // SAFETY: the frame is alive; the server fills the context when it is aggregating.
        if unsafe { pg_sys::AggCheckCallContext(self.fcinfo, &mut context) } == 0 {
            raise(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                "a part of an aggregate cannot be called by itself".to_owned(),
                "Call the aggregate.",
            );
        }
        // SAFETY: an aggregate's state is used only while its context lives.
        unsafe { ServerMemory::new(context) }
    }

    /// The type of an argument, below all domains.
    pub fn argument_type(self, number: i32) -> pg_sys::Oid {
        // SAFETY: the frame's description of the function is alive, and the server looks the
        // types up in its catalog.
        unsafe {
            let declared = pg_sys::get_fn_expr_argtype((*self.fcinfo).flinfo, number);
            pg_sys::getBaseType(declared)
        }
    }

    /// The type that the caller expects of the result.
    pub(super) fn result_type(self) -> pg_sys::Oid {
        // SAFETY: as above.
        unsafe { pg_sys::get_fn_expr_rettype((*self.fcinfo).flinfo) }
    }

    fn argument(self, number: usize) -> Option<pg_sys::NullableDatum> {
        // SAFETY: the frame holds as many arguments as it says.
        unsafe {
            let count = usize::try_from((*self.fcinfo).nargs).unwrap_or(0);
            (number < count).then(|| *(*self.fcinfo).args.as_ptr().add(number))
        }
    }
}

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
