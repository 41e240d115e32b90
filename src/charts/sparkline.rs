use std::cmp::Ordering;

use pgrx::prelude::*;

use super::characters;
use crate::formulas::arguments::finite;
use crate::pg::array::NumericArray;
use crate::pg::error::check_for_interrupts;
use crate::pg::numeric::Numeric;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS: [char; 8] = ['_', '.', '-', '=', '+', '*', '%', '#'];

#[pg_extern(immutable, strict, parallel_safe)]
fn sparkline(numbers: NumericArray<'_>) -> String {
    let numbers: Vec<_> =
        numbers.elements().map(|it| it.map(|it| finite("an element of numbers", it))).collect();
    let present = || numbers.iter().flatten().copied();
    let order = |a: &Numeric, b: &Numeric| a.compare(*b);
    let (Some(min), Some(max)) = (present().min_by(order), present().max_by(order)) else {
        return " ".repeat(numbers.len());
    };
    let levels = characters(&LEVELS, &ASCII_LEVELS);
    let (top, range) = (Numeric::from(levels.len() as i64 - 1), max - min);
    let level = |number: Numeric| match range.sign() {
        Ordering::Equal => 0,
        _ => ((number - min) * top / range).round(0).to_integer() as usize,
    };
    let draw = |number: &Option<Numeric>| {
        check_for_interrupts();
        number.map_or(' ', |number| levels[level(number)])
    };
    numbers.iter().map(draw).collect()
}
