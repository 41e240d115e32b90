//! The periods that lines of invoices come to.

use allocator_api2::alloc::Allocator;

use super::current::Standing;
use super::cycles::Cycles;
use super::found::{Found, Period, Problem};
use super::lines::{InvoiceStatus, Kind, Line, Lines, Price};
use super::standing::{CurrentItems, begun};
use crate::decimal::Decimal;
use crate::ledger::rows::{Charge, ChurnKind, Status, Text, Texts};
use crate::{Error, Result};

const PAYMENT_FAILED: &[u8] = b"payment_failed";

/// Visits the periods of a customer, item by item, each in order, and then what cannot be read.
pub fn periods<'a, A: Allocator + Clone>(
    lines: &'a Lines<A>,
    mut visit: impl FnMut(&Found<'a>) -> Result<()>,
) -> Result<()> {
    let text = |it: Text| lines.texts.get(it);
    let mut order: Vec<&Line> = lines.lines.iter().collect();
    // A line that belongs to nothing is an item of its own.
    let item = |line: &Line| {
        let (item, subscription) = (text(line.item_id), text(line.subscription_id));
        let own = if item.is_none() && subscription.is_none() { line.place } else { 0 };
        (item, subscription, own)
    };
    order.sort_by(|a, b| {
        let time = |it: &Line| (it.start, it.issued, it.place);
        item(a).cmp(&item(b)).then_with(|| time(a).cmp(&time(b)))
    });
    let (cycles, current) = (Cycles::of(lines), CurrentItems::of(lines));
    for item in order.chunk_by(|a, b| item(a) == item(b)) {
        // By its last line: what another is replaced by is later.
        let standing = current.standing(item[item.len() - 1]);
        Item::of(lines, item, &cycles, standing)?.visit(&mut |it| visit(&Found::Period(*it)))?;
    }
    for item in current.left() {
        if let Some(found) = begun(lines, item) {
            visit(&found)?;
        }
    }
    for it in &lines.rejections {
        visit(&Found::Problem(Problem {
            subscription_id: text(it.subscription_id),
            item_id: text(it.item_id),
            starts_at: it.start,
            reason: text(it.reason),
        }))?;
    }
    Ok(())
}

/// What an item costs from a line on.
struct Charged<'l> {
    line: &'l Line,
    net: Decimal,
    discount: Decimal,
    told: (Decimal, Decimal),
}

struct Item<'a, 'l, A: Allocator + Clone> {
    lines: &'a Lines<A>,
    charges: Vec<Charged<'l>>,
    credits: Vec<&'l Line>,
    usages: Vec<&'l Line>,
    standing: Option<Standing>,
}

impl<'a, 'l, A: Allocator + Clone> Item<'a, 'l, A> {
    fn of(
        lines: &'a Lines<A>,
        item: &[&'l Line],
        cycles: &Cycles<A>,
        standing: Option<Standing>,
    ) -> Result<Self> {
        let of = |kinds: &[Kind]| -> Vec<&'l Line> {
            item.iter().copied().filter(|it| kinds.contains(&it.kind)).collect()
        };
        let charges = of(&[Kind::Recurring, Kind::ProrationDebit]);
        let credits = of(&[Kind::ProrationCredit]);
        let mut item = Item {
            lines,
            charges: charges
                .chunk_by(|a, b| a.start == b.start)
                .map(|together| charged(&lines.texts, cycles, together, &credits))
                .collect::<Result<_>>()?,
            credits,
            usages: of(&[Kind::Usage]),
            standing,
        };
        item.forgive_rounding();
        Ok(item)
    }

    /// A part of a billing period that comes to the next price but for rounding is at that price.
    fn forgive_rounding(&mut self) {
        for place in 1..self.charges.len() {
            let (before, after) = self.charges.split_at_mut(place);
            let (part, next) = (&mut before[place - 1], &after[0]);
            let same = part.line.billing_period == next.line.billing_period
                && self.lines.texts.get(part.line.plan) == self.lines.texts.get(next.line.plan);
            let (net, discount) = part.told;
            let fits = |a, b| part.line.part().may_come_to(a, b);
            if part.line.price.is_derived
                && same
                && fits(net, next.net)
                // Prorations may be net of a discount without telling it.
                && (discount.mantissa == 0 || fits(discount, next.discount))
            {
                (part.net, part.discount) = (next.net, next.discount);
            }
        }
    }

