use std::cmp::Ordering;

use super::one;
use crate::pg::error::invalid_argument;
use crate::pg::numeric::Numeric;

/// A number that is neither NaN nor infinite.
pub fn finite<'a>(name: &str, value: Numeric<'a>) -> Numeric<'a> {
    if !value.is_finite() {
        refuse(
            name,
            value,
            "must be a number, not NaN or infinity",
            "Pass NULL where it is not known.",
        );
    }
    value
}

/// A count, a cost or an amount that cannot be below 0.
pub fn not_negative<'a>(name: &str, value: Numeric<'a>) -> Numeric<'a> {
    if finite(name, value).sign() == Ordering::Less {
        refuse(
            name,
            value,
            "must not be negative",
            "Check the sign and the order of the arguments.",
        );
    }
    value
}

/// A loss, by its magnitude: signed and unsigned losses count alike.
pub fn loss<'a>(name: &str, value: Numeric<'a>) -> Numeric<'a> {
    finite(name, value).abs()
}

/// A share from 0 to 1.
pub fn share<'a>(name: &str, value: Numeric<'a>) -> Numeric<'a> {
    let outside =
        finite(name, value).sign() == Ordering::Less || value.compare(one()) == Ordering::Greater;
    if outside {
        refuse(name, value, "must be between 0 and 1", "Pass a fraction: 0.05 for 5 percent.");
    }
    value
}

/// Refuses an argument.
#[cold]
pub fn refuse(name: &str, value: Numeric, rule: &str, hint: &str) -> ! {
    invalid_argument(format!("{name} {rule}: {value}"), hint)
}
