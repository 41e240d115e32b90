//! Follows one customer through time, from event to event.

use allocator_api2::alloc::Allocator;

use super::dimension::{Level, LineChange};
use super::items::{Cause, Stretch, Stretches, convert, stretches};
use super::lines::{Dimensions, LineKey};
use super::movements::{Line, Movement, MovementKind, Net, Openings, Visit};
use super::net_months::{NetMonth, Standing};
use super::policy::{Fx, Netting};
use super::rows::Rows;
use super::settings::Settings;
use super::{Moment, Zone};
use crate::calendar::{Day, Grain};
use crate::metrics::kind::Kind;
use crate::{Checkpoint, Result};

/// Visits the movements of a customer, in order; returns the rows that cannot be read.
pub fn movements<'a, A: Allocator + Clone>(
    rows: &'a Rows<A>,
    settings: &Settings<A>,
    zone: &dyn Zone,
    checkpoint: Checkpoint,
    mut visit: impl FnMut(&Movement<'a>, &[Line<'a>]) -> Result<()>,
) -> Result<Vec<(usize, String)>> {
    let Stretches { stretches, rejected, .. } = stretches(rows, settings, zone);
    if !stretches.is_empty() {
        Sweep::new(rows, settings, &stretches).run(zone, checkpoint, &mut visit)?;
    }
    Ok(rejected)
}

/// What happens at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    End { stretch: usize },
    Start { stretch: usize },
    Rate,
}

/// Days until it is sure that what ended has ended.
#[derive(Clone, Copy, Default)]
struct Patience {
    churn: i32,
    other: i32,
}

struct Sweep<'a, 's, A: Allocator + Clone> {
    settings: &'s Settings<A>,
    stretches: &'s [Stretch<'a>],
    line_of_stretch: Vec<usize>,
    lines: Vec<LineKey<'a>>,
    dimensions: Dimensions,
    /// By line: what there is now, and what movements have told of.
    now: Vec<Level>,
    told: Vec<Level>,
    /// The same, item by item, where each day has its rate: each item is converted by itself.
    natives_now: Vec<Vec<i128>>,
    natives_told: Vec<Vec<i128>>,
    /// Lines whose two levels may differ.
    touched: Vec<usize>,
    items: i64,
    customer: Customer<'a>,
    month: Option<NetMonth<'a>>,
    /// Of one movement; kept to spare allocations.
    changes: Vec<LineChange>,
    told_lines: Vec<Line<'a>>,
}

/// How the customer stands as far as movements have told.
#[derive(Default)]
struct Customer<'a> {
    now: Standing<'a>,
    first_on: Option<Day>,
    spell: i64,
    opened: [Option<Opened>; 5],
}

#[derive(Clone, Copy)]
struct Opened {
    period: Option<i32>,
    mrr: i128,
    active: bool,
}

