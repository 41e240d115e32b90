//! Schemas that are ledgers, their owners, and the verbs that run as these.

use std::ffi::CStr;

use pgrx::prelude::*;

use crate::pg::call::Call;
use crate::pg::error::raise;
use crate::pg::owner::{self, Anything};
use crate::pg::row::{Row, Value};
use crate::pg::shown::shown;
use crate::pg::table::Table;
use crate::pg::time::Instant;

const SETTINGS: &CStr = c"ledger_settings";

/// The columns of a ledger's settings: by them, and by its owner, a schema is known to be a ledger.
const COLUMNS: [(&CStr, pg_sys::Oid); 10] = [
    (c"saas_metrics_version", pg_sys::TEXTOID),
    (c"currency", pg_sys::TEXTOID),
    (c"time_zone", pg_sys::TEXTOID),
    (c"policy", pg_sys::TEXTOID),
    (c"row_security", pg_sys::BOOLOID),
    (c"last_refresh", pg_sys::INT8OID),
    (c"refreshed_at", pg_sys::TIMESTAMPTZOID),
    (c"settled_on", pg_sys::DATEOID),
    (c"everything", pg_sys::BOOLOID),
    (c"anew", pg_sys::BOOLOID),
];

/// Bytes of a setting that is listed: no owner's makes the list of all ledgers too large to read.
const LONGEST: usize = 1000;

/// The settings of the ledger that a schema is.
fn settings_of(schema: pg_sys::Oid, wait: bool) -> Option<Table> {
    Table::named(schema, SETTINGS, wait).filter(|it| it.has_columns(&COLUMNS))
}

/// Whether a schema is a ledger.
#[pg_extern(stable, strict)]
fn is_ledger_schema(schema: pg_sys::Oid) -> bool {
    settings_of(schema, true).is_some()
}

/// The settings of a ledger, for roles that may read them. A schema is no ledger if another role owns
/// its tables. It does not wait for a locked table: this is for a list of all ledgers.
#[pg_extern(stable, strict)]
fn ledger_header(schema: pg_sys::Oid, call: Call) -> Option<Row> {
    let settings = settings_of(schema, false)?;
    if settings.owner() != owner::owner_of_schema(schema) || !settings.may_be_read() {
        return None;
    }
    let mut header = None;
    settings.each_row(|row| {
        let texts = [1, 2, 3, 4].map(|number| row.text(number, LONGEST));
        let [version, currency, time_zone, policy] =
            texts.each_ref().map(|it| Value::from(it.as_deref()));
        let row_security = row.word(5).map_or(Value::Null, |it| Value::Boolean(it & 1 == 1));
        let last_refresh = row.word(6).map_or(Value::Null, Value::Count);
        let refreshed_at = row.word(7).map_or(Value::Null, |it| Value::Instant(Instant(it)));
        header = Some(Row::new(
            call,
            [version, currency, time_zone, policy, row_security, last_refresh, refreshed_at],
        ));
        false
    });
    header
}

/// The verbs that change a ledger, called by its owner, a member of that role or a superuser.
#[pg_extern]
fn as_owner(call: Call) -> Anything {
    let ledger = owner::ledger_of(call);
    owner::call_as(owner_of(ledger), call)
}

/// Who owns a ledger; an error unless the caller has that role's rights.
fn owner_of(ledger: &CStr) -> pg_sys::Oid {
    let schema = owner::schema_named(ledger);
    let Some(settings) = settings_of(schema, true) else {
        raise(
            PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
            format!("ledger \"{}\" does not exist", shown(ledger.to_bytes())),
            "SELECT saas_metrics.create_ledger makes one; saas_metrics.ledgers lists those there are.",
        )
    };
    owner::require_rights_of(settings.owner(), ledger);
    if settings.owner() != owner::owner_of_schema(schema) {
        raise(
            PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!(
                "the schema and the tables of ledger \"{}\" have different owners",
                shown(ledger.to_bytes())
            ),
            "Give both to one role: REASSIGN OWNED, or ALTER SCHEMA and ALTER TABLE with OWNER TO.",
        )
    }
    settings.owner()
}
