//! How the items of lines stand, by the subscriptions as they are now.

use allocator_api2::alloc::Allocator;

use super::current::{CurrentItem, CurrentPrice, Standing};
use super::found::{Found, Period, Problem};
use super::lines::{Line, Lines};

use crate::ledger::rows::{Charge, Status, Text, Texts};

/// The items of a customer's subscriptions, in the order of their ids.
pub struct CurrentItems<'a, A: Allocator + Clone> {
    texts: &'a Texts<A>,
    items: Vec<&'a CurrentItem>,
    /// By their subscriptions.
    siblings: Vec<&'a CurrentItem>,
    /// The ids of the items that there are lines of, in order.
    invoiced: Vec<&'a [u8]>,
}

impl<'a, A: Allocator + Clone> CurrentItems<'a, A> {
    pub fn of(lines: &'a Lines<A>) -> Self {
        let texts = &lines.texts;
        let mut items: Vec<_> = lines.items.iter().collect();
        items.sort_by_key(|it| texts.get(it.item_id));
        let mut siblings = items.clone();
        siblings.sort_by_key(|it| texts.get(it.subscription_id));
        let mut current = CurrentItems { texts, items, siblings, invoiced: vec![] };
        let mut invoiced: Vec<_> = lines.lines.iter().filter_map(|it| current.id(it)).collect();
        invoiced.sort_unstable();
        invoiced.dedup();
        current.invoiced = invoiced;
        current
    }

    fn of_subscription(&self, subscription: Text) -> &[&'a CurrentItem] {
        let Some(id) = self.texts.get(subscription) else { return &[] };
        let of = |it: &&CurrentItem| self.texts.get(it.subscription_id);
        let first = self.siblings.partition_point(|it| of(it) < Some(id));
        let count = self.siblings[first..].partition_point(|it| of(it) == Some(id));
        &self.siblings[first..first + count]
    }

    /// The item of a line. One that names none is of its subscription's only item, or is that itself.
    fn id(&self, line: &Line) -> Option<&'a [u8]> {
        let own = self.texts.get(line.item_id);
        own.or_else(|| match self.of_subscription(line.subscription_id) {
            [only] => self.texts.get(only.item_id),
            _ => self.texts.get(line.subscription_id),
        })
    }

    fn find(&self, id: &[u8]) -> Option<&'a CurrentItem> {
        let place = self.items.binary_search_by_key(&Some(id), |it| self.texts.get(it.item_id));
        Some(self.items[place.ok()?])
    }

    fn has_lines(&self, item: &CurrentItem) -> bool {
        self.texts.get(item.item_id).is_some_and(|id| self.invoiced.binary_search(&id).is_ok())
    }

    /// How the item of a line stands, where that is known. An item that its subscription has no more
    /// is gone: with the subscription, or when another came in its place.
    pub fn standing(&self, line: &Line) -> Option<Standing> {
        if let Some(item) = self.find(self.id(line)?) {
            return Some(item.standing);
        }
        let siblings = self.of_subscription(line.subscription_id);
        let [sibling, ..] = siblings else { return None };
        if line.item_id == Text::NULL {
            return None;
        }
        let ended = Some(sibling.standing).filter(|it| it.status == Status::Canceled);
        let replaced = siblings
            .iter()
            .filter(|it| !self.has_lines(it))
            .filter_map(|it| it.started_at.filter(|start| *start > line.start))
            .min();
        let gone = ended.unwrap_or(Standing::GONE);
        let access_ends_at = [gone.access_ends_at, replaced].into_iter().flatten().min();
        Some(Standing { access_ends_at, ..gone })
    }

    /// The items that there are no lines of.
    pub fn left(&self) -> impl Iterator<Item = &'a CurrentItem> {
        self.items.iter().copied().filter(|it| !self.has_lines(it))
    }
}

/// An item that nothing was invoiced of yet begins with its own row; what it uses is not known, and of
/// what ended before that nothing was paid.
pub fn begun<'a, A: Allocator + Clone>(
    lines: &'a Lines<A>,
    item: &CurrentItem,
) -> Option<Found<'a>> {
    let text = |it: Text| lines.texts.get(it);
    let starts_at = item.started_at?;
    let ended = item.standing.status == Status::Canceled;
    if ended || matches!(item.charge, Charge::Usage | Charge::OneTime) {
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
        ends_at: None,
        renews: false,
        status,
        cancel_requested_at,
        access_ends_at,
        churn_kind,
        churn_reason: text(churn_reason),
    }))
}

#[cfg(test)]
mod tests {
    use crate::invoices::given::{Given, Now};
    use crate::invoices::testing::{MONTH, at, derived, line, now};
    use crate::ledger::rows::Length;

    const YEAR: Length = Length { months: 12, ..MONTH };

