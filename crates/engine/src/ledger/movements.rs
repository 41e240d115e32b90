//! The movements of one customer, each with the lines that changed.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::dimension::Share;
use super::items::Cause;
use super::rows::Length;
use crate::Result;
use crate::calendar::Day;
use crate::metrics::kind::Kind;

/// A change of a customer's MRR, or of its lines alone. Amounts are mantissas of
/// [`MRR_DECIMALS`](crate::billing_period::MRR_DECIMALS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement<'a> {
    pub at: Moment,
    pub kind: MovementKind,
    pub net: Net,
    pub before: i128,
    pub after: i128,
    /// Of a churn, and of the churn that a reactivation ends.
    #[serde(borrow)]
    pub cause: Option<Cause<'a>>,
    /// When the customer first had MRR.
    pub first_on: Day,
    /// How many times he came, this one included.
    pub spell: i64,
    /// The day from which the movement is known to be one.
    pub counts_from: Day,
    pub openings: Openings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MovementKind {
    Customer(Kind),
    /// Only rates of currencies changed.
    Fx,
    /// Only lines changed.
    Switch,
}

impl MovementKind {
    pub const ALL: [MovementKind; 7] = [
        Self::Customer(Kind::New),
        Self::Customer(Kind::Reactivation),
        Self::Customer(Kind::Expansion),
        Self::Customer(Kind::Contraction),
        Self::Customer(Kind::Churn),
        Self::Fx,
        Self::Switch,
    ];

    /// The place in [`Self::ALL`].
    pub fn place(self) -> usize {
        match self {
            Self::Customer(kind) => kind as usize,
            Self::Fx => 5,
            Self::Switch => 6,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Customer(kind) => kind.name(),
            Self::Fx => "fx",
            Self::Switch => "switch",
        }
    }
}

/// What a movement is to views by month and longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// A movement as to all others.
    #[default]
    Plain,
    /// Where months are netted: what the customer's month comes to, for views by month and longer.
    Comes,
    /// Likewise: what it no longer comes to.
    Goes,
}

impl Net {
    /// As the ledger keeps it.
    pub fn number(self) -> Option<i16> {
        match self {
            Self::Plain => None,
            Self::Comes => Some(1),
            Self::Goes => Some(-1),
        }
    }

    pub fn of_number(number: Option<i16>) -> Net {
        match number {
            None => Self::Plain,
            Some(0..) => Self::Comes,
            Some(_) => Self::Goes,
        }
    }
}

/// How a customer stood when the periods opened that hold a movement, by grain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openings {
    /// His MRR, where it was not that before the movement.
    pub mrr: [Option<i128>; 5],
    /// A bit for each grain in which he was active.
    pub active: i16,
}

/// What changed in what a customer pays for one plan, product, billing period and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line<'a> {
    #[serde(borrow, with = "serde_bytes")]
    pub product: Option<&'a [u8]>,
    #[serde(borrow, with = "serde_bytes")]
    pub plan: Option<&'a [u8]>,
    pub billing_period: Length,
    /// None for the ledger's own.
    #[serde(borrow, with = "serde_bytes")]
    pub currency: Option<&'a [u8]>,
    pub before: i128,
    pub after: i128,
    pub native_amount: i128,
    pub plan_share: Share,
    pub product_share: Share,
    pub billing_period_share: Share,
    /// What the currency's own amount came from or went to other currencies by; told once for each.
    pub currency_switch: i128,
}

/// Is told each movement with its lines.
pub type Visit<'v, 'a> = &'v mut dyn FnMut(&Movement<'a>, &[Line<'a>]) -> Result<()>;
