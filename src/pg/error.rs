use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use saas_metrics_engine::Error;

/// Ends the statement with an error. Nothing that a user can cause goes another way.
#[cold]
pub fn raise(code: PgSqlErrorCode, message: String, hint: &str) -> ! {
    ErrorReport::new(code, message, "").set_hint(hint).report(PgLogLevel::ERROR);
    unreachable!("an error report does not return")
}

/// Ends the statement with an error of the engine; `context` says which row or argument.
#[cold]
pub fn raise_engine(error: &Error, context: &str) -> ! {
    raise(sqlstate(error), in_context(context, &error.to_string()), error.hint())
}

fn sqlstate(error: &Error) -> PgSqlErrorCode {
    use PgSqlErrorCode::*;
    match error {
        Error::BillingPeriod(_)
        | Error::EndBeforeStart { .. }
        | Error::NegativeMrr
        | Error::NotFinite(_)
        | Error::Policy { .. }
        | Error::UnknownGrain(_) => ERRCODE_INVALID_PARAMETER_VALUE,
        Error::DayOutOfRange(..) | Error::TimeTooLong | Error::UnboundedStart => {
            ERRCODE_DATETIME_FIELD_OVERFLOW
        }
        Error::AmountOutOfRange | Error::TooManyDecimals(_) => ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
        Error::RunTooLarge | Error::TooManyCohorts | Error::TooManyPeriods(_) => {
            ERRCODE_PROGRAM_LIMIT_EXCEEDED
        }
        Error::OutOfMemory => ERRCODE_OUT_OF_MEMORY,
        Error::MixedCustomers => ERRCODE_DATATYPE_MISMATCH,
        Error::Settings(_) => ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        Error::CorruptMovements | Error::CorruptRun => ERRCODE_DATA_CORRUPTED,
    }
}

/// The value of a result of the engine, or its error.
pub fn or_raise<T>(result: saas_metrics_engine::Result<T>) -> T {
    result.unwrap_or_else(|error| raise_engine(&error, ""))
}

/// An argument that must not be NULL.
pub fn required<T>(argument: Option<T>, name: &str) -> T {
    argument.unwrap_or_else(|| raise_null(name, ""))
}

/// Ends the statement because an argument is NULL; `context` says in which row.
#[cold]
pub fn raise_null(name: &str, context: &str) -> ! {
    raise(
        PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
        in_context(context, &format!("{name} must not be NULL")),
        "Give it a value, or leave such rows out with WHERE or FILTER.",
    )
}

fn in_context(context: &str, message: &str) -> String {
    if context.is_empty() { message.to_owned() } else { format!("{context}: {message}") }
}

/// Ends the statement because an argument has a value that the function has no answer for.
#[cold]
pub fn invalid_argument(message: String, hint: &str) -> ! {
    raise(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message, hint)
}

/// Ends the statement because SQL objects are not what the library expects.
#[cold]
pub fn raise_other_version() -> ! {
    raise(
        PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
        "the library and the SQL objects of saas_metrics are of different versions".to_owned(),
        "Run ALTER EXTENSION saas_metrics UPDATE.",
    )
}

/// Keeps backtraces out of errors, even if the server's environment asks for them: their DETAIL would
/// show them to every client.
pub fn without_backtraces() {
    const ASKED: &str = "RUST_LIB_BACKTRACE";
    let before = std::env::var_os(ASKED);
    // SAFETY: a server process has one thread, and what others find there is as it was.
    unsafe {
        std::env::set_var(ASKED, "0");
        // Asks for one, which makes the answer of now that of the process.
        drop(std::backtrace::Backtrace::capture());
        match before {
            Some(value) => std::env::set_var(ASKED, value),
            None => std::env::remove_var(ASKED),
        }
    }
}

/// Lets the server cancel the statement.
pub fn check_for_interrupts() {
    pgrx::check_for_interrupts!();
}
