use std::cmp::Ordering;

use pgrx::prelude::*;

use super::characters;
use crate::formulas::arguments::finite;
use crate::pg::error::invalid_argument;
use crate::pg::numeric::Numeric;

const MAX_WIDTH: i32 = 1_000;

/// Parts of a character, the whole last.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

#[pg_extern(immutable, strict, parallel_safe)]
fn bar(value: Numeric<'_>, maximum: Numeric<'_>, width: i32) -> String {
    if !(1..=MAX_WIDTH).contains(&width) {
        invalid_argument(
            format!("width must be between 1 and {MAX_WIDTH}: {width}"),
            "Give the characters of the longest bar.",
        );
    }
    let (value, maximum) = (finite("value", value), finite("maximum", maximum));
    let none = [value, maximum].into_iter().any(|it| it.sign() != Ordering::Greater);
    let parts = characters(&EIGHTHS, &['#']);
    let full = i64::from(width) * parts.len() as i64;
    let length = match value.compare(maximum) {
        _ if none => 0,
        Ordering::Less => (value * full.into() / maximum).round(0).to_integer(),
        _ => full,
    };
    draw(length as usize, parts)
}

/// A bar of so many parts of a character.
fn draw(length: usize, parts: &[char]) -> String {
    let Some(whole) = parts.last() else { return String::new() };
    let rest = length % parts.len();
    let wholes = std::iter::repeat_n(whole, length / parts.len());
    wholes.chain(rest.checked_sub(1).and_then(|it| parts.get(it))).collect()
}
