//! The movements of one customer, each with the lines that changed.

use allocator_api2::alloc::Allocator;

use super::dimension::{Dimension, LineChange, Share};
use super::items::{Cause, Stretch, Stretches, convert, stretches};
use super::policy::{Fx, Netting};
use super::rows::{Length, Rows};
use super::settings::Settings;
use super::{Moment, Zone};
use crate::calendar::{Day, Grain};
use crate::metrics::kind::Kind;
use crate::{Checkpoint, Result};

/// A change of a customer's MRR, or of its lines alone. Amounts are mantissas of
/// [`MRR_DECIMALS`](crate::billing_period::MRR_DECIMALS).
#[derive(Clone, Copy, Debug)]
pub struct Movement<'a> {
    pub at: Moment,
    pub kind: MovementKind,
    pub before: i128,
    pub after: i128,
    /// Of a churn, and of the churn that a reactivation ends.
    pub cause: Option<Cause<'a>>,
    /// When the customer first had MRR.
    pub first_on: Day,
    /// How many times he came, this one included.
    pub spell: i64,
    /// The day from which the movement is known to be one.
    pub counts_from: Day,
    pub openings: Openings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// Whether an amount has the other sign than movements of this kind.
    fn opposes(self, amount: i128) -> bool {
        match self {
            Self::Customer(Kind::Contraction | Kind::Churn) => amount > 0,
            Self::Customer(_) => amount < 0,
            Self::Fx => false,
            Self::Switch => true,
        }
    }

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

/// How a customer stood when the periods opened that hold a movement, by grain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// His MRR, where it was not that before the movement.
    pub mrr: [Option<i128>; 5],
    /// A bit for each grain in which he was active.
    pub active: i16,
}

/// What changed in what a customer pays for one plan, product, billing period and currency.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub product: Option<&'a [u8]>,
    pub plan: Option<&'a [u8]>,
    pub billing_period: Length,
    /// None for the ledger's own.
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

type Visit<'v, 'a> = &'v mut dyn FnMut(&Movement<'a>, &[Line<'a>]) -> Result<()>;

/// What happens at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    End { stretch: usize },
    Start { stretch: usize },
    Rate,
}

/// How much of a line there is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Level {
    items: i64,
    native: i128,
    converted: i128,
}

/// What lines are told apart by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LineKey<'a> {
    product: Option<&'a [u8]>,
    plan: Option<&'a [u8]>,
    billing_period: Length,
    currency: Option<&'a [u8]>,
}

struct Sweep<'a, 's, A: Allocator + Clone> {
    settings: &'s Settings<A>,
    stretches: &'s [Stretch<'a>],
    line_of_stretch: Vec<usize>,
    lines: Vec<LineKey<'a>>,
    plans: Dimension,
    products: Dimension,
    billing_periods: Dimension,
    currencies: Dimension,
    /// By line: what there is now, and what movements have told of.
    now: Vec<Level>,
    told: Vec<Level>,
    /// Lines whose two levels may differ.
    touched: Vec<usize>,
    items: i64,
    customer: Customer<'a>,
    /// Of one movement; kept to spare allocations.
    levels: Vec<Level>,
    changes: Vec<LineChange>,
    told_lines: Vec<Line<'a>>,
}

/// How the customer stands as far as movements have told.
#[derive(Default)]
struct Customer<'a> {
    mrr: i128,
    active: bool,
    first_on: Option<Day>,
    spell: i64,
    lost: Option<Cause<'a>>,
    opened: [Option<Opened>; 5],
}

#[derive(Clone, Copy)]
struct Opened {
    period: Option<i32>,
    mrr: i128,
    active: bool,
}

