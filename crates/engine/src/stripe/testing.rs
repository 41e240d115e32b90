//! JSON as a library parses it.

use chrono::NaiveDate;
use serde_json::Value;

use super::json::Json;
use crate::decimal::Decimal;

impl<'a> Json<'a> for &'a Value {
    fn get(self, key: &str) -> Option<Self> {
        Value::get(self, key).filter(|it| !it.is_null())
    }

    fn text(self) -> Option<&'a [u8]> {
        self.as_str().map(str::as_bytes)
    }

    fn number(self) -> Option<Decimal> {
        Decimal::parse(self.as_number()?.to_string().as_bytes())
    }

    fn flag(self) -> Option<bool> {
        self.as_bool()
    }

    fn each(self, visit: &mut dyn FnMut(Self)) {
        self.as_array().into_iter().flatten().for_each(visit);
    }
}

/// The start of a day, as Stripe tells times.
pub fn seconds(day: &str) -> i64 {
    let day: NaiveDate = day.parse().unwrap();
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}
