use allocator_api2::alloc::Allocator;

use super::kind::Kind;
use super::timeline::Timeline;
use crate::calendar::Day;
use crate::decimal::within_limit;
use crate::facts::span::Spans;
use crate::{Checkpoint, Result};

/// A change of a customer's MRR. Amounts are mantissas at the scale of the spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MrrChange {
    pub day: Day,
    pub kind: Kind,
    pub before: i128,
    pub after: i128,
}

/// The changes of each customer's MRR, in order.
pub fn mrr_changes<A: Allocator + Clone>(
    spans: &mut Spans<A>,
    checkpoint: Checkpoint,
    mut emit: impl FnMut(MrrChange),
) -> Result<()> {
    let mut timeline = Timeline::default();
    spans.for_each_customer(checkpoint, |customer| {
        let mut known = false;
        timeline.for_each_change::<i128>(customer, Day::INFINITY, checkpoint, |change| {
            let kind = Kind::of(&change, known);
            known = true;
            let (before, after) = (change.before, within_limit(change.after)?);
            emit(MrrChange { day: change.day, kind, before, after });
            Ok(())
        })
    })
}
