//! The scripts that make a ledger's objects, and a check of the queries that it is given.

use pgrx::prelude::*;
use saas_metrics_engine::ledger::limits::LONGEST_TEXT;

use super::check;
use crate::pg::error::invalid_argument;
use crate::pg::parser;
use crate::pg::shown::shown;
use crate::pg::varlena::Text;

macro_rules! parts {
    ($($part:literal),+) => {
        [$(($part, include_str!(concat!("../../sql/ledger/objects/", $part, ".sql")))),+]
    };
}

const PARTS: [(&str, &str); 23] = parts![
    "contributed_columns",
    "movements_by",
    "tables",
    "settings",
    "pending",
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
    "refresh_roll",
    "refresh_sum",
    "settle",
    "take_marks",
    "forget_zeros",
    "explain_customer"
];

/// The columns of subscription_periods that lines come from, those of a line that contributions
/// come from, and the sums that are kept of these.
const INPUT_COLUMNS: &str = include_str!("../../sql/ledger/objects/input_columns.sql");
const LINE_COLUMNS: &str = include_str!("../../sql/ledger/objects/line_columns.sql");
const SUM_COLUMNS: &str = include_str!("../../sql/ledger/objects/sum_columns.sql");

#[pg_extern(immutable, strict, parallel_safe)]
fn ledger_objects(part: Text) -> String {
    let part = part.bytes();
    let checks = (part == b"check").then(check::script);
    let known = PARTS.iter().find(|it| it.0.as_bytes() == part).map(|it| it.1);
    let script = checks.as_deref().or(known).unwrap_or_else(|| {
        invalid_argument(
            format!("a ledger has no part \"{}\"", shown(part)),
            "See saas_metrics.create_ledger.",
        )
    });
    let script = script.replace(":longest_text", &LONGEST_TEXT.to_string());
    let script = spell_out(&script, ":each_input(", INPUT_COLUMNS);
    let script = spell_out(&script, ":each_column(", LINE_COLUMNS);
    spell_out(&script, ":each_sum(", SUM_COLUMNS)
}

/// Replaces `:each_column(l.%)` by a list, with the name of each column for the %.
fn spell_out(script: &str, start: &str, columns: &str) -> String {
    let mut parts = script.split(start);
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 1;
        let is_end = |it: char| {
            depth += match it {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        };
        let (item, rest) = part.split_once(is_end).unwrap_or((part, ""));
        let list: Vec<String> =
            columns.split_whitespace().map(|column| item.replace('%', column)).collect();
        spelled.push_str(&list.join(", "));
        spelled.push_str(rest);
    }
    spelled
}

#[pg_extern(immutable, strict, parallel_safe)]
fn one_select<'a>(query: Text<'a>) -> Option<Text<'a>> {
    parser::one_select(query)
}
