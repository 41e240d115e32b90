use crate::{Error, Result};

/// Digits that every amount and every sum may have, decimals included.
pub const MAX_DIGITS: u32 = 37;
/// Decimals that an amount may have.
pub const MAX_DECIMALS: u8 = 20;

const LIMIT: i128 = 10_i128.pow(MAX_DIGITS);

/// `mantissa` ÷ 10^`scale`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub mantissa: i128,
    pub scale: u8,
}

/// A number and its scale without zeros at its end; each power is a constant, which divides fast.
macro_rules! without_zeros {
    ($number:expr, $scale:expr) => {{
        let (mut number, mut scale) = ($number, $scale);
        without_zeros!(@strip number, scale, 8, 100_000_000);
        without_zeros!(@strip number, scale, 4, 10_000);
        without_zeros!(@strip number, scale, 2, 100);
        without_zeros!(@strip number, scale, 1, 10);
        (number, scale)
    }};
    (@strip $number:ident, $scale:ident, $zeros:literal, $power:literal) => {
        while $scale >= $zeros && $number % $power == 0 {
            ($number, $scale) = ($number / $power, $scale - $zeros);
        }
    };
}

impl Decimal {
    pub const fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale }
    }

    /// Reads "-1099.5".
    pub fn parse(text: &[u8]) -> Option<Decimal> {
        let text = std::str::from_utf8(text).ok()?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let all = whole.bytes().chain(decimals.bytes());
        if whole.is_empty() || !all.clone().all(|it| it.is_ascii_digit()) {
            return None;
        }
        let mut digits = all.map(|it| i128::from(it - b'0'));
        let append = |sum: i128, digit| within_limit(sum.checked_mul(10)?.checked_add(digit)?).ok();
        let mantissa = digits.try_fold(0, append)?;
        let scale = u8::try_from(decimals.len()).ok().filter(|it| *it <= MAX_DECIMALS)?;
        Some(Decimal::new(if negative { -mantissa } else { mantissa }, scale))
    }

    /// The mantissa of the same amount at a scale that is not smaller than its own.
    pub fn mantissa_at(self, scale: u8) -> Result<i128> {
        if scale == self.scale {
            return within_limit(self.mantissa);
        }
        let factor = 10_i128.pow(u32::from(scale - self.scale));
        within_limit(self.mantissa.checked_mul(factor).ok_or(Error::AmountOutOfRange)?)
    }

    /// The same amount without zeros at its end.
    pub fn trimmed(self) -> Decimal {
        let negative = self.mantissa < 0;
        let (number, scale) = match u64::try_from(self.mantissa.unsigned_abs()) {
            Ok(number) => {
                let (number, scale) = without_zeros!(number, self.scale);
                (i128::from(number), scale)
            }
            Err(_) => {
                let (number, scale) = without_zeros!(self.mantissa.unsigned_abs(), self.scale);
                (number.cast_signed(), scale)
            }
        };
        Decimal { mantissa: if negative { -number } else { number }, scale }
    }

    /// The exact sum.
    pub fn plus(self, other: Decimal) -> Result<Decimal> {
        let scale = self.scale.max(other.scale);
        let sum = add(self.mantissa_at(scale)?, other.mantissa_at(scale)?)?;
        Ok(Decimal::new(within_limit(sum)?, scale))
    }
}

/// An amount × `numerator` ÷ `denominator`, both above 0, as a mantissa of so many decimals,
/// rounded half away from zero.
pub fn round_ratio(
    amount: Decimal,
    numerator: i128,
    denominator: i128,
    decimals: u8,
) -> Result<i128> {
    let power = |exponent: u8| 10_i128.checked_pow(exponent.into()).ok_or(Error::AmountOutOfRange);
    let times = |a: i128, b: i128| a.checked_mul(b).ok_or(Error::AmountOutOfRange);
    let over = times(numerator, power(decimals.saturating_sub(amount.scale))?)?;
    let under = times(denominator, power(amount.scale.saturating_sub(decimals))?)?;
    let product = times(amount.mantissa, over)?;
    let under = under.unsigned_abs();
    let (whole, rest) = divide(product.unsigned_abs(), under);
    let rounded = whole + u128::from(rest >= under - rest);
    let rounded = i128::try_from(rounded).map_err(|_| Error::AmountOutOfRange)?;
    within_limit(rounded * product.signum())
}

/// `number` × `part` ÷ `whole`, rounded half away from zero, for a part of the whole.
pub fn proportion(number: i128, part: i128, whole: i128) -> i128 {
    let (part, under) = (part.unsigned_abs(), whole.unsigned_abs());
    // Long multiplication, bit by bit, so that no product passes the width of a number.
    let (mut quotient, mut rest) = (0_u128, 0_u128);
    for bit in (0..u128::BITS).rev() {
        (quotient, rest) = (quotient << 1, rest << 1);
        rest += if number.unsigned_abs() >> bit & 1 == 1 { part } else { 0 };
        while rest >= under {
            (quotient, rest) = (quotient + 1, rest - under);
        }
    }
    let rounded = quotient + u128::from(rest >= under - rest);
    rounded.cast_signed() * number.signum()
}

