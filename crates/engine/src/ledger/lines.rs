//! What a customer has, line by line, and how the lines of a movement come from it.

use super::dimension::{Dimension, LineChange, Share};
use super::movements::{Line, MovementKind};
use super::rows::Length;

/// What lines are told apart by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey<'a> {
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub billing_period: Length,
    /// None for the ledger's own.
    pub currency: Option<&'a [u8]>,
}

/// All that lines are summed up by.
#[derive(Clone)]
pub struct Dimensions {
    plans: Dimension,
    products: Dimension,
    billing_periods: Dimension,
    currencies: Dimension,
}

impl Dimensions {
    pub fn of(lines: &[LineKey]) -> Dimensions {
        Dimensions {
            plans: Dimension::new(lines.iter().map(|it| it.plan)),
            products: Dimension::new(lines.iter().map(|it| it.product)),
            billing_periods: Dimension::new(lines.iter().map(|it| it.billing_period)),
            currencies: Dimension::new(lines.iter().map(|it| it.currency)),
        }
    }

    /// The lines of a movement, from what changes.
    pub fn form_lines<'a>(
        &mut self,
        keys: &[LineKey<'a>],
        kind: MovementKind,
        changes: &[LineChange],
        lines: &mut Vec<Line<'a>>,
    ) {
        lines.clear();
        lines.extend(changes.iter().map(|change| {
            let key = &keys[change.line];
            Line {
                product: key.product,
                plan: key.plan,
                billing_period: key.billing_period,
                currency: key.currency,
                before: change.from.converted,
                after: change.to.converted,
                native_amount: change.native(),
                plan_share: Share::default(),
                product_share: Share::default(),
                billing_period_share: Share::default(),
                currency_switch: 0,
            }
        }));
        // Rates move nothing from one line to another.
        if kind == MovementKind::Fx {
            return;
        }
        self.plans.share(changes, |place, it| lines[place].plan_share = it);
        self.products.share(changes, |place, it| lines[place].product_share = it);
        self.billing_periods.share(changes, |place, it| lines[place].billing_period_share = it);
        self.currencies.switch_natives(changes, |place, it| lines[place].currency_switch = it);
    }
}
