use std::ffi::CString;

use pgrx::pg_sys;

use super::error::invalid_argument;

/// Runs a statement that sees what is committed by now, whatever the transaction itself sees.
pub fn execute_as_of_now(statement: &str) {
    let Ok(statement) = CString::new(statement) else {
        invalid_argument("a statement cannot hold a zero byte".to_owned(), "Leave it out.");
    };
    // SAFETY: connected while the plan is made and run; an error of the statement unwinds, and the
    // server ends the connection and drops the snapshot with the transaction.
    unsafe {
        pg_sys::SPI_connect();
        let plan = pg_sys::SPI_prepare(statement.as_ptr(), 0, std::ptr::null_mut());
        if !plan.is_null() {
            let snapshot = pg_sys::RegisterSnapshot(pg_sys::GetLatestSnapshot());
            pg_sys::SPI_execute_snapshot(
                plan,
                std::ptr::null_mut(),
                std::ptr::null(),
                snapshot,
                std::ptr::null_mut(),
                false,
                true,
                0,
            );
            pg_sys::UnregisterSnapshot(snapshot);
        }
        pg_sys::SPI_finish();
    }
}
