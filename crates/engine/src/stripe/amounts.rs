//! Amounts in a currency's smallest unit as amounts in its own.

use crate::decimal::Decimal;

/// Currencies that Stripe counts in their own unit.
const WITHOUT_DECIMALS: [&[u8; 3]; 15] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"JPY", b"KMF", b"KRW", b"MGA", b"PYG", b"RWF", b"VND", b"VUV",
    b"XAF", b"XOF", b"XPF",
];
/// Those that it counts in thousandths. All others are counted in hundredths, also those that have
/// none in use.
const OF_THREE_DECIMALS: [&[u8; 3]; 5] = [b"BHD", b"JOD", b"KWD", b"OMR", b"TND"];

/// An amount in the smallest unit of a currency, in the currency's own.
pub fn major(amount: Decimal, currency: &[u8]) -> Option<Decimal> {
    let is = |code: &&[u8; 3]| code.eq_ignore_ascii_case(currency);
    let decimals = if WITHOUT_DECIMALS.iter().any(is) {
        0
    } else if OF_THREE_DECIMALS.iter().any(is) {
        3
    } else {
        2
    };
    Some(Decimal::new(amount.mantissa, amount.scale.checked_add(decimals)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_has_its_smallest_unit() {
        let of = |currency: &str| major(Decimal::new(1995, 0), currency.as_bytes()).unwrap().scale;
        assert_eq!((of("usd"), of("JPY"), of("kwd"), of("isk"), of("xyz")), (2, 0, 3, 2, 2));
        let exact = major(Decimal::new(10995, 1), b"usd");
        assert_eq!(exact, Some(Decimal::new(10995, 3)));
    }
}
