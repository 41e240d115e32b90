//! What a customer's months come to when all changes within each are netted.
//!
//! Movements count in all views. To those by month and longer it is told beside them what they do
//! not count for, and what the month comes to instead. As a month that is under way comes to
//! something else with each change, this is told change by change: up to any day the sum is right.

use super::dimension::{Level, LineChange};
use super::items::Cause;
use super::lines::{Dimensions, LineKey};
use super::movements::{Line, Movement, MovementKind, Net, Openings, Visit};
use crate::Result;
use crate::calendar::{Day, Grain};
use crate::metrics::kind::Kind;

/// How a customer stands.
#[derive(Clone, Copy, Default)]
pub struct Standing<'a> {
    pub mrr: i128,
    pub active: bool,
    /// Why he was lost the last time.
    pub lost: Option<Cause<'a>>,
}

/// A customer's month.
pub struct NetMonth<'a> {
    month: Option<i32>,
    /// Whether he was active at the end of an earlier month.
    known: bool,
    opening: Standing<'a>,
    levels: Vec<Level>,
    dimensions: Dimensions,
    /// Whether nothing has changed in it yet.
    untouched: bool,
    /// What it comes to so far.
    told: Option<(Movement<'a>, Vec<Line<'a>>)>,
}

impl<'a> NetMonth<'a> {
    pub fn new(dimensions: Dimensions) -> Self {
        NetMonth {
            month: None,
            known: false,
            opening: Standing::default(),
            levels: vec![],
            dimensions,
            untouched: true,
            told: None,
        }
    }

    /// To be called before each change: how things stand as yet is the opening of a new month.
    pub fn open(&mut self, day: Day, now: Standing<'a>, levels: &[Level], dimensions: &Dimensions) {
        let month = Grain::Month.ordinal(day);
        if self.month == month {
            return;
        }
        self.month = month;
        self.known |= now.active;
        self.opening = now;
        self.levels.clear();
        self.levels.extend_from_slice(levels);
        self.dimensions.clone_from(dimensions);
        self.untouched = true;
        self.told = None;
    }

    /// Tells what a change makes of the month.
    pub fn tell(
        &mut self,
        (change, lines): (&Movement<'a>, &[Line<'a>]),
        active: bool,
        keys: &[LineKey<'a>],
        levels: &[Level],
        visit: Visit<'_, 'a>,
    ) -> Result<()> {
        let net = self.net(change, active, keys, levels);
        let untouched = std::mem::replace(&mut self.untouched, false);
        let told = std::mem::replace(&mut self.told, net);
        let (at, counts_from) = (change.at, change.counts_from);
        // The first change is itself what the month comes to.
        if untouched && self.told.as_ref().is_some_and(|(net, _)| net.kind == change.kind) {
            return Ok(());
        }
        visit(&Movement { net: Net::Goes, ..*change }, lines)?;
        if let Some((movement, lines)) = &told {
            visit(&Movement { at, counts_from, net: Net::Goes, ..*movement }, lines)?;
        }
        match &self.told {
            Some((movement, lines)) => visit(movement, lines),
            None => Ok(()),
        }
    }

    /// What the month comes to with a change; nothing if all is as it was.
    fn net(
        &self,
        change: &Movement<'a>,
        active: bool,
        keys: &[LineKey<'a>],
        levels: &[Level],
    ) -> Option<(Movement<'a>, Vec<Line<'a>>)> {
        let both = self.levels.iter().zip(levels).enumerate();
        let changed = both.filter(|(_, (from, to))| from != to);
        let changes: Vec<LineChange> =
            changed.map(|(line, (from, to))| LineChange { line, from: *from, to: *to }).collect();
        if changes.is_empty() {
            return None;
        }
        let movement = self.movement(change, active);
        let mut lines = vec![];
        let mut dimensions = self.dimensions.clone();
        dimensions.form_lines(keys, movement.kind, &changes, &mut lines);
        Some((movement, lines))
    }

    fn movement(&self, change: &Movement<'a>, active: bool) -> Movement<'a> {
        let Standing { mrr: before, active: was_active, lost } = self.opening;
        let kind = if change.after == before && active == was_active {
            MovementKind::Switch
        } else {
            let grows = change.after > before;
            MovementKind::Customer(Kind::between(was_active, active, grows, self.known))
        };
        let cause = match kind {
            MovementKind::Customer(Kind::Churn) => change.cause,
            MovementKind::Customer(Kind::Reactivation) => lost,
            _ => None,
        };
        let openings = Openings::default();
        Movement { kind, net: Net::Comes, before, cause, openings, ..*change }
    }
}
