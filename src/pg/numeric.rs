use std::cmp::Ordering;
use std::marker::PhantomData;

use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::datum::{Datum, FromDatum};
use pgrx::pg_sys;
use pgrx::prelude::AnyNumeric;
use saas_metrics_engine::decimal::{Decimal, MAX_DECIMALS, divide};
use saas_metrics_engine::{Error, Result};

use super::argument::raw;
use super::memory::ServerMemory;
use super::server::{ServerFunction, direct_call};
use super::sql_type::sql_type_named;
use super::varlena::bytes_of;

/// A decimal number of the server, of any size.
#[derive(Clone, Copy)]
pub struct Numeric<'a> {
    datum: pg_sys::Datum,
    lifetime: PhantomData<&'a ()>,
}

sql_type_named!(Numeric<'_>, Numeric, "numeric");

// SAFETY: the SQL type is numeric, which lives as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for Numeric<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a numeric.
        Numeric::of(unsafe { raw(arg) })
    }
}

// SAFETY: the SQL type is numeric, in the memory of an argument or of the current call.
unsafe impl BoxRet for Numeric<'_> {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(self.datum) }
    }
}

/// How the server lays a numeric out: a header of sign, weight and decimals, then digits of base
/// 10,000. The layout is part of every data directory and has not changed since version 9.1.
mod layout {
    pub const KIND: u16 = 0xC000;
    pub const SPECIAL: u16 = 0xC000;
    pub const SHORT: u16 = 0x8000;
    pub const LONG_NEGATIVE: u16 = 0x4000;
    pub const LONG_DECIMALS: u16 = 0x3FFF;
    pub const SHORT_NEGATIVE: u16 = 0x2000;
    pub const SHORT_DECIMALS: u16 = 0x1F80;
    pub const SHORT_DECIMALS_SHIFT: u16 = 7;
    pub const SHORT_WEIGHT_SIGN: u16 = 0x0040;
    pub const SHORT_WEIGHT: u16 = 0x003F;
    /// Decimal digits in one digit of base 10,000.
    pub const WIDTH: i32 = 4;
    pub const BASE: u128 = 10_000;
}
use layout::{BASE, WIDTH};

/// The parts of a numeric.
struct Parts<'a> {
    special: bool,
    negative: bool,
    decimals: u16,
    /// The power of the base that the first digit counts.
    weight: i32,
    digits: &'a [[u8; 2]],
}

impl Parts<'_> {
    fn digit(&self, place: usize) -> u128 {
        u128::from(u16::from_ne_bytes(self.digits[place]))
    }
}

impl<'a> Numeric<'a> {
    fn of(datum: pg_sys::Datum) -> Self {
        Numeric { datum, lifetime: PhantomData }
    }

    fn parts(&self) -> Parts<'a> {
        // SAFETY: the datum is a numeric by construction.
        let bytes = unsafe { bytes_of(self.datum) };
        let (words, _) = bytes.as_chunks::<2>();
        let (header, words) = match words.split_first() {
            Some((header, words)) => (u16::from_ne_bytes(*header), words),
            None => (layout::SPECIAL, words),
        };
        if header & layout::KIND == layout::SPECIAL {
            return Parts { special: true, negative: false, decimals: 0, weight: 0, digits: &[] };
        }
        if header & layout::SHORT != 0 {
            let weight = i32::from(header & layout::SHORT_WEIGHT);
            let below_zero = header & layout::SHORT_WEIGHT_SIGN != 0;
            return Parts {
                special: false,
                negative: header & layout::SHORT_NEGATIVE != 0,
                decimals: (header & layout::SHORT_DECIMALS) >> layout::SHORT_DECIMALS_SHIFT,
                weight: if below_zero { weight - 64 } else { weight },
                digits: words,
            };
        }
        let (weight, digits) = match words.split_first() {
            Some((weight, digits)) => (i32::from(i16::from_ne_bytes(*weight)), digits),
            None => (0, words),
        };
        Parts {
            special: false,
            negative: header & layout::KIND == layout::LONG_NEGATIVE,
            decimals: header & layout::LONG_DECIMALS,
            weight,
            digits,
        }
    }

    /// Whether this is neither NaN nor an infinity.
    pub fn is_finite(&self) -> bool {
        !self.parts().special
    }

    pub fn is_zero(&self) -> bool {
        self.sign() == Ordering::Equal
    }

    /// How the number compares to 0. Not for NaN.
    pub fn sign(&self) -> Ordering {
        match self.parts() {
            parts if parts.digits.is_empty() => Ordering::Equal,
            parts if parts.negative => Ordering::Less,
            _ => Ordering::Greater,
        }
    }

    /// The number as an amount, for the argument of this name.
    pub fn to_decimal(self, name: &'static str) -> Result<Decimal> {
        let parts = self.parts();
        if parts.special {
            return Err(Error::NotFinite(name));
        }
        let scale = amount_scale(&parts).ok_or(Error::TooManyDecimals(name))?;
        let Some(last) = parts.digits.len().checked_sub(1) else {
            return Ok(Decimal::new(0, scale));
        };
        // The last digit counts base^last_weight; the mantissa counts 10^-scale.
        let last_weight = parts.weight - last as i32;
        let shift = last_weight * WIDTH + i32::from(scale);
        let mantissa = match parts.digits.len() {
            ..=MAX_WORD_DIGITS if (-WIDTH..=2).contains(&shift) => Some(parts.in_one_word(shift)),
            _ => parts.mantissa(shift),
        };
        let mantissa =
            mantissa.and_then(|it| i128::try_from(it).ok()).ok_or(Error::AmountOutOfRange)?;
        Ok(Decimal::new(if parts.negative { -mantissa } else { mantissa }, scale))
    }
}

