//! What the triggers of watched tables call.

use pgrx::prelude::*;

use crate::pg::call::Call;
use crate::pg::statement;
use crate::pg::trigger::{RowTrigger, TriggerResult};

#[pg_extern]
fn mark_changed(call: Call) -> TriggerResult {
    let trigger = RowTrigger::of(call);
    trigger.mark();
    trigger.done()
}

#[pg_extern(strict)]
fn execute_as_of_now(statement: &str) {
    statement::execute_as_of_now(statement);
}
