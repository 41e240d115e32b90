use super::timeline::Change;
use crate::decimal::Sum;

/// How a change of a customer's MRR is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    New,
    Reactivation,
    Expansion,
    Contraction,
    Churn,
}

impl Kind {
    pub(crate) fn of<S: Sum>(change: &Change<S>, known: bool) -> Kind {
        let active = |mrr: S| mrr != S::default();
        let grows = change.after > change.before;
        Kind::between(active(change.before), active(change.after), grows, known)
    }

    /// The boundary of activity comes first: a return is no expansion, a loss no contraction.
    #[inline]
    pub(crate) fn between(before: bool, after: bool, grows: bool, known: bool) -> Kind {
        let arrival = if known { Kind::Reactivation } else { Kind::New };
        let resize = if grows { Kind::Expansion } else { Kind::Contraction };
        let departure = if after { resize } else { Kind::Churn };
        if before { departure } else { arrival }
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
