use crate::billing_period::Factors;
use crate::{Error, Result};

/// How rows count. The default is the house's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub churn_date: ChurnDate,
    pub past_due: PastDue,
    pub paused: Paused,
    pub discount: Discounts,
    pub usage: Usage,
    pub zero_mrr: ZeroMrr,
    pub netting: Netting,
    /// Days without MRR that do not end a customer's spell.
    pub gap_tolerance: i32,
    /// Days after the end of what is invoiced within which more may be.
    pub renewal_grace: i32,
    pub factors: Factors,
    pub fx: Fx,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            churn_date: ChurnDate::default(),
            past_due: PastDue::default(),
            paused: Paused::default(),
            discount: Discounts::default(),
            usage: Usage::default(),
            zero_mrr: ZeroMrr::default(),
            netting: Netting::default(),
            gap_tolerance: 0,
            renewal_grace: 7,
            factors: Factors::default(),
            fx: Fx::default(),
        }
    }
}

/// When an item that was cancelled ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChurnDate {
    #[default]
    AccessEnd,
    CancelEffective,
    CancelRequest,
}

/// How long an item counts whose payment is late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastDue {
    #[default]
    Count,
    DropAfter {
        days: i32,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paused {
    #[default]
    Zero,
    Count,
}

/// Which discounts lower MRR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discounts {
    /// Permanent and repeating ones.
    #[default]
    Recurring,
    Permanent,
    All,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    #[default]
    Exclude,
    Include,
}

/// Whether an item without MRR makes its customer active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZeroMrr {
    #[default]
    Inactive,
    Active,
}

/// What a customer's changes are set off against each other within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Netting {
    #[default]
    Day,
    Event,
    Month,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fx {
    /// The rate of an item's first day, for its life.
    #[default]
    AtStart,
    /// The rate of each day.
    Daily,
}

/// A value of an option, by its name.
macro_rules! choice {
    ($option:literal, $value:expr, $($name:literal => $choice:expr),+) => {
        match $value {
            $($name => Ok($choice),)+
            _ => Err(Error::Policy { option: $option, values: concat!($("'", $name, "' "),+) }),
        }
    };
}

impl Policy {
    /// Sets an option by its name; false if there is none of that name.
    pub fn set(&mut self, option: &str, value: &str) -> Result<bool> {
        match option {
            "churn_date" => {
                self.churn_date = choice!("churn_date", value,
                    "access_end" => ChurnDate::AccessEnd,
                    "cancel_effective" => ChurnDate::CancelEffective,
                    "cancel_request" => ChurnDate::CancelRequest)?;
            }
            "past_due" => self.past_due = past_due(value)?,
            "paused" => {
                self.paused =
                    choice!("paused", value, "zero" => Paused::Zero, "count" => Paused::Count)?;
            }
            "discount" => {
                self.discount = choice!("discount", value,
                    "recurring" => Discounts::Recurring,
                    "permanent" => Discounts::Permanent,
                    "all" => Discounts::All,
                    "none" => Discounts::None)?;
            }
            "usage" => {
                self.usage = choice!("usage", value,
                    "exclude" => Usage::Exclude, "include" => Usage::Include)?;
            }
            "zero_mrr" => {
                self.zero_mrr = choice!("zero_mrr", value,
                    "inactive" => ZeroMrr::Inactive, "active" => ZeroMrr::Active)?;
            }
            "netting" => {
                self.netting = choice!("netting", value,
                    "day" => Netting::Day, "event" => Netting::Event, "month" => Netting::Month)?;
            }
            "gap_tolerance" => {
                self.gap_tolerance = some_days("gap_tolerance", value)?;
            }
            "renewal_grace" => {
                self.renewal_grace = some_days("renewal_grace", value)?;
            }
            "week" => self.factors.week = fraction("week", value)?,
            "day" => self.factors.day = fraction("day", value)?,
            "fx" => {
                self.fx = choice!("fx", value, "at_start" => Fx::AtStart, "daily" => Fx::Daily)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn past_due(value: &str) -> Result<PastDue> {
    if value == "count" {
        return Ok(PastDue::Count);
    }
    let number = value.strip_suffix(" days").or(value.strip_suffix(" day"));
    let days = number.and_then(days);
    let values = "'count' or a number of days such as '14 days'";
    days.map(|days| PastDue::DropAfter { days }).ok_or(Error::Policy { option: "past_due", values })
}

fn some_days(option: &'static str, value: &str) -> Result<i32> {
    days(value).ok_or(Error::Policy { option, values: "a number of days from 0 to 3650" })
}

fn days(value: &str) -> Option<i32> {
    value.parse().ok().filter(|days| (0..=3650).contains(days))
}

/// Reads '52/12' or '4.33'.
fn fraction(option: &'static str, value: &str) -> Result<(i64, i64)> {
    let (over, under) = value.split_once('/').unwrap_or((value, "1"));
    let read = || {
        let (whole, decimals) = over.split_once('.').unwrap_or((over, ""));
        let digits = format!("{whole}{decimals}");
        let plain = |text: &str| {
            (1..=9).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
        };
        if !plain(&digits) || !plain(under) {
            return None;
        }
        let scale = 10_i64.pow(u32::try_from(decimals.len()).ok()?);
        let (over, under) = (digits.parse().ok()?, under.parse::<i64>().ok()? * scale);
        (over > 0 && under > 0).then_some((over, under))
    };
    let values = "a fraction or a number above 0, such as '52/12' or '4.33'";
    read().ok_or(Error::Policy { option, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_by_name() {
        let mut policy = Policy::default();
        for (option, value) in [
            ("churn_date", "cancel_request"),
            ("past_due", "14 days"),
            ("paused", "count"),
            ("discount", "all"),
            ("usage", "include"),
            ("zero_mrr", "active"),
            ("netting", "event"),
            ("gap_tolerance", "3"),
            ("renewal_grace", "5"),
            ("week", "4.33"),
            ("day", "30"),
            ("fx", "daily"),
        ] {
            assert_eq!(policy.set(option, value), Ok(true));
        }
        let expected = Policy {
            churn_date: ChurnDate::CancelRequest,
            past_due: PastDue::DropAfter { days: 14 },
            paused: Paused::Count,
            discount: Discounts::All,
            usage: Usage::Include,
            zero_mrr: ZeroMrr::Active,
            netting: Netting::Event,
            gap_tolerance: 3,
            renewal_grace: 5,
            factors: Factors { week: (433, 100), day: (30, 1) },
            fx: Fx::Daily,
        };
        assert_eq!(policy, expected);
        assert_eq!(policy.set("colour", "red"), Ok(false));
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        for (option, value) in [
            ("churn_date", "soon"),
            ("past_due", "14"),
            ("past_due", "-1 days"),
            ("gap_tolerance", "4000"),
            ("renewal_grace", "-1"),
            ("week", "0"),
            ("week", "4/0"),
            ("day", "-30"),
            ("day", "30,4"),
            ("fx", ""),
        ] {
            assert!(Policy::default().set(option, value).is_err(), "{option} = {value}");
        }
    }
}