/// Quotient and remainder, in one machine word where that is enough.
pub fn divide(number: u128, by: u128) -> (u128, u128) {
    match (u64::try_from(number), u64::try_from(by)) {
        (Ok(number), Ok(by)) => (u128::from(number / by), u128::from(number % by)),
        _ => (number / by, number % by),
    }
}

/// Adds without ever wrapping.
pub fn add(a: i128, b: i128) -> Result<i128> {
    a.checked_add(b).ok_or(Error::AmountOutOfRange)
}

/// Refuses what has more than [`MAX_DIGITS`] digits.
pub fn within_limit(mantissa: i128) -> Result<i128> {
    if -LIMIT < mantissa && mantissa < LIMIT { Ok(mantissa) } else { Err(Error::AmountOutOfRange) }
}

/// The integer that sums of amounts are kept in.
pub(crate) trait Sum: Copy + Default + Ord {
    fn of(mantissa: i128) -> Self;
    fn plus(self, other: Self) -> Result<Self>;
    fn minus(self, other: Self) -> Self;
    fn mantissa(self) -> i128;
}

/// One machine word, for collections whose amounts together stay far below its limit.
impl Sum for i64 {
    fn of(mantissa: i128) -> Self {
        mantissa as i64
    }
    fn plus(self, other: Self) -> Result<Self> {
        Ok(self + other)
    }
    fn minus(self, other: Self) -> Self {
        self - other
    }
    fn mantissa(self) -> i128 {
        self.into()
    }
}

/// For all others, with a check of each sum.
impl Sum for i128 {
    fn of(mantissa: i128) -> Self {
        mantissa
    }
    fn plus(self, other: Self) -> Result<Self> {
        add(self, other)
    }
    fn minus(self, other: Self) -> Self {
        self - other
    }
    fn mantissa(self) -> i128 {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_amounts_or_nothing() {
        assert_eq!(Decimal::parse(b"-1099.50"), Some(Decimal::new(-109_950, 2)));
        assert_eq!(Decimal::parse(b"7"), Some(Decimal::new(7, 0)));
        assert_eq!(Decimal::parse(b"12."), Some(Decimal::new(12, 0)));
        let long = [b'9'; 40];
        for text in [&b""[..], b"-", b".5", b"1e3", b"1.2.3", b" 1", b"+1", &long] {
            assert_eq!(Decimal::parse(text), None);
        }
    }

    #[test]
    fn a_larger_scale_keeps_the_amount() {
        assert_eq!(Decimal::new(1995, 2).mantissa_at(4), Ok(199_500));
        assert_eq!(Decimal::new(7, 0).mantissa_at(0), Ok(7));
    }

    #[test]
    fn zeros_at_the_end_are_no_decimals() {
        for (mantissa, scale, expected) in [
            (1_500_000_000_000_000, 10, (150_000, 0)),
            (-333_333_333_333, 10, (-333_333_333_333, 10)),
            (-12_340_000_000, 10, (-1234, 3)),
            (0, 20, (0, 0)),
            (10_i128.pow(36), 20, (10_i128.pow(16), 0)),
            (100, 1, (10, 0)),
        ] {
            let expected = Decimal::new(expected.0, expected.1);
            assert_eq!(Decimal::new(mantissa, scale).trimmed(), expected);
        }
    }

    #[test]
    fn a_proportion_is_rounded_half_away_from_zero() {
        assert_eq!(proportion(600, 30, 90), 200);
        assert_eq!(proportion(-5, -1, -2), -3);
        assert_eq!(proportion(4, 1, 3), 1);
        assert_eq!(proportion(7, 0, 3), 0);
        let huge = LIMIT - 1;
        assert_eq!(proportion(huge, huge - 1, huge), huge - 1);
    }

    #[test]
    fn thirty_seven_digits_are_the_limit() {
        assert_eq!(within_limit(LIMIT - 1), Ok(LIMIT - 1));
        assert_eq!(within_limit(LIMIT), Err(Error::AmountOutOfRange));
        assert_eq!(within_limit(-LIMIT), Err(Error::AmountOutOfRange));
        assert_eq!(Decimal::new(10_i128.pow(17), 0).mantissa_at(20), Err(Error::AmountOutOfRange));
        assert_eq!(Decimal::new(10_i128.pow(37), 0).mantissa_at(20), Err(Error::AmountOutOfRange));
        assert_eq!(add(i128::MAX, 1), Err(Error::AmountOutOfRange));
    }
}
