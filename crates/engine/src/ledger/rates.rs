use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::Result;
use crate::calendar::Day;
use crate::collection::room::push;
use crate::decimal::Decimal;

/// What a unit of a currency is worth in the ledger's, from a day on.
#[derive(Clone, Copy)]
pub struct Rate {
    currency: [u8; Rate::CODE],
    pub valid_from: Day,
    /// None where the one that is given cannot be used.
    pub rate: Option<Decimal>,
}

impl Rate {
    /// Letters of a currency's code; a shorter one is filled up with zeros.
    pub const CODE: usize = 8;
}

/// The rates of all currencies.
pub struct Rates<A: Allocator + Clone>(Vec<Rate, A>);

impl<A: Allocator + Clone> Rates<A> {
    pub fn new_in(memory: A) -> Self {
        Rates(Vec::new_in(memory))
    }

    /// Adds a rate; false if no code of a currency is so long.
    pub fn add(&mut self, currency: &[u8], valid_from: Day, rate: Option<Decimal>) -> Result<bool> {
        match code(currency) {
            Some(currency) => push(&mut self.0, Rate { currency, valid_from, rate }).map(|()| true),
            None => Ok(false),
        }
    }

    /// To be called once, after the last rate.
    pub fn sort(&mut self) {
        self.0.sort_unstable_by_key(|it| (it.currency, it.valid_from, it.rate.is_some()));
    }

    /// The rates of a currency, in order.
    pub fn of(&self, currency: &[u8]) -> &[Rate] {
        let Some(currency) = code(currency) else { return &[] };
        let start = self.0.partition_point(|it| it.currency < currency);
        let rest = &self.0[start..];
        &rest[..rest.partition_point(|it| it.currency == currency)]
    }

    /// The highest that a currency ever has.
    pub fn highest(&self, currency: &[u8]) -> Option<Decimal> {
        let ratio = |it: &Decimal| it.mantissa * 10_i128.pow(20 - u32::from(it.scale.min(20)));
        self.of(currency).iter().filter_map(|it| it.rate).max_by_key(ratio)
    }

    /// The rate that is valid on a day.
    pub fn on(&self, currency: &[u8], day: Day) -> Option<Decimal> {
        self.until(currency, day).last().and_then(|it| it.rate)
    }

    /// The last rate by a day that can be used.
    pub fn last_by(&self, currency: &[u8], day: Day) -> Option<Decimal> {
        self.until(currency, day).iter().rev().find_map(|it| it.rate)
    }

    fn until(&self, currency: &[u8], day: Day) -> &[Rate] {
        let rates = self.of(currency);
        &rates[..rates.partition_point(|it| it.valid_from <= day)]
    }
}

fn code(currency: &[u8]) -> Option<[u8; Rate::CODE]> {
    let mut code = [0; Rate::CODE];
    code.get_mut(..currency.len())?.copy_from_slice(currency);
    code.make_ascii_uppercase();
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use allocator_api2::alloc::Global;

    #[test]
    fn a_rate_is_valid_until_the_next() {
        let mut rates = Rates::new_in(Global);
        for (currency, day, rate) in [("GBP", 5, 3), ("EUR", 20, 2), ("eur", 10, 1)] {
            assert_eq!(
                rates.add(currency.as_bytes(), Day(day), Some(Decimal::new(rate, 0))),
                Ok(true)
            );
        }
        rates.sort();
        let on =
            |currency: &str, day| rates.on(currency.as_bytes(), Day(day)).map(|it| it.mantissa);
        assert_eq!((on("EUR", 9), on("EUR", 10), on("EUR", 19)), (None, Some(1), Some(1)));
        assert_eq!((on("EUR", 20), on("GBP", 99), on("CHF", 99)), (Some(2), Some(3), None));
        assert_eq!(on("a currency of many letters", 99), None);
    }

    #[test]
    fn a_rate_that_cannot_be_used_is_none() {
        let mut rates = Rates::new_in(Global);
        for (day, rate) in [(10, Some(Decimal::new(1, 0))), (20, None)] {
            assert_eq!(rates.add(b"EUR", Day(day), rate), Ok(true));
        }
        assert_eq!(rates.on(b"EUR", Day(25)), None);
        assert_eq!(rates.last_by(b"EUR", Day(25)), Some(Decimal::new(1, 0)));
    }
}
