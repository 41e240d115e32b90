use pgrx::prelude::*;
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::metrics::standing::Days;

use crate::pg::date::{Date, DateRange};
use crate::pg::error::{invalid_argument, raise, required};

/// The day that a number is asked for.
pub fn at(at: Option<Date>) -> Days {
    let Date(day) = required(at, "at");
    if !day.is_finite() {
        unbounded("at must be a day, not infinity", "Use CURRENT_DATE for today.");
    }
    Days { opening: day, closing: day }
}

/// The day before a period, and its last.
pub fn period(period: Option<DateRange>) -> Days {
    const HINT: &str =
        "Give its first day and the day after its last: daterange('2025-01-01', '2025-02-01').";
    match required(period, "period").bounds() {
        None => invalid_argument("period must not be empty".to_owned(), HINT),
        Some((start, end)) if start.is_finite() && end.is_finite() => {
            Days { opening: Day(start.0 - 1), closing: Day(end.0 - 1) }
        }
        Some(_) => unbounded("period must have a first and a last day", HINT),
    }
}

fn unbounded(message: &str, hint: &str) -> ! {
    raise(PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW, message.to_owned(), hint)
}
