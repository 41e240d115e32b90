use pgrx::prelude::*;

use crate::pg::date::Date;

#[pg_extern(immutable, strict, parallel_safe)]
fn age_in_months(first: Date, day: Date) -> Option<i32> {
    day.0.months_since(first.0).and_then(|it| i32::try_from(it).ok())
}