impl<'a, 's, A: Allocator + Clone> Sweep<'a, 's, A> {
    fn new(rows: &'a Rows<A>, settings: &'s Settings<A>, stretches: &'s [Stretch<'a>]) -> Self {
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
        Sweep {
            settings,
            stretches,
            line_of_stretch: stretches.iter().map(line_of).collect(),
            plans: Dimension::new(lines.iter().map(|it| it.plan)),
            products: Dimension::new(lines.iter().map(|it| it.product)),
            billing_periods: Dimension::new(lines.iter().map(|it| it.billing_period)),
            currencies: Dimension::new(lines.iter().map(|it| it.currency)),
            now: vec![Level::default(); lines.len()],
            told: vec![Level::default(); lines.len()],
            lines,
            touched: vec![],
            items: 0,
            customer: Customer::default(),
            levels: vec![],
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
            if !self.returns_in_time(at.day, &events[done..]) {
                self.tell(at, cause, visit)?;
            }
        }
        Ok(())
    }

    /// All events in order: of one moment, ends first, those of larger stretches last.
    fn events(&self, zone: &dyn Zone) -> Vec<(Moment, Event)> {
        let by_event = self.settings.policy.netting == Netting::Event;
        let mut events = Vec::with_capacity(self.stretches.len() * 2);
        for (number, stretch) in self.stretches.iter().enumerate() {
            if !by_event && stretch.start.day == stretch.end.day {
                continue;
            }
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
        cause
    }

    /// Whether a customer who is without items now is back within the tolerated gap.
    fn returns_in_time(&self, day: Day, later: &[(Moment, Event)]) -> bool {
        let gap = self.settings.policy.gap_tolerance;
        let mut starts = later.iter().filter(|it| matches!(it.1, Event::Start { .. }));
        let missing = gap > 0 && self.items == 0 && self.customer.active;
        missing && starts.next().is_some_and(|it| it.0.day.0 <= day.0.saturating_add(gap))
    }

    /// Tells what other rates made of the lines that were told of.
    fn tell_fx(&mut self, at: Moment, visit: Visit<'_, 'a>) -> Result<()> {
        if self.settings.policy.fx != Fx::Daily {
            return Ok(());
        }
        for line in 0..self.lines.len() {
            self.change(line, self.told[line], at.day)?;
        }
        self.visit(at, Some(MovementKind::Fx), None, visit)
    }

    /// Tells what changed since the last time.
    fn tell(&mut self, at: Moment, cause: Option<Cause<'a>>, visit: Visit<'_, 'a>) -> Result<()> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for &line in &touched {
            self.change(line, self.now[line], at.day)?;
        }
        touched.clear();
        self.touched = touched;
        self.visit(at, None, cause, visit)
    }

    /// Notes that a line is now at a level, if that is not what was told.
    fn change(&mut self, line: usize, mut to: Level, day: Day) -> Result<()> {
        to.converted = self.value(line, to, day)?;
        let from = self.told[line];
        if to != from {
            self.levels.push(to);
            self.changes.push(LineChange {
                line,
                amount: to.converted - from.converted,
                native: to.native - from.native,
                items: to.items - from.items,
            });
        }
        Ok(())
    }

    /// What a level of a line is worth on a day in the ledger's currency.
    fn value(&self, line: usize, level: Level, day: Day) -> Result<i128> {
        match (self.settings.policy.fx, self.lines[line].currency) {
            (Fx::Daily, Some(currency)) => match self.settings.rates.on(currency, day) {
                Some(rate) => convert(level.native, rate),
                None => Ok(level.converted),
            },
            _ => Ok(level.converted),
        }
    }

    fn visit(
        &mut self,
        at: Moment,
        kind: Option<MovementKind>,
        cause: Option<Cause<'a>>,
        visit: Visit<'_, 'a>,
    ) -> Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let amount = self.changes.iter().map(|it| it.amount).sum();
        let active = if kind.is_none() { self.items > 0 } else { self.customer.active };
        let gap = self.settings.policy.gap_tolerance;
        let movement = self.customer.move_by(at, amount, active, kind, cause, gap);
        self.form_lines(movement.kind);
        for (change, level) in self.changes.iter().zip(&self.levels) {
            self.told[change.line] = *level;
        }
        self.changes.clear();
        self.levels.clear();
        visit(&movement, &self.told_lines)
    }

    /// The lines of a movement of this kind, from what changed.
    fn form_lines(&mut self, kind: MovementKind) {
        let (lines, changes) = (&mut self.told_lines, &self.changes);
        lines.clear();
        lines.extend(changes.iter().zip(&self.levels).map(|(change, to)| {
            let key = &self.lines[change.line];
            Line {
                product: key.product,
                plan: key.plan,
                billing_period: key.billing_period,
                currency: key.currency,
                before: self.told[change.line].converted,
                after: to.converted,
                native_amount: change.native,
                plan_share: Share::default(),
                product_share: Share::default(),
                billing_period_share: Share::default(),
                currency_switch: 0,
            }
        }));
        self.plans.share(changes, |place, share| lines[place].plan_share = share);
        self.products.share(changes, |place, share| lines[place].product_share = share);
        self.billing_periods.share(changes, |place, it| lines[place].billing_period_share = it);
        self.currencies.net(changes, |place, net| {
            lines[place].currency_switch = if kind.opposes(net) { net } else { 0 };
        });
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
        gap: i32,
    ) -> Movement<'a> {
        let before = self.mrr;
        let openings = self.openings(at.day);
        let unmoved = amount == 0 && active == self.active;
        let classified = || {
            let known = self.first_on.is_some();
            MovementKind::Customer(Kind::between(self.active, active, amount > 0, known))
        };
        let kind =
            kind.unwrap_or_else(|| if unmoved { MovementKind::Switch } else { classified() });
        let churns = kind == MovementKind::Customer(Kind::Churn);
        let returns = kind == MovementKind::Customer(Kind::Reactivation);
        self.spell += i64::from(active && !self.active);
        if churns {
            self.lost = cause;
        }
        (self.mrr, self.active) = (before + amount, active);
        Movement {
            at,
            kind,
            before,
            after: self.mrr,
            cause: self.lost.filter(|_| churns || returns),
            first_on: *self.first_on.get_or_insert(at.day),
            spell: self.spell,
            counts_from: Day(at.day.0.saturating_add(if churns { gap } else { 0 })),
            openings,
        }
    }

    /// How he stood when each period opened that holds the day.
    fn openings(&mut self, day: Day) -> Openings {
        let mut openings = Openings::default();
        for (number, grain) in Grain::ALL.into_iter().enumerate() {
            let now = Opened { period: grain.ordinal(day), mrr: self.mrr, active: self.active };
            let opened = self.opened[number].filter(|it| it.period == now.period).unwrap_or(now);
            self.opened[number] = Some(opened);
            openings.mrr[number] = (opened.mrr != now.mrr).then_some(opened.mrr);
            openings.active |= i16::from(opened.active) << number;
        }
        openings
    }
}