/// Digits of base 10,000 that fit a machine word and leave room for two decimal places more.
const MAX_WORD_DIGITS: usize = 4;

impl Parts<'_> {
    /// The digits as one number, times 10^shift, for the common amounts of few digits.
    fn in_one_word(&self, shift: i32) -> u128 {
        let digits = self.digits.iter();
        let number =
            digits.fold(0, |sum, digit| sum * 10_000 + u64::from(u16::from_ne_bytes(*digit)));
        let power = 10_u64.pow(shift.unsigned_abs());
        u128::from(if shift < 0 { number / power } else { number * power })
    }

    /// The digits as one number, times 10^shift, unless that is too large.
    fn mantissa(&self, shift: i32) -> Option<u128> {
        let append = |sum: u128, base, digit| sum.checked_mul(base)?.checked_add(digit);
        let (last, others) = (self.digits.len() - 1, 0..self.digits.len() - 1);
        let whole =
            others.into_iter().try_fold(0, |sum, place| append(sum, BASE, self.digit(place)))?;
        if shift >= 0 {
            let all = append(whole, BASE, self.digit(last))?;
            return 10_u128.checked_pow(shift.unsigned_abs())?.checked_mul(all);
        }
        // The last digit reaches below the scale, where it has only zeros.
        let below = 10_u128.pow(shift.unsigned_abs());
        append(whole, BASE / below, self.digit(last) / below)
    }
}

/// The decimals to count an amount in: those it is declared with or, when they are too many, those
/// it needs, unless they are too many as well.
fn amount_scale(parts: &Parts) -> Option<u8> {
    if parts.decimals <= u16::from(MAX_DECIMALS) {
        return Some(parts.decimals as u8);
    }
    let Some(last) = parts.digits.len().checked_sub(1) else { return Some(0) };
    let mut needed = (last as i32 - parts.weight) * WIDTH;
    let mut digit = parts.digit(last);
    while digit > 0 && digit.is_multiple_of(10) {
        digit /= 10;
        needed -= 1;
    }
    u8::try_from(needed.max(0)).ok().filter(|scale| *scale <= MAX_DECIMALS)
}

/// The room for the digits of any `i128`, whole and decimal part each rounded up.
const MAX_GROUPS: usize = 24;

/// A numeric as the server lays it out, with the room for its header of four bytes.
pub(super) struct Encoded {
    bytes: [u8; 6 + 2 * MAX_GROUPS],
    length: usize,
}

impl Encoded {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl From<Decimal> for Encoded {
    fn from(value: Decimal) -> Self {
        let unit = 10_u128.pow(value.scale.into());
        let (whole, part) = divide(value.mantissa.unsigned_abs(), unit);
        let part_groups = usize::from(value.scale).div_ceil(WIDTH as usize);
        let padding = (part_groups * WIDTH as usize) as u32 - u32::from(value.scale);

        let mut groups = [0_u16; MAX_GROUPS];
        let mut first = groups.len();
        first = write_groups(&mut groups, first, part * 10_u128.pow(padding), part_groups);
        first = write_groups(&mut groups, first, whole, 0);
        let whole_groups = groups.len() - part_groups - first;

        let leading = groups[first..].iter().take_while(|group| **group == 0).count();
        let digits = &groups[first + leading..];
        let trailing = digits.iter().rev().take_while(|group| **group == 0).count();
        let digits = &digits[..digits.len() - trailing];
        let weight = if digits.is_empty() { 0 } else { whole_groups as i32 - 1 - leading as i32 };
        encode(value.mantissa < 0, value.scale, weight, digits)
    }
}

impl From<Decimal> for Numeric<'_> {
    fn from(value: Decimal) -> Self {
        let bytes = ServerMemory::of_call().copy(Encoded::from(value).bytes()).leak();
        Numeric::of(pg_sys::Datum::from(bytes.as_mut_ptr()))
    }
}

