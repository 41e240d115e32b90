use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::call::{Call, Kept};
use super::error::{check_for_interrupts, raise};
use super::row::{Filling, RowType};
use super::sql_type::sql_type_named;

/// A set of rows as the result of a function, each given to the server as soon as it is made.
pub struct RowSet {
    row_type: Kept<RowType>,
    store: *mut pg_sys::Tuplestorestate,
}

impl RowSet {
    pub fn new(call: Call) -> Self {
        let row_type = RowType::of(call);
        // SAFETY: where the server takes a set it says so by the node that it gives for the result,
        // which is alive during the call; the store goes with the query, as the server expects.
        let store = unsafe {
            let result = call.result_info();
            if result.is_null()
                || (*result).type_ != pg_sys::NodeTag::T_ReturnSetInfo
                || (*result).allowedModes & pg_sys::SetFunctionReturnMode::SFRM_Materialize as i32
                    == 0
            {
                raise(
                    PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                    "a set of rows cannot be returned here".to_owned(),
                    "Call the function in FROM.",
                );
            }
            let query = (*(*result).econtext).ecxt_per_query_memory;
            let current = pg_sys::MemoryContextSwitchTo(query);
            let again = (*result).allowedModes
                & pg_sys::SetFunctionReturnMode::SFRM_Materialize_Random as i32
                != 0;
            (*result).returnMode = pg_sys::SetFunctionReturnMode::SFRM_Materialize;
            (*result).setResult = pg_sys::tuplestore_begin_heap(again, false, pg_sys::work_mem);
            pg_sys::MemoryContextSwitchTo(current);
            (*result).setResult
        };
        RowSet { row_type, store }
    }

    /// Adds a row whose columns are put one by one.
    pub fn push(&mut self, fill: impl FnOnce(&mut Filling)) {
        check_for_interrupts();
        self.row_type.with_datums(fill, |description, values, nulls| {
            // SAFETY: the store is alive; it copies the values, which are what the description says.
            unsafe {
                pg_sys::tuplestore_putvalues(
                    self.store,
                    description,
                    values.as_mut_ptr(),
                    nulls.as_mut_ptr(),
                );
            }
        });
    }
}

sql_type_named!(RowSet, RowSet, "SETOF record");

// SAFETY: the rows are in the store that the server has; the result itself is nothing.
unsafe impl BoxRet for RowSet {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        fcinfo.return_null()
    }
}
