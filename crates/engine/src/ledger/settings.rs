use allocator_api2::alloc::Allocator;

use super::digest::Digest;
use super::policy::{Fx, Netting, Policy};
use super::rates::Rates;
use super::words::shown;
use crate::calendar::Day;
use crate::decimal::Decimal;
use crate::{Error, Result};

/// How a ledger reads its rows.
pub struct Settings<A: Allocator + Clone> {
    pub currency: Currency,
    pub policy: Policy,
    pub rates: Rates<A>,
    /// Of all but the rates, and of the rates.
    pub digest: Digest,
    pub rates_digest: Digest,
}

/// A currency's code.
#[derive(Clone, Copy)]
pub struct Currency {
    code: [u8; 8],
    length: usize,
}

impl Currency {
    pub fn code(&self) -> &[u8] {
        &self.code[..self.length]
    }

    fn read(text: &str) -> Option<Currency> {
        let mut code = [0; 8];
        code.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Currency { code, length: text.len() })
    }
}

impl<A: Allocator + Clone> Settings<A> {
    /// Reads lines of `option=value`; a rate is `rate=EUR 8825 1.0832`. What is not for the
    /// engine goes to `other`, which says whether it knows the option; `digest` counts for nothing.
    pub fn read(text: &str, memory: A, mut other: impl FnMut(&str, &str) -> bool) -> Result<Self> {
        let mut currency = None;
        let mut policy = Policy::default();
        let mut rates = Rates::new_in(memory);
        let (mut digest, mut rates_digest) = (Digest::default(), Digest::default());
        for line in text.lines() {
            let unknown = || Error::Settings(shown(line.as_bytes()));
            let (option, value) = line.split_once('=').ok_or_else(unknown)?;
            match option {
                "digest" => continue,
                "rate" => rates_digest.add(line.as_bytes()),
                _ => digest.add(line.as_bytes()),
            }
            let known = match option {
                "currency" => {
                    currency = Currency::read(value);
                    currency.is_some()
                }
                "rate" => read_rate(&mut rates, value)?.is_some(),
                _ => policy.set(option, value)? || other(option, value),
            };
            if !known {
                return Err(unknown());
            }
        }
        rates.sort();
        if policy.netting == Netting::Month && policy.fx == Fx::Daily {
            return Err(Error::Policy {
                option: "netting",
                values: "'day' 'event' with fx 'daily'",
            });
        }
        let currency = currency.ok_or_else(|| Error::Settings("no currency".to_owned()))?;
        Ok(Settings { currency, policy, rates, digest, rates_digest })
    }
}

/// `EUR 8825 1.0832`: the currency, the day and the rate, ? where it cannot be used.
fn read_rate<A: Allocator + Clone>(rates: &mut Rates<A>, value: &str) -> Result<Option<()>> {
    let mut words = value.split(' ');
    let mut word = || words.next();
    let parts = (word(), word().and_then(|it| it.parse().ok()), word());
    let (Some(currency), Some(day), Some(rate)) = parts else { return Ok(None) };
    let rate = match decimal(rate) {
        None if rate != "?" => return Ok(None),
        rate => rate,
    };
    let added = rates.add(currency.as_bytes(), Day(day), rate)?;
    Ok(added.then_some(()))
}

fn decimal(text: &str) -> Option<Decimal> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let scale = u8::try_from(decimals.len()).ok()?;
    let mantissa: i128 = format!("{whole}{decimals}").parse().ok()?;
    (mantissa > 0 && scale <= 20).then_some(Decimal::new(mantissa, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::policy::Usage;
    use allocator_api2::alloc::Global;

    #[test]
    fn settings_are_lines() {
        let text = "currency=USD\nusage=include\ntime_zone=UTC\nrate=EUR 10 1.08";
        let mut zone = String::new();
        let settings = Settings::read(text, Global, |option, value| {
            zone = value.to_owned();
            option == "time_zone"
        })
        .expect("settings");
        assert_eq!((settings.currency.code(), zone.as_str()), (b"USD".as_slice(), "UTC"));
        assert_eq!(settings.policy.usage, Usage::Include);
        assert_eq!(settings.rates.on(b"EUR", Day(10)), Some(Decimal::new(108, 2)));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for text in ["", "currency=USD\ncolour=red", "currency=USD\nrate=EUR 10", "currency"] {
            assert!(Settings::read(text, Global, |_, _| false).is_err(), "{text}");
        }
    }
}
