use std::ffi::CString;

use pgrx::pg_sys;
use pgrx::prelude::*;

use super::error::{invalid_argument, raise};

/// Runs a statement that sees what is committed by now, whatever the transaction itself sees.
pub fn execute_as_of_now(statement: &str) {
    let Ok(statement) = CString::new(statement) else {
        invalid_argument("a statement cannot hold a zero byte".to_owned(), "Leave it out.");
    };
    // SAFETY: connected while the plan is made and run; an error of the statement unwinds, and the
    // server ends the connection and drops the snapshot with the transaction.
    unsafe {
        done(pg_sys::SPI_connect());
        let plan = pg_sys::SPI_prepare(statement.as_ptr(), 0, std::ptr::null_mut());
        if plan.is_null() {
            refuse(pg_sys::SPI_result);
        }
        let snapshot = pg_sys::RegisterSnapshot(pg_sys::GetLatestSnapshot());
        done(pg_sys::SPI_execute_snapshot(
            plan,
            std::ptr::null_mut(),
            std::ptr::null(),
            snapshot,
            std::ptr::null_mut(),
            false,
            true,
            0,
        ));
        pg_sys::UnregisterSnapshot(snapshot);
        done(pg_sys::SPI_finish());
    }
}

/// Refuses what the server reports as not done.
fn done(result: i32) {
    if result < 0 {
        refuse(result);
    }
}

/// Ends the statement because the server did not run what it was given: it has several results, or
/// is a COPY or a command of a transaction.
#[cold]
fn refuse(result: i32) -> ! {
    raise(
        PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
        format!("the server cannot run such a statement here (SPI result {result})"),
        "Give a statement that may be run in a function.",
    )
}
