//! How the items of lines stand, by the subscriptions as they are now.

use allocator_api2::alloc::Allocator;

use super::current::{CurrentItem, CurrentPrice, Standing};
use super::lines::{Line, Lines};
use super::periods::{Found, Period, Problem};
use crate::ledger::rows::{Charge, Status, Text, Texts};

/// The items of a customer's subscriptions, in the order of their ids.
pub struct CurrentItems<'a, A: Allocator + Clone> {
    texts: &'a Texts<A>,
    items: Vec<(&'a CurrentItem, bool)>,
    subscriptions: Vec<Option<&'a [u8]>>,
}

impl<'a, A: Allocator + Clone> CurrentItems<'a, A> {
    pub fn of(lines: &'a Lines<A>) -> Self {
        let texts = &lines.texts;
        let mut items: Vec<_> = lines.items.iter().map(|it| (it, false)).collect();
        items.sort_by_key(|(it, _)| texts.get(it.item_id));
        let mut subscriptions: Vec<_> =
            lines.items.iter().map(|it| texts.get(it.subscription_id)).collect();
        subscriptions.sort_unstable();
        CurrentItems { texts, items, subscriptions }
    }

    /// How the item of a line stands, where that is known. An item that its subscription has no more
    /// is gone.
    pub fn take(&mut self, line: &Line) -> Option<Standing> {
        let subscription = self.texts.get(line.subscription_id);
        let id = self.texts.get(line.item_id).or(subscription)?;
        if let Ok(place) =
            self.items.binary_search_by_key(&Some(id), |(it, _)| self.texts.get(it.item_id))
        {
            self.items[place].1 = true;
            return Some(self.items[place].0.standing);
        }
        let goes_on =
            subscription.is_some() && self.subscriptions.binary_search(&subscription).is_ok();
        (goes_on && line.item_id != Text::NULL).then_some(Standing::GONE)
    }

    /// The items that there are no lines of.
    pub fn left(self) -> impl Iterator<Item = &'a CurrentItem> {
        self.items.into_iter().filter(|(_, taken)| !taken).map(|(it, _)| it)
    }
}

/// An item that nothing was invoiced of yet begins with its own row; what it uses is not known.
pub fn begun<'a, A: Allocator + Clone>(
    lines: &'a Lines<A>,
    item: &CurrentItem,
) -> Option<Found<'a>> {
    let text = |it: Text| lines.texts.get(it);
    let starts_at = item.started_at?;
    if matches!(item.charge, Charge::Usage | Charge::OneTime) {
        return None;
    }
    let (subscription_id, item_id) = (text(item.subscription_id), text(item.item_id));
    let CurrentPrice { amount, discount, discount_kind, billing_period } = match item.price {
        Ok(price) => price,
        Err(reason) => {
            let (starts_at, reason) = (Some(starts_at), text(reason));
            return Some(Found::Problem(Problem { subscription_id, item_id, starts_at, reason }));
        }
    };
    let Standing { status, cancel_requested_at, access_ends_at, churn_kind, churn_reason } =
        item.standing;
    Some(Found::Period(Period {
        subscription_id,
        item_id,
        product: text(item.product),
        plan: text(item.plan),
        charge: item.charge,
        amount,
        discount,
        discount_kind,
        currency: text(item.currency),
        billing_period,
        starts_at,
        ends_at: access_ends_at.filter(|_| status == Status::Canceled),
        renews: false,
        status,
        cancel_requested_at,
        access_ends_at,
        churn_kind,
        churn_reason: text(churn_reason),
    }))
}
