use crate::calendar::Grain;

/// What a rollup is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slice {
    /// All customers, by period.
    Total(Grain),
    /// Churns by kind and reason, by month.
    Churn,
    Plan,
    Product,
    BillingPeriod,
    /// In the currency's own amounts.
    Currency,
    /// By the month in which customers first had MRR.
    Cohort,
    /// First spells by the day they began.
    FirstSpell,
    /// Ended first spells by their age in months.
    EndedSpell,
}

impl Slice {
    pub fn all() -> impl Iterator<Item = Slice> {
        let others = [
            Self::Churn,
            Self::Plan,
            Self::Product,
            Self::BillingPeriod,
            Self::Currency,
            Self::Cohort,
            Self::FirstSpell,
            Self::EndedSpell,
        ];
        Grain::ALL.into_iter().map(Self::Total).chain(others)
    }

    pub fn named(name: &[u8]) -> Option<Slice> {
        Self::all().find(|it| it.name().as_bytes() == name)
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Total(grain) => grain as u8,
            Self::Churn => 5,
            Self::Plan => 6,
            Self::Product => 7,
            Self::BillingPeriod => 8,
            Self::Currency => 9,
            Self::Cohort => 10,
            Self::FirstSpell => 11,
            Self::EndedSpell => 12,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Total(grain) => grain.name(),
            Self::Churn => "churn",
            Self::Plan => "plan",
            Self::Product => "product",
            Self::BillingPeriod => "billing_period",
            Self::Currency => "currency",
            Self::Cohort => "cohort",
            Self::FirstSpell => "first_spell",
            Self::EndedSpell => "ended_spell",
        }
    }
}
