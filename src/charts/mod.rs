//! Text charts: numbers for readers of a terminal.

mod bar;
mod sparkline;

use crate::pg::encoding::is_unicode;

/// The characters of a chart: fine ones of Unicode, or rough ones that every encoding has.
fn characters(unicode: &'static [char], ascii: &'static [char]) -> &'static [char] {
    if is_unicode() { unicode } else { ascii }
}
