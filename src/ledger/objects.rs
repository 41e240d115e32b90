//! The scripts that make a ledger's objects, and a check of the queries that it is given.

use pgrx::prelude::*;

use crate::pg::error::invalid_argument;
use crate::pg::parser;
use crate::pg::varlena::Text;

macro_rules! parts {
    ($($part:literal),+) => {
        [$(($part, include_str!(concat!("../../sql/ledger/objects/", $part, ".sql")))),+]
    };
}

const PARTS: [(&str, &str); 20] = parts![
    "line_columns",
    "tables",
    "triggers",
    "settings",
    "fresh",
    "fresh_by_row",
    "movements",
    "mrr_by_period",
    "mrr_by_period_comments",
    "mrr_by_segment",
    "mrr_by_currency",
    "churn",
    "retention",
    "customers",
    "refresh",
    "refresh_compare",
    "refresh_first",
    "rollup",
    "check",
    "explain_customer"
];

#[pg_extern(immutable, strict, parallel_safe)]
fn ledger_objects(part: &str) -> &'static str {
    let known = PARTS.iter().find(|it| it.0 == part);
    known.map(|it| it.1).unwrap_or_else(|| {
        invalid_argument(
            format!("a ledger has no part \"{part}\""),
            "See saas_metrics.create_ledger.",
        )
    })
}

#[pg_extern(immutable, strict, parallel_safe)]
fn is_one_select(query: Text) -> bool {
    parser::is_one_select(query)
}