/// Writes the base-10,000 digits of a number before `end`, at least so many; returns their start.
fn write_groups(groups: &mut [u16], end: usize, mut number: u128, at_least: usize) -> usize {
    let mut start = end;
    while number > u64::MAX.into() {
        start -= 1;
        groups[start] = (number % BASE) as u16;
        number /= BASE;
    }
    let (mut number, base) = (number as u64, BASE as u64);
    while number > 0 || end - start < at_least {
        start -= 1;
        groups[start] = (number % base) as u16;
        number /= base;
    }
    start
}

fn encode(negative: bool, decimals: u8, weight: i32, digits: &[u16]) -> Encoded {
    let header = layout::SHORT
        | if negative && !digits.is_empty() { layout::SHORT_NEGATIVE } else { 0 }
        | u16::from(decimals) << layout::SHORT_DECIMALS_SHIFT
        | (weight as u16 & (layout::SHORT_WEIGHT | layout::SHORT_WEIGHT_SIGN));
    let mut encoded = Encoded { bytes: [0; 6 + 2 * MAX_GROUPS], length: 6 + 2 * digits.len() };
    encoded.bytes[4..6].copy_from_slice(&header.to_ne_bytes());
    for (place, digit) in encoded.bytes[6..].chunks_exact_mut(2).zip(digits) {
        place.copy_from_slice(&digit.to_ne_bytes());
    }
    // SAFETY: the header of four bytes comes first; the length is far below its limit.
    unsafe {
        pgrx::varlena::set_varsize_4b(encoded.bytes.as_mut_ptr().cast(), encoded.length as i32);
    }
    encoded
}

impl From<i64> for Numeric<'_> {
    fn from(value: i64) -> Self {
        Decimal::new(value.into(), 0).into()
    }
}

impl std::fmt::Display for Numeric<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: the datum is a numeric by construction, and not NULL.
        match unsafe { AnyNumeric::from_datum(self.datum, false) } {
            Some(value) => value.fmt(f),
            None => Ok(()),
        }
    }
}

impl std::ops::Neg for Numeric<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        call(pg_sys::numeric_uminus, [self.datum])
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $function:ident) => {
        impl<'a> std::ops::$trait for Numeric<'a> {
            type Output = Numeric<'a>;
            fn $method(self, other: Self) -> Self {
                call(pg_sys::$function, [self.datum, other.datum])
            }
        }
    };
}

operator!(Add, add, numeric_add);
operator!(Sub, sub, numeric_sub);
operator!(Mul, mul, numeric_mul);
operator!(Div, div, numeric_div);

impl Numeric<'_> {
    pub fn abs(self) -> Self {
        call(pg_sys::numeric_abs, [self.datum])
    }

    pub fn sqrt(self) -> Self {
        call(pg_sys::numeric_sqrt, [self.datum])
    }

    pub fn power(self, exponent: Self) -> Self {
        call(pg_sys::numeric_power, [self.datum, exponent.datum])
    }

    /// The whole part of the quotient.
    pub fn div_whole(self, other: Self) -> Self {
        call(pg_sys::numeric_div_trunc, [self.datum, other.datum])
    }

    pub fn round(self, decimals: i32) -> Self {
        call(pg_sys::numeric_round, [self.datum, pg_sys::Datum::from(decimals)])
    }

    /// The same number with at least so many decimals.
    pub fn at_least(self, decimals: i32) -> Self {
        if self.decimals() < decimals { self.round(decimals) } else { self }
    }

    pub fn decimals(self) -> i32 {
        self.parts().decimals.into()
    }

    /// The same number without zeros at its end.
    pub fn trim(self) -> Self {
        call(pg_sys::numeric_trim_scale, [self.datum])
    }

    pub fn compare(self, other: Self) -> Ordering {
        // SAFETY: the function takes two numerics.
        let order = unsafe { direct_call(pg_sys::numeric_cmp, [self.datum, other.datum]) };
        (order.value() as i32).cmp(&0)
    }

    pub fn to_f64(self) -> f64 {
        // SAFETY: the function takes a numeric.
        f64::from_bits(unsafe { direct_call(pg_sys::numeric_float8, [self.datum]) }.value() as u64)
    }

    /// An integer of at most 15 digits.
    pub fn to_integer(self) -> i64 {
        self.to_f64() as i64
    }

    /// # Safety
    /// The datum must be a numeric, not NULL, that outlives `'a`.
    pub(super) unsafe fn of_datum(datum: pg_sys::Datum) -> Self {
        Numeric::of(datum)
    }

    pub(super) fn datum(self) -> pg_sys::Datum {
        self.datum
    }
}

/// Calls a strict function of the server whose arguments, but for a number of decimals, and whose
/// result are numerics.
fn call<'a, const N: usize>(
    function: ServerFunction,
    arguments: [pg_sys::Datum; N],
) -> Numeric<'a> {
    // SAFETY: those above are such functions, called with what they take.
    Numeric::of(unsafe { direct_call(function, arguments) })
}