impl<'a, 's, A: Allocator + Clone> Sweep<'a, 's, A> {
    pub fn new(rows: &'a Rows<A>, settings: &'s Settings<A>, stretches: &'s [Stretch<'a>]) -> Self {
        let key = |stretch: &Stretch| {
            let row = &rows.rows[stretch.row];
            LineKey {
                product: rows.text(row.product),
                plan: rows.text(row.plan),
                billing_period: row.billing_period,
                currency: rows.text(row.currency),
            }
        };
        let mut lines: Vec<LineKey> = stretches.iter().map(key).collect();
        lines.sort_unstable();
        lines.dedup();
        let line_of = |it| lines.binary_search(&key(it)).unwrap_or_default();
        let dimensions = Dimensions::of(&lines);
        let nets_months = settings.policy.netting == Netting::Month;
        let by_item = if settings.policy.fx == Fx::Daily { lines.len() } else { 0 };
        Sweep {
            settings,
            stretches,
            line_of_stretch: stretches.iter().map(line_of).collect(),
            now: vec![Level::default(); lines.len()],
            told: vec![Level::default(); lines.len()],
            natives_now: vec![vec![]; by_item],
            natives_told: vec![vec![]; by_item],
            lines,
            touched: vec![],
            items: 0,
            customer: Customer::default(),
            month: nets_months.then(|| NetMonth::new(dimensions.clone())),
            dimensions,
            changes: vec![],
            told_lines: vec![],
        }
    }

    fn run(&mut self, zone: &dyn Zone, checkpoint: Checkpoint, visit: Visit<'_, 'a>) -> Result<()> {
        let events = self.events(zone);
        let by_event = self.settings.policy.netting == Netting::Event;
        let together = |a: &(Moment, Event), b: &(Moment, Event)| {
            a.0.day == b.0.day && (!by_event || a.0.instant == b.0.instant)
        };
        let mut done = 0;
        for group in events.chunk_by(together) {
            checkpoint();
            done += group.len();
            let cause = group.iter().fold(None, |cause, (_, event)| self.apply(*event).or(cause));
            let at = group.iter().map(|it| it.0).max().unwrap_or(Moment::NEVER);
            self.tell_fx(at, visit)?;
            let patience = self.patience(group);
            if !self.returns_in_time(at.day, patience, &events[done..]) {
                self.tell(at, cause, patience, visit)?;
            }
        }
        Ok(())
    }

    /// All events in order: of one moment, ends first, those of larger stretches last.
    fn events(&self, zone: &dyn Zone) -> Vec<(Moment, Event)> {
        let mut events = Vec::with_capacity(self.stretches.len() * 2);
        for (number, stretch) in self.stretches.iter().enumerate() {
            events.push((stretch.start, Event::Start { stretch: number }));
            if stretch.end != Moment::NEVER {
                events.push((stretch.end, Event::End { stretch: number }));
            }
        }
        if self.settings.policy.fx == Fx::Daily {
            self.add_rates(&mut events, zone);
        }
        let size = |event: Event| match event {
            Event::End { stretch } => (0, self.stretches[stretch].converted),
            Event::Start { .. } => (1, 0),
            Event::Rate => (2, 0),
        };
        events.sort_by_key(|(at, event)| (*at, size(*event)));
        events
    }

    fn add_rates(&self, events: &mut Vec<(Moment, Event)>, zone: &dyn Zone) {
        let Some(first) = events.iter().map(|it| it.0.day).min() else { return };
        let mut currencies: Vec<_> = self.lines.iter().filter_map(|it| it.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        for rate in currencies.iter().flat_map(|it| self.settings.rates.of(it)) {
            if rate.valid_from > first {
                events.push((zone.start_of(rate.valid_from), Event::Rate));
            }
        }
    }

    /// Changes the levels; an end says why.
    fn apply(&mut self, event: Event) -> Option<Cause<'a>> {
        let (number, sign, cause) = match event {
            Event::Start { stretch } => (stretch, 1, None),
            Event::End { stretch } => (stretch, -1, Some(self.stretches[stretch].cause)),
            Event::Rate => return None,
        };
        let (stretch, line) = (&self.stretches[number], self.line_of_stretch[number]);
        let level = &mut self.now[line];
        level.items += sign;
        level.native += i128::from(sign) * stretch.native;
        level.converted += i128::from(sign) * stretch.converted;
        self.items += sign;
        self.touched.push(line);
        if let Some(natives) = self.natives_now.get_mut(line) {
            match natives.iter().position(|it| sign < 0 && *it == stretch.native) {
                Some(place) => drop(natives.swap_remove(place)),
                None => natives.push(stretch.native),
            }
        }
        cause
    }

    /// How long it takes to be sure of what happens: where only ends of what is invoiced do, more may
    /// be invoiced yet.
    fn patience(&self, group: &[(Moment, Event)]) -> Patience {
        let policy = &self.settings.policy;
        let renews = |event: &Event| match event {
            Event::End { stretch } => self.stretches[*stretch].renews,
            Event::Start { .. } | Event::Rate => false,
        };
        let all_renew = group.iter().all(|(_, event)| renews(event));
        let grace = if all_renew { policy.renewal_grace } else { 0 };
        Patience { churn: policy.gap_tolerance.max(grace), other: grace }
    }

    /// Whether a customer who is without items now is back within the tolerated gap.
    fn returns_in_time(&self, day: Day, patience: Patience, later: &[(Moment, Event)]) -> bool {
        let gap = patience.churn;
        let mut starts = later.iter().filter(|it| matches!(it.1, Event::Start { .. }));
        let missing = gap > 0 && self.items == 0 && self.customer.now.active;
        missing && starts.next().is_some_and(|it| it.0.day.0 <= day.0.saturating_add(gap))
    }

    /// Tells what other rates made of the lines that were told of.
    fn tell_fx(&mut self, at: Moment, visit: Visit<'_, 'a>) -> Result<()> {
        if self.settings.policy.fx != Fx::Daily {
            return Ok(());
        }
        for line in 0..self.lines.len() {
            let to = self.valued(line, self.told[line], &self.natives_told, at.day)?;
            self.note(line, to);
        }
        self.visit(at, Some(MovementKind::Fx), None, Patience::default(), visit)
    }

    /// Tells what changed since the last time.
    fn tell(
        &mut self,
        at: Moment,
        cause: Option<Cause<'a>>,
        patience: Patience,
        visit: Visit<'_, 'a>,
    ) -> Result<()> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for &line in &touched {
            let to = self.valued(line, self.now[line], &self.natives_now, at.day)?;
            self.note(line, to);
            if let Some(natives) = self.natives_told.get_mut(line) {
                natives.clone_from(&self.natives_now[line]);
            }
        }
        touched.clear();
        self.touched = touched;
        self.visit(at, None, cause, patience, visit)
    }

    /// Notes that a line is now at a level, if that is not what was told.
    fn note(&mut self, line: usize, to: Level) {
        let from = self.told[line];
        if to != from {
            self.changes.push(LineChange { line, from, to });
        }
    }

    /// A level of a line with what its items are worth on a day in the ledger's currency.
    fn valued(&self, line: usize, level: Level, natives: &[Vec<i128>], day: Day) -> Result<Level> {
        let rate = match (self.settings.policy.fx, self.lines[line].currency) {
            (Fx::Daily, Some(currency)) => self.settings.rates.last_by(currency, day),
            _ => None,
        };
        let Some(rate) = rate else { return Ok(level) };
        let converted = natives[line].iter().map(|it| convert(*it, rate)).sum::<Result<i128>>()?;
        Ok(Level { converted, ..level })
    }

    fn visit(
        &mut self,
        at: Moment,
        kind: Option<MovementKind>,
        cause: Option<Cause<'a>>,
        patience: Patience,
        visit: Visit<'_, 'a>,
    ) -> Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        if let Some(month) = &mut self.month {
            month.open(at.day, self.customer.now, &self.told, &self.dimensions);
        }
        let amount = self.changes.iter().map(|it| it.amount()).sum();
        let active = if kind.is_none() { self.items > 0 } else { self.customer.now.active };
        let movement = self.customer.move_by(at, amount, active, kind, cause, patience);
        self.dimensions.form_lines(&self.lines, movement.kind, &self.changes, &mut self.told_lines);
        for change in self.changes.drain(..) {
            self.told[change.line] = change.to;
        }
        visit(&movement, &self.told_lines)?;
        match &mut self.month {
            Some(month) => {
                let change = (&movement, self.told_lines.as_slice());
                month.tell(change, active, &self.lines, &self.told, visit)
            }
            None => Ok(()),
        }
    }
}