    fn visit(&self, visit: &mut impl FnMut(&Period<'a>) -> Result<()>) -> Result<()> {
        for place in 0..self.charges.len() {
            self.visit_charge(place, visit)?;
        }
        for line in &self.usages {
            let period = self.period(line, line.price.net, line.price.discount)?;
            visit(&Period { charge: Charge::Usage, ends_at: Some(line.end), ..period })?;
        }
        Ok(())
    }

    fn visit_charge(
        &self,
        place: usize,
        visit: &mut impl FnMut(&Period<'a>) -> Result<()>,
    ) -> Result<()> {
        let Charged { line, net, discount, .. } = self.charges[place];
        let next = self.charges.get(place + 1).map(|it| it.line.start);
        // What is credited without another charge from then on has ended; a credit from where the
        // line starts, issued with it, is for what was before.
        let credit = self.credits.iter().find(|it| {
            let of_this =
                it.start > line.start || it.start == line.start && it.issued > line.issued;
            of_this && it.start < line.end
        });
        let closed = [next, credit.map(|it| it.start)].into_iter().flatten().min();
        let closed = closed.filter(|it| *it <= line.end);
        let mut period = self.period(line, net, discount)?;
        period.ends_at = Some(closed.unwrap_or(line.end));
        period.renews = closed.is_none();
        if period.renews && line.status == InvoiceStatus::Uncollectible {
            period.churn_kind = Some(ChurnKind::Involuntary);
            period.churn_reason = Some(PAYMENT_FAILED);
        }
        let Some(standing) = self.standing else { return visit(&period) };
        if !self.is_paid_for(place, standing) {
            (period.status, period.churn_kind, period.churn_reason) = (standing.status, None, None);
        }
        match next {
            None if closed.is_none() => self.visit_last(period, line, standing, visit),
            None if standing.status == Status::Canceled => {
                visit(&Period { access_ends_at: None, ..self.told(period, standing) })
            }
            _ => visit(&period),
        }
    }

    /// Whether what a line is for is served. Of a subscription that is late, paused or given up on,
    /// the last invoices are not paid.
    fn is_paid_for(&self, place: usize, standing: Standing) -> bool {
        let is_paid = |it: &Charged| it.line.status == InvoiceStatus::Paid;
        !matches!(standing.status, Status::PastDue | Status::Paused | Status::Unpaid)
            || self.charges[place..].iter().any(is_paid)
    }

    /// A period with what its subscription tells of its end.
    fn told(&self, period: Period<'a>, standing: Standing) -> Period<'a> {
        Period {
            renews: false,
            cancel_requested_at: standing.cancel_requested_at,
            access_ends_at: standing.access_ends_at,
            churn_kind: standing.churn_kind.or(period.churn_kind),
            churn_reason: self.lines.texts.get(standing.churn_reason).or(period.churn_reason),
            ..period
        }
    }

    /// The last period of an item whose subscription is known.
    fn visit_last(
        &self,
        period: Period<'a>,
        line: &Line,
        standing: Standing,
        visit: &mut impl FnMut(&Period<'a>) -> Result<()>,
    ) -> Result<()> {
        let told = self.told(period, standing);
        match standing.status {
            Status::Canceled => {
                // What nobody paid for is not served.
                let end = standing.access_ends_at.unwrap_or(line.end).clamp(line.start, line.end);
                let access_ends_at = standing.access_ends_at.map(|_| end);
                visit(&Period { ends_at: Some(end), access_ends_at, ..told })
            }
            // From when on is not known but by what is paid.
            Status::Paused | Status::Unpaid | Status::PastDue if told.status != standing.status => {
                visit(&Period { ends_at: Some(line.end), ..told })?;
                let (starts_at, status) = (line.end, standing.status);
                visit(&Period { starts_at, ends_at: None, status, ..told })
            }
            // What goes on at nothing is free, not a trial.
            Status::Active => visit(&Period { ends_at: None, status: Status::Active, ..told }),
            _ => visit(&Period { ends_at: None, ..told }),
        }
    }

    /// A period that begins with a line.
    fn period(&self, line: &Line, net: Decimal, discount: Decimal) -> Result<Period<'a>> {
        let texts = &self.lines.texts;
        let amount = net.plus(discount)?;
        let is_trial = line.kind == Kind::Recurring && amount.mantissa == 0;
        Ok(Period {
            subscription_id: texts.get(line.subscription_id),
            item_id: texts.get(line.item_id).or(texts.get(line.subscription_id)),
            product: texts.get(line.product),
            plan: texts.get(line.plan),
            charge: Charge::Recurring,
            amount,
            discount,
            discount_kind: line.price.discount_kind,
            currency: texts.get(line.currency),
            billing_period: line.billing_period,
            starts_at: line.start,
            ends_at: None,
            renews: false,
            status: if is_trial { Status::Trialing } else { Status::Active },
            cancel_requested_at: None,
            access_ends_at: None,
            churn_kind: None,
            churn_reason: None,
        })
    }
}

/// What the lines that start together come to: those of the invoice that was issued last, which may
/// have several, as for tiers. What an invoice takes back as it charges it was never charged.
fn charged<'l, A: Allocator + Clone>(
    texts: &Texts<A>,
    cycles: &Cycles<A>,
    together: &[&'l Line],
    credits: &[&'l Line],
) -> Result<Charged<'l>> {
    let [.., last] = together else { return Err(Error::Settings("no line".to_owned())) };
    let invoice = |line: &Line| (texts.get(line.invoice_id), line.end);
    let mut back: Vec<Decimal> = credits
        .iter()
        .filter(|it| it.start == last.start && invoice(it) == invoice(last))
        .map(|it| it.price.told.0.trimmed())
        .collect();
    let issued: Vec<&Line> = together
        .iter()
        .copied()
        .filter(|it| it.kind == last.kind && invoice(it) == invoice(last))
        .collect();
    let nothing = Decimal::new(0, 0);
    let mut sum = Charged { line: last, net: nothing, discount: nothing, told: (nothing, nothing) };
    for line in &issued {
        let Price { net, discount, told, .. } = cycles.price(line);
        let taken_back = Decimal::new(-told.0.mantissa, told.0.scale).trimmed();
        let credit = back.iter().position(|it| *it == taken_back).filter(|_| issued.len() > 1);
        if let Some(place) = credit {
            back.swap_remove(place);
            continue;
        }
        (sum.net, sum.discount) = (sum.net.plus(net)?, sum.discount.plus(discount)?);
        sum.told = (sum.told.0.plus(told.0)?, sum.told.1.plus(told.1)?);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::invoices::given::Given;
    use crate::invoices::testing::{MONTH, at, cents, derived, line, now};
    use crate::ledger::rows::Length;

    #[test]
    fn seats_a_coupon_and_a_year() {
        let coupon =
            Given { discount: Some(Ok(cents(500))), ..line("recurring", 4500, at(3, 1), at(4, 1)) };
        let year = Length { months: 12, days: 0, micros: 0 };
        let yearly =
            Given { billing_period: Some(year), ..line("recurring", 24000, at(4, 1), at(16, 1)) };
        let given = [
            line("recurring", 2000, at(1, 1), at(2, 1)),
            // 16 of 31 days: 25.806…, and 10.322… back.
            line("proration_debit", 2581, at(1, 16), at(2, 1)),
            line("proration_credit", -1032, at(1, 16), at(2, 1)),
            line("recurring", 5000, at(2, 1), at(3, 1)),
            coupon,
            yearly,
        ];
        let expected = [
            "2026-01-01 2026-01-16 2000 0 active",
            "2026-01-16 2026-02-01 5000 0 active",
            "2026-02-01 2026-03-01 5000 0 active",
            "2026-03-01 2026-04-01 5000 500 active",
            "2026-04-01 2027-04-01* 24000 0 active",
        ];
        assert_eq!(derived(&given), expected);
        let reversed: Vec<_> = given.into_iter().rev().collect();
        assert_eq!(derived(&reversed), expected, "in any order");
    }

    #[test]
    fn a_part_tells_what_the_whole_costs_where_that_is_known() {
        let part = line("proration_debit", 1581, at(1, 22), at(2, 1));
        assert_eq!(derived(std::slice::from_ref(&part)), ["2026-01-22 2026-02-01* 4901 0 active"]);
        let known = Given { whole_amount: Some(Ok(cents(4900))), ..part };
        assert_eq!(derived(&[known]), ["2026-01-22 2026-02-01* 4900 0 active"]);
    }

    #[test]
    fn a_part_of_an_instant_is_scaled_exactly() {
        let part = line("proration_debit", 1, at(2, 1) - 1, at(2, 1));
        let micros_of_january = 31 * 86_400_000_000_i64;
        let mut lines = Lines::new_in(Global);
        lines.add(&part).unwrap();
        periods(&lines, |it| {
            let Found::Period(it) = it else { panic!("{it:?}") };
            assert_eq!(it.amount.mantissa_at(2), Ok(i128::from(micros_of_january)));
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_part_is_measured_by_the_period_it_is_of() {
        let of_sub = |given: Given<'static>| Given { subscription_id: Some(b"sub"), ..given };
        let other =
            Given { item_id: Some(b"desk"), ..line("recurring", 1000, at(1, 31), at(2, 28)) };
        // 14 of 28 days of 30.00, of an item that came within the month.
        let part = of_sub(line("proration_debit", 1500, at(2, 14), at(2, 28)));
        assert_eq!(derived(std::slice::from_ref(&part)), ["2026-02-14 2026-02-28* 3321 0 active"]);
        let expected =
            ["2026-01-31 2026-02-28* 1000 0 active", "2026-02-14 2026-02-28* 3000 0 active"];
        assert_eq!(derived(&[part, of_sub(other)]), expected);
    }

    #[test]
    fn what_is_credited_without_a_charge_has_ended() {
        let given = [
            line("recurring", 3000, at(1, 1), at(2, 1)),
            line("proration_credit", -1500, at(1, 16), at(2, 1)),
        ];
        assert_eq!(derived(&given), ["2026-01-01 2026-01-16 3000 0 active"]);
        let credit_note = line("credit", -1500, at(1, 16), at(2, 1));
        assert_eq!(
            derived(&[given[0].clone(), credit_note]),
            ["2026-01-01 2026-02-01* 3000 0 active"]
        );
    }

    #[test]
    fn what_an_invoice_takes_back_was_never_charged() {
        // Two seats become five, and at the same instant three.
        let rest = |kind, amount| Given {
            invoice_id: Some(b"in2"),
            ..line(kind, amount, at(1, 16), at(2, 1))
        };
        let given = [
            line("recurring", 2000, at(1, 1), at(2, 1)),
            rest("proration_credit", -1032),
            rest("proration_debit", 2581),
            rest("proration_credit", -2581),
            rest("proration_debit", 1548),
            line("recurring", 3000, at(2, 1), at(3, 1)),
        ];
        let expected = [
            "2026-01-01 2026-01-16 2000 0 active",
            "2026-01-16 2026-02-01 3000 0 active",
            "2026-02-01 2026-03-01* 3000 0 active",
        ];
        assert_eq!(derived(&given), expected);
    }

    #[test]
    fn a_credit_that_ends_a_canceled_item_ends_it_for_its_reason() {
        let mut canceled = now("canceled");
        canceled.now.access_ends_at = Some(at(1, 16));
        canceled.now.churn_kind = Some(b"voluntary");
        let mut lines = Lines::new_in(Global);
        for given in [
            line("recurring", 3000, at(1, 1), at(2, 1)),
            Given {
                issued_at: Some(at(1, 16)),
                ..line("proration_credit", -1548, at(1, 16), at(2, 1))
            },
            canceled,
        ] {
            lines.add(&given).unwrap();
        }
        periods(&lines, |it| {
            let Found::Period(it) = it else { panic!("{it:?}") };
            assert_eq!((it.ends_at, it.churn_kind), (Some(at(1, 16)), Some(ChurnKind::Voluntary)));
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn gaps_stay_and_may_have_been_renewals() {
        let given = [
            line("recurring", 3000, at(1, 1), at(2, 1)),
            line("recurring", 3000, at(2, 5), at(3, 5)),
        ];
        let expected =
            ["2026-01-01 2026-02-01* 3000 0 active", "2026-02-05 2026-03-05* 3000 0 active"];
        assert_eq!(derived(&given), expected);
    }

    #[test]
    fn lines_of_nothing_are_trials() {
        let given = [
            line("recurring", 0, at(1, 1), at(1, 15)),
            line("recurring", 3000, at(1, 15), at(2, 15)),
            Given { discount: Some(Ok(cents(3000))), ..line("recurring", 0, at(2, 15), at(3, 15)) },
        ];
        let expected = [
            "2026-01-01 2026-01-15 0 0 trialing",
            "2026-01-15 2026-02-15 3000 0 active",
            "2026-02-15 2026-03-15* 3000 3000 active",
        ];
        assert_eq!(derived(&given), expected);
    }

    #[test]
    fn what_was_never_owed_says_nothing() {
        let invoice = |status: &'static str, month| Given {
            status: Some(status.as_bytes()),
            ..line("recurring", 3000, at(month, 1), at(month + 1, 1))
        };
        let given = [
            invoice("draft", 1),
            invoice("void", 2),
            invoice("open", 3),
            line("one_time", 9900, at(3, 1), at(4, 1)),
            line("setup", 9900, at(3, 1), at(4, 1)),
            line("adjustment", -100, at(3, 1), at(4, 1)),
        ];
        assert_eq!(derived(&given), ["2026-03-01 2026-04-01* 3000 0 active"]);
    }

    #[test]
    fn the_last_invoice_for_a_time_counts_with_all_its_tiers() {
        let tier = |invoice: &'static str, amount, issued| Given {
            invoice_id: Some(invoice.as_bytes()),
            issued_at: Some(issued),
            ..line("recurring", amount, at(1, 1), at(2, 1))
        };
        let given = [
            tier("first", 9999, at(1, 1)),
            tier("second", 1000, at(1, 2)),
            tier("second", 500, at(1, 2)),
        ];
        assert_eq!(derived(&given), ["2026-01-01 2026-02-01* 1500 0 active"]);
    }

    #[test]
    fn the_last_line_goes_on_while_the_subscription_lives() {
        let line = line("recurring", 3000, at(1, 1), at(2, 1));
        let with = |now| derived(&[line.clone(), now]);
        assert_eq!(with(now("active")), ["2026-01-01 open 3000 0 active"]);
        let mut cancelled = now("canceled");
        assert_eq!(with(cancelled.clone()), ["2026-01-01 2026-02-01 3000 0 active"]);
        cancelled.now.access_ends_at = Some(at(1, 20));
        assert_eq!(with(cancelled), ["2026-01-01 2026-01-20 3000 0 active"]);
        let paused = ["2026-01-01 2026-02-01 3000 0 active", "2026-02-01 open 3000 0 paused"];
        assert_eq!(with(now("paused")), paused);
        let late = ["2026-01-01 2026-02-01 3000 0 active", "2026-02-01 open 3000 0 past_due"];
        assert_eq!(with(now("past_due")), late);
        let unpaid = Given { status: Some(b"open"), ..line.clone() };
        assert_eq!(derived(&[unpaid, now("past_due")]), ["2026-01-01 open 3000 0 past_due"]);
    }

    #[test]
    fn usage_ends_with_what_is_invoiced() {
        let used = Given { item_id: Some(b"calls"), ..line("usage", 1234, at(1, 1), at(2, 1)) };
        assert_eq!(derived(&[used]), ["2026-01-01 2026-02-01 1234 0 active"]);
    }

    #[test]
    fn lines_that_cannot_be_read_are_named() {
        let good = || line("recurring", 3000, at(1, 1), at(2, 1));
        let part = |length| Given {
            billing_period: Some(length),
            ..line("proration_debit", 1500, at(1, 17), at(2, 1))
        };
        let reason = |given: Given| {
            let mut lines = Lines::new_in(Global);
            lines.add(&given).unwrap();
            let rejection = lines.rejections.first().expect("rejected");
            String::from_utf8_lossy(lines.texts.get(rejection.reason).unwrap()).into_owned()
        };
        let cases = [
            (Given { service_start: None, ..good() }, "service_start is NULL"),
            (
                Given { service_end: Some(at(1, 1)), ..good() },
                "service_end is not after service_start",
            ),
            (Given { billing_period: None, ..good() }, "billing_period is NULL"),
            (Given { amount: None, ..good() }, "amount is NULL"),
            (Given { problem: Some(b"half of it"), ..good() }, "half of it"),
            (
                part(Length { months: 0, ..MONTH }),
                "billing_period is none, or none within the calendar",
            ),
            (
                part(Length { months: -1, ..MONTH }),
                "billing_period is none, or none within the calendar",
            ),
            (
                part(Length { months: i32::MAX, ..MONTH }),
                "billing_period is none, or none within the calendar",
            ),
            (line("recurring", 10_i128.pow(16), at(1, 1), at(2, 1)), "amount is not below 10^14"),
            (
                line("proration_debit", 10_i128.pow(12), at(1, 1), at(1, 1) + 1),
                "what a whole billing period comes to is not below 10^14",
            ),
            (
                Given { whole_amount: Some(Ok(cents(-1))), ..part(MONTH) },
                "whole_amount is negative, which kind proration_debit cannot be",
            ),
            (
                line("recurring", -1, at(1, 1), at(2, 1)),
                "amount is negative, which kind recurring cannot be",
            ),
            (
                Given { status: Some(b"lost"), ..good() },
                "status \"lost\" is none of: paid, open, uncollectible, draft, void",
            ),
        ];
        for (given, expected) in cases {
            assert_eq!(reason(given), expected);
        }
    }
}
