use std::ffi::CStr;

use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::call::Call;
use super::error::{raise, raise_other_version};
use super::portal::HeldCursors;
use super::sql_type::sql_type_named;

/// Whatever a function returned that was called in the place of another.
pub struct Anything {
    value: pg_sys::Datum,
    is_null: bool,
}

sql_type_named!(Anything, Anything, "any");

// SAFETY: the function that made it is declared with the result of the one that it is returned by.
unsafe impl BoxRet for Anything {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        if self.is_null {
            return fcinfo.return_null();
        }
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(self.value) }
    }
}

/// What the name of a function ends with that another one stands for.
const SUFFIX: &str = "_as_owner";

/// Calls `<this function>_as_owner` with the same arguments, as another role: as a maintenance command
/// runs the code of a table's owner. The owner's code gains nothing by who called, and cannot change
/// the session; what it sets is set back, the cursors of others are held, and its own are closed.
pub fn call_as(owner: pg_sys::Oid, call: Call) -> Anything {
    let function = counterpart(call);
    let cursors = HeldCursors::all();
    let (mut user, mut context) = (pg_sys::InvalidOid, 0);
    // SAFETY: an error ends the transaction or a part of it, which sets user and settings back to what
    // they were before.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
        let level = pg_sys::NewGUCNestLevel();
        let restricted = context | pg_sys::SECURITY_RESTRICTED_OPERATION as i32;
        pg_sys::SetUserIdAndSecContext(owner, restricted);
        set(c"search_path", c"pg_catalog, pg_temp");
        // By which texts of SQL are read.
        set(c"standard_conforming_strings", c"on");
        let result = call_with_arguments_of(function, call);
        cursors.close_others();
        pg_sys::AtEOXact_GUC(false, level);
        pg_sys::SetUserIdAndSecContext(user, context);
        result
    }
}

/// Sets a setting until the settings of this level are set back.
fn set(setting: &CStr, value: &CStr) {
    // SAFETY: the texts outlive the call; the server refuses what is no setting.
    unsafe {
        pg_sys::set_config_option(
            setting.as_ptr(),
            value.as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_SAVE,
            true,
            0,
            false,
        );
    }
}

/// The function that a call stands for: of the same schema and arguments, its name with the suffix.
fn counterpart(call: Call) -> pg_sys::Oid {
    let function = call.function();
    let (mut types, mut count) = (std::ptr::null_mut(), 0);
    // SAFETY: the function that is being called is in the catalog; what is found in it is copied.
    let found = unsafe {
        let name = CStr::from_ptr(pg_sys::get_func_name(function)).to_bytes();
        let name = std::ffi::CString::new([name, SUFFIX.as_bytes()].concat());
        let name = name.unwrap_or_else(|_| raise_other_version());
        pg_sys::get_func_signature(function, &mut types, &mut count);
        pg_sys::GetSysCacheOid(
            pg_sys::SysCacheIdentifier::PROCNAMEARGSNSP as i32,
            pg_sys::Anum_pg_proc_oid as pg_sys::AttrNumber,
            pg_sys::Datum::from(name.as_ptr()),
            pg_sys::Datum::from(pg_sys::buildoidvector(types, count)),
            pg_sys::Datum::from(pg_sys::get_func_namespace(function)),
            pg_sys::Datum::null(),
        )
    };
    if found == pg_sys::InvalidOid {
        raise_other_version();
    }
    found
}

/// # Safety
/// The function must take the arguments of the call and return what it returns.
unsafe fn call_with_arguments_of(function: pg_sys::Oid, call: Call) -> Anything {
    // SAFETY: a frame as large as the call's own, which it is copied from; the server's look-up fills
    // the description of the function.
    unsafe {
        let of_call = call.frame();
        let arguments = usize::try_from((*of_call).nargs).unwrap_or(0);
        let size = std::mem::offset_of!(pg_sys::FunctionCallInfoBaseData, args)
            + arguments * size_of::<pg_sys::NullableDatum>();
        let frame = pg_sys::palloc0(size).cast::<pg_sys::FunctionCallInfoBaseData>();
        std::ptr::copy_nonoverlapping(of_call.cast::<u8>(), frame.cast::<u8>(), size);
        let mut description: pg_sys::FmgrInfo = std::mem::zeroed();
        pg_sys::fmgr_info(function, &mut description);
        (*frame).flinfo = &mut description;
        (*frame).isnull = false;
        let code = description.fn_addr.unwrap_or_else(|| raise_other_version());
        let value = pg_sys::ffi::pg_guard_ffi_boundary(|| code(frame));
        Anything { value, is_null: (*frame).isnull }
    }
}

/// The ledger that is the first argument of a call.
pub fn ledger_of(call: Call<'_>) -> &CStr {
    match call.argument(0).filter(|it| !it.isnull) {
        // SAFETY: functions that ask for it are declared with a name, which ends with a zero byte.
        Some(argument) => unsafe { CStr::from_ptr(argument.value.cast_mut_ptr()) },
        None => raise(
            PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            "ledger must not be NULL".to_owned(),
            "Give the name of a ledger.",
        ),
    }
}

/// The schema of a name; `InvalidOid` if there is none.
pub fn schema_named(name: &CStr) -> pg_sys::Oid {
    // SAFETY: the name is looked up.
    unsafe { pg_sys::get_namespace_oid(name.as_ptr(), true) }
}

/// Who owns a schema.
pub fn owner_of_schema(schema: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: a row of the catalog that is found is held until it was read.
    unsafe {
        let row = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::NAMESPACEOID as i32,
            pg_sys::Datum::from(schema),
        );
        if row.is_null() {
            return pg_sys::InvalidOid;
        }
        let form = pg_sys::GETSTRUCT(row).cast::<pg_sys::FormData_pg_namespace>();
        let owner = (*form).nspowner;
        pg_sys::ReleaseSysCache(row);
        owner
    }
}

/// Refuses a caller who has not the rights of a role.
pub fn require_rights_of(owner: pg_sys::Oid, ledger: &CStr) {
    // SAFETY: the server looks the roles up.
    if !unsafe { pg_sys::has_privs_of_role(pg_sys::GetUserId(), owner) } {
        raise(
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("must be owner of ledger \"{}\"", super::shown::shown(ledger.to_bytes())),
            "Ask its owner, or become a member of that role.",
        );
    }
}