impl<'a> Customer<'a> {
    fn move_by(
        &mut self,
        at: Moment,
        amount: i128,
        active: bool,
        kind: Option<MovementKind>,
        cause: Option<Cause<'a>>,
        patience: Patience,
    ) -> Movement<'a> {
        let openings = self.openings(at.day);
        let Standing { mrr: before, active: was_active, lost } = self.now;
        let unmoved = amount == 0 && active == was_active;
        let classified = || {
            let known = self.first_on.is_some();
            MovementKind::Customer(Kind::between(was_active, active, amount > 0, known))
        };
        let kind =
            kind.unwrap_or_else(|| if unmoved { MovementKind::Switch } else { classified() });
        let churns = kind == MovementKind::Customer(Kind::Churn);
        let returns = kind == MovementKind::Customer(Kind::Reactivation);
        self.spell += i64::from(active && !was_active);
        let lost = if churns { cause } else { lost };
        self.now = Standing { mrr: before + amount, active, lost };
        Movement {
            at,
            kind,
            net: Net::Plain,
            before,
            after: self.now.mrr,
            cause: lost.filter(|_| churns || returns),
            first_on: *self.first_on.get_or_insert(at.day),
            spell: self.spell,
            counts_from: Day(at.day.0.saturating_add(if churns {
                patience.churn
            } else {
                patience.other
            })),
            openings,
        }
    }

    /// How he stood when each period opened that holds the day.
    fn openings(&mut self, day: Day) -> Openings {
        let Standing { mrr, active, .. } = self.now;
        let mut openings = Openings::default();
        for (number, grain) in Grain::ALL.into_iter().enumerate() {
            let now = Opened { period: grain.ordinal(day), mrr, active };
            let opened = self.opened[number].filter(|it| it.period == now.period).unwrap_or(now);
            self.opened[number] = Some(opened);
            openings.mrr[number] = (opened.mrr != now.mrr).then_some(opened.mrr);
            openings.active |= i16::from(opened.active) << number;
        }
        openings
    }
}
