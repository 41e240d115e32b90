//! `mark_changed`: the trigger that notes whose rows changed.

use pgrx::prelude::*;

use crate::pg::call::Call;
use crate::pg::trigger::{RowTrigger, TriggerResult};

#[pg_extern]
fn mark_changed(call: Call) -> TriggerResult {
    let trigger = RowTrigger::of(call);
    trigger.mark();
    trigger.done()
}
