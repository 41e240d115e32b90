//! Amounts in a currency's smallest unit as amounts in its own.

use crate::currency;
use crate::decimal::Decimal;

/// The decimals of the unit that Stripe counts a currency in: it keeps hundredths of two that have
/// given them up, and has none of one that counts in fifths.
/// <https://docs.stripe.com/currencies#special-cases>
pub fn decimals(currency: &[u8]) -> u8 {
    let is = |code: &[u8]| code.eq_ignore_ascii_case(currency);
    match () {
        () if is(b"ISK") || is(b"UGX") => 2,
        () if is(b"MGA") => 0,
        () => currency::decimals(currency),
    }
}

/// An amount in the smallest unit of a currency, in the currency's own.
pub fn major(amount: Decimal, currency: &[u8]) -> Option<Decimal> {
    Some(Decimal::new(amount.mantissa, amount.scale.checked_add(decimals(currency))?))
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
