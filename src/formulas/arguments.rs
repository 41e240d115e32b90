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

/// A part that is counted within a whole, and so cannot exceed it; nothing is asked where there is no
/// whole.
pub fn within<'a>(name: &str, part: Numeric<'a>, whole_name: &str, whole: Numeric<'a>) {
    if !whole.is_zero() && part.compare(whole) == Ordering::Greater {
        let hint = format!("Check the order of the arguments: {name}, then {whole_name}.");
        refuse(name, part, &format!("must not exceed {whole_name}"), &hint);
    }
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

/// A gross margin: at most 1, below 0 when serving a customer costs more than it pays.
pub fn margin<'a>(name: &str, value: Numeric<'a>) -> Numeric<'a> {
    if finite(name, value).compare(one()) == Ordering::Greater {
        refuse(name, value, "must not exceed 1", "Pass a fraction: 0.8 for 80 percent.");
    }
    value
}

/// Characters of a refused number that the message repeats.
const SHOWN: usize = 40;

/// Refuses an argument.
#[cold]
pub fn refuse(name: &str, value: Numeric, rule: &str, hint: &str) -> ! {
    let mut shown = value.to_string();
    if shown.len() > SHOWN {
        shown.truncate(SHOWN);
        shown.push_str("...");
    }
    invalid_argument(format!("{name} {rule}: {shown}"), hint)
}
