use pgrx::callconv::Arg;
use pgrx::pg_sys;

use super::error::raise_null;

/// The datum of an argument, unread. NULL is an error: only an altered script lets it come here.
///
/// # Safety
/// The caller must read the datum by the type that SQL declares.
pub unsafe fn raw<'fcx>(arg: Arg<'_, 'fcx>) -> pg_sys::Datum {
    if arg.is_null() {
        raise_null(&format!("argument {}", arg.index() + 1), "");
    }
    // SAFETY: any datum can pass through unread.
    unsafe { arg.unbox_arg_using_from_datum() }.unwrap_or(pg_sys::Datum::null())
}
