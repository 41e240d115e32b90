use std::fmt;

use crate::calendar::{Day, MAX_PERIODS};
use crate::collection::run::MAX_RUN_BYTES;
use crate::decimal::{MAX_DECIMALS, MAX_DIGITS};
use crate::metrics::MAX_COHORTS;

pub type Result<T> = std::result::Result<T, Error>;

/// Why a row, an argument or a result was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A billing period that cannot be turned into months.
    BillingPeriod(&'static str),
    /// Packed movements that no version of this library wrote.
    CorruptMovements,
    /// A run that none wrote.
    CorruptRun,
    /// A day that the calendar cannot place in a period, and which one it is.
    DayOutOfRange(&'static str, Day),
    EndBeforeStart {
        starts_on: Day,
        ends_on: Day,
    },
    /// Integer and other customers in one collection.
    MixedCustomers,
    NegativeMrr,
    /// An amount, by the name of its argument, that is NaN or infinite.
    NotFinite(&'static str),
    OutOfMemory,
    /// A value that an option of a policy does not have, and those it has.
    Policy {
        option: &'static str,
        values: &'static str,
    },
    RunTooLarge,
    /// The settings of a ledger as no version of this library writes them.
    Settings(String),
    /// More microseconds than a time between two steps can have.
    TimeTooLong,
    UnboundedStart,
    AmountOutOfRange,
    TooManyCohorts,
    TooManyDecimals(&'static str),
    /// More periods than a result may have, and what they are.
    TooManyPeriods(&'static str),
    UnknownGrain(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BillingPeriod(problem) => write!(f, "billing_period {problem}"),
            Self::CorruptMovements => write!(f, "packed movements cannot be read"),
            Self::CorruptRun => write!(f, "the state of a parallel worker cannot be read"),
            Self::DayOutOfRange(what, day) => write!(f, "{what} {day} is outside the calendar"),
            Self::EndBeforeStart { starts_on, ends_on } => {
                write!(f, "the end {ends_on} is before the start {starts_on}")
            }
            Self::MixedCustomers => write!(f, "customers of different types cannot be mixed"),
            Self::NegativeMrr => write!(f, "mrr must not be negative"),
            Self::NotFinite(what) => write!(f, "{what} must be a number, not NaN or infinity"),
            Self::OutOfMemory => write!(f, "out of memory"),
            Self::Policy { option, values } => {
                write!(f, "option {option} of the policy must be one of: {}", values.trim_end())
            }
            Self::Settings(problem) => write!(f, "the ledger's settings cannot be read: {problem}"),
            Self::RunTooLarge => {
                write!(f, "the state of a parallel worker exceeds {} MB", MAX_RUN_BYTES / 1_000_000)
            }
            Self::UnboundedStart => {
                write!(f, "the start must be a day, not -infinity or unbounded")
            }
            Self::AmountOutOfRange => write!(
                f,
                "an amount or a sum of amounts has more than {MAX_DIGITS} digits at the most decimals of any amount"
            ),
            Self::TimeTooLong => {
                write!(f, "two steps are too far apart to tell the time between them")
            }
            Self::TooManyCohorts => {
                write!(f, "the result would have more than {MAX_COHORTS} cohorts")
            }
            Self::TooManyDecimals(what) => {
                write!(f, "{what} has more than {MAX_DECIMALS} decimals")
            }
            Self::TooManyPeriods(what) => {
                write!(f, "the result would have more than {MAX_PERIODS} {what}")
            }
            Self::UnknownGrain(grain) => write!(f, "grain \"{grain}\" is not known"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::BillingPeriod(_) => {
                "Use a positive interval in whole months or years, or in whole days or weeks, such as '1 month' or '1 week'."
            }
            Self::CorruptMovements | Self::CorruptRun => {
                "Make sure that all sessions use the same version of the library."
            }
            Self::DayOutOfRange(..) => "Use a date between 4713 BC and 262141 AD.",
            Self::EndBeforeStart { .. } => {
                "The end is exclusive: a span that never ran ends on the day it starts. Correct the row or filter it out."
            }
            Self::MixedCustomers => "Give all rows a customer of one type.",
            Self::NegativeMrr => {
                "A credit is not recurring revenue. Correct the row or filter it out."
            }
            Self::NotFinite(_) => "Correct the row or filter it out.",
            Self::OutOfMemory => "Aggregate fewer rows at a time, for example by segment.",
            Self::Policy { .. } => "See saas_metrics.policies.",
            Self::Settings(_) => "Run saas_metrics.upgrade_ledger.",
            Self::RunTooLarge => {
                "Set max_parallel_workers_per_gather to 0 for this query, or aggregate by segment."
            }
            Self::UnboundedStart => "Give the first day that the amount counts.",
            Self::AmountOutOfRange => {
                "The digits before the point and the most decimals of any amount share 37 places. Round the amounts, or aggregate fewer."
            }
            Self::TimeTooLong => "Correct the rows or filter them out: no subject lives that long.",
            Self::TooManyCohorts => {
                "Choose a coarser grain, a closer until, or leave out rows that start too early."
            }
            Self::TooManyDecimals(_) => "Round it, for example to 10 decimals.",
            Self::TooManyPeriods(_) => {
                "Leave out rows that start too early, choose a closer until or, where there is a grain, a coarser one."
            }
            Self::UnknownGrain(_) => "Use 'day', 'week', 'month', 'quarter' or 'year'.",
        }
    }
}
