//! The triggers of watched tables. They never speak and never fail a write: what they cannot mark,
//! `check_ledger` finds.

use std::ffi::CStr;

use pgrx::prelude::*;

use crate::pg::call::Call;
use crate::pg::queue::{Queue, mark_everybody, mark_rows};
use crate::pg::trigger::{self, Trigger, TriggerResult};

const MARK_CHANGED: &CStr = c"mark_changed";
const MARK_TRUNCATED: &CStr = c"mark_truncated";

#[pg_extern]
fn mark_changed(call: Call) -> TriggerResult {
    let trigger = Trigger::of(call, true);
    mark_rows(trigger.definition(), trigger.table(), trigger.rows());
    TriggerResult::DONE
}

/// It refers to no queue itself: the triggers of the same table that mark its rows do.
#[pg_extern]
fn mark_truncated(call: Call) -> TriggerResult {
    let trigger = Trigger::of(call, false);
    let function = trigger.definition().function();
    trigger
        .table()
        .triggers()
        .filter(|it| it.calls(MARK_CHANGED, function))
        .for_each(|it| mark_everybody(it, trigger.table()));
    TriggerResult::DONE
}

#[pg_extern(strict)]
fn tie_trigger(relation: pg_sys::Oid, trigger: pg_sys::Oid, queue: pg_sys::Oid, call: Call) {
    let function = call.function();
    trigger::tie(relation, trigger, queue, |own, other| {
        own.calls(MARK_TRUNCATED, function)
            && other.calls(MARK_CHANGED, function)
            && other.refers_to() == queue
    });
}

#[pg_extern(stable, strict)]
fn takes_marks(queue: pg_sys::Oid) -> bool {
    Queue::is_one(queue)
}
