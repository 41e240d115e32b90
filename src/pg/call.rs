use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use allocator_api2::boxed::Box;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::error::raise;
use super::memory::ServerMemory;
use super::sql_type::sql_type_skipped;

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

/// Something that lives as long as the expression that a function is called in.
pub struct Kept<T>(NonNull<T>);

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> Deref for Kept<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: nobody changes or frees it while the expression is evaluated.
        unsafe { self.0.as_ref() }
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

    /// What earlier calls of the same expression left, if it still holds, or something new. Nothing
    /// in it may need dropping.
    pub fn kept<T>(
        self,
        holds: impl FnOnce(&T) -> bool,
        make: impl FnOnce(ServerMemory) -> T,
    ) -> Kept<T> {
        // SAFETY: a function keeps one type of thing, whose memory lives as long as the expression.
        unsafe {
            let function = (*self.fcinfo).flinfo;
            let known = NonNull::new((*function).fn_extra.cast::<T>());
            if let Some(known) = known.filter(|it| holds(it.as_ref())) {
                return Kept(known);
            }
            let memory = ServerMemory::new((*function).fn_mcxt);
            let new = NonNull::from(Box::leak(Box::new_in(make(memory), memory)));
            (*function).fn_extra = new.as_ptr().cast();
            Kept(new)
        }
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

    /// What the server says of where a set goes; null if it takes none.
    pub(super) fn result_info(self) -> *mut pg_sys::ReturnSetInfo {
        // SAFETY: the frame is alive.
        unsafe { (*self.fcinfo).resultinfo.cast() }
    }

    /// What the server says of the circumstances of the call.
    pub(super) fn context(self) -> *mut pg_sys::Node {
        // SAFETY: the frame is alive.
        unsafe { (*self.fcinfo).context }
    }

    /// The server's frame of the call.
    pub(super) fn frame(self) -> pg_sys::FunctionCallInfo {
        self.fcinfo
    }

    /// The function that is called.
    pub fn function(self) -> pg_sys::Oid {
        // SAFETY: the frame's description of the function is alive.
        unsafe { (*(*self.fcinfo).flinfo).fn_oid }
    }

    pub(super) fn argument(self, number: usize) -> Option<pg_sys::NullableDatum> {
        // SAFETY: the frame holds as many arguments as it says.
        unsafe {
            let count = usize::try_from((*self.fcinfo).nargs).unwrap_or(0);
            (number < count).then(|| *(*self.fcinfo).args.as_ptr().add(number))
        }
    }
}