    fn of(item: &'static str, given: Given<'static>) -> Given<'static> {
        Given { item_id: Some(item.as_bytes()), subscription_id: Some(b"sub"), ..given }
    }

    fn yearly(item: &'static str) -> Given<'static> {
        Given {
            billing_period: Some(YEAR),
            ..of(item, line("recurring", 120_000, at(1, 1), at(13, 1)))
        }
    }

    fn unpaid(month: u32, status: &'static str) -> Given<'static> {
        let line = line("recurring", 3000, at(month, 1), at(month + 1, 1));
        Given { status: Some(status.as_bytes()), ..line }
    }

    #[test]
    fn an_item_that_its_subscription_has_no_more_is_gone() {
        let line = of("seat", line("recurring", 3000, at(1, 1), at(2, 1)));
        let other = of("desk", Given { service_start: Some(at(2, 1)), ..now("active") });
        let expected = ["2026-01-01 2026-02-01 3000 0 active", "2026-02-01 open 3000 0 active"];
        assert_eq!(derived(&[line.clone(), other]), expected);
        let elsewhere = Given { item_id: Some(b"desk"), ..now("active") };
        assert_eq!(derived(&[line, elsewhere]), ["2026-01-01 2026-02-01* 3000 0 active"]);
    }

    #[test]
    fn with_its_subscription_or_when_another_comes_in_its_place() {
        let mut ended = of("desk", now("canceled"));
        ended.now.access_ends_at = Some(at(3, 1));
        assert_eq!(derived(&[yearly("seat"), ended]), ["2026-01-01 2026-03-01 120000 0 active"]);
        let instead = of("desk", Given { service_start: Some(at(3, 1)), ..now("active") });
        let expected = ["2026-01-01 2026-03-01 120000 0 active", "2026-03-01 open 3000 0 active"];
        assert_eq!(derived(&[yearly("seat"), instead.clone()]), expected);
        // One that is invoiced already came beside it.
        let beside = derived(&[yearly("seat"), yearly("desk"), instead]);
        let expected = ["2026-01-01 open 120000 0 active", "2026-01-01 2027-01-01 120000 0 active"];
        assert_eq!(beside, expected);
    }

    #[test]
    fn a_line_without_an_item_is_of_its_subscriptions_only_one() {
        let line = Given { item_id: None, ..of("", line("recurring", 3000, at(1, 1), at(2, 1))) };
        let only = of("seat", Given { service_start: Some(at(1, 1)), ..now("active") });
        assert_eq!(derived(&[line, only]), ["2026-01-01 open 3000 0 active"]);
    }

    #[test]
    fn what_is_not_paid_for_is_late_paused_or_given_up_from_the_first_invoice_on() {
        let lines = |status| [unpaid(1, "paid"), unpaid(2, status), unpaid(3, status)];
        let with = |invoice, standing: &'static str| {
            derived(&[lines(invoice).as_slice(), &[now(standing)]].concat())
        };
        for (invoice, standing) in
            [("open", "past_due"), ("open", "unpaid"), ("uncollectible", "paused")]
        {
            let expected = [
                "2026-01-01 2026-02-01 3000 0 active".to_owned(),
                format!("2026-02-01 2026-03-01 3000 0 {standing}"),
                format!("2026-03-01 open 3000 0 {standing}"),
            ];
            assert_eq!(with(invoice, standing), expected);
        }
        assert_eq!(with("open", "active").last().unwrap(), "2026-03-01 open 3000 0 active");
    }

    #[test]
    fn a_free_plan_is_no_trial() {
        let free = line("recurring", 0, at(1, 1), at(2, 1));
        assert_eq!(derived(&[free.clone(), now("active")]), ["2026-01-01 open 0 0 active"]);
        assert_eq!(derived(&[free, now("trialing")]), ["2026-01-01 open 0 0 trialing"]);
    }

    #[test]
    fn what_is_not_invoiced_yet_begins_with_its_own_row() {
        let begun = Given { service_start: Some(at(1, 5)), ..now("active") };
        assert_eq!(derived(std::slice::from_ref(&begun)), ["2026-01-05 open 3000 0 active"]);
        assert_eq!(derived(&[now("active")]), [] as [&str; 0]);
        let usage = Given { kind: Some(b"usage"), ..begun.clone() };
        assert_eq!(derived(&[usage]), [] as [&str; 0]);
        let mut ended = Given { service_start: Some(at(1, 5)), ..now("canceled") };
        ended.now.access_ends_at = Some(at(2, 5));
        assert_eq!(derived(&[ended]), [] as [&str; 0]);
        let priceless = Given { amount: None, ..begun.clone() };
        assert_eq!(derived(std::slice::from_ref(&priceless)), ["amount is NULL"]);
        let line = line("recurring", 3000, at(1, 1), at(2, 1));
        assert_eq!(derived(&[priceless, line]), ["2026-01-01 open 3000 0 active"]);
        let lost = Given { now: Now { status: Some(b"lost"), ..Now::default() }, ..begun };
        let words = "active, trialing, past_due, unpaid, paused, canceled";
        assert_eq!(derived(&[lost]), [format!("status \"lost\" is none of: {words}")]);
    }
}
