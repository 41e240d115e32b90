use super::timeline::Change;
use crate::decimal::Sum;

/// How a change of a customer's MRR is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    New,
    Reactivation,
    Expansion,
    Contraction,
    Churn,
}

impl Kind {
    /// The boundary to 0 comes first: a return is no expansion, a loss no contraction.
    pub(crate) fn of<S: Sum>(change: &Change<S>, known: bool) -> Kind {
        let zero = S::default();
        let arrival = if known { Kind::Reactivation } else { Kind::New };
        let resize = if change.after > change.before { Kind::Expansion } else { Kind::Contraction };
        let departure = if change.after == zero { Kind::Churn } else { resize };
        if change.before == zero { arrival } else { departure }
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Reactivation => "reactivation",
            Kind::Expansion => "expansion",
            Kind::Contraction => "contraction",
            Kind::Churn => "churn",
        }
    }
}
