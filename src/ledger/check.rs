//! The query of check_ledger, from a file for each finding.

macro_rules! findings {
    ($($code:literal),+ $(,)?) => {
        [$(($code, include_str!(concat!("../../sql/ledger/objects/check/", $code, ".sql")))),+]
    };
}

/// What findings select from.
const SHARED: &str = include_str!("../../sql/ledger/objects/check/shared.sql");

/// The findings in the order in which they are shown, by their codes.
const FINDINGS: [(&str, &str); 42] = findings![
    "months_not_closing",
    "slices_not_adding_up",
    "rollup_differs",
    "rows_without_customer",
    "rows_unreadable",
    "currency_without_rate",
    "rates_unusable",
    "customers_without_id",
    "customers_doubled",
    "rows_doubled",
    "stretches_overlapping",
    "stretches_never_ending",
    "stretches_a_day_apart",
    "ends_before_midnight",
    "ends_endless",
    "starts_far_off",
    "starts_long_ago",
    "billing_period_subtracted",
    "status_of_today",
    "trials_never_converted",
    "canceled_unclear",
    "cancel_request_without_end",
    "customers_never_leave",
    "prices_never_change",
    "current_subscriptions_unread",
    "amounts_in_cents",
    "currency_missing",
    "timestamps_like_utc",
    "churn_kind_unknown",
    "customers_vanished",
    "service_spans_differ",
    "service_invoiced_twice",
    "not_invoiced",
    "prices_differ",
    "tables_unwatched",
    "partitions_truncated_unseen",
    "tables_without_trigger",
    "watches_broken",
    "changes_unmarked",
    "customers_pending",
    "refresh_everything",
    "refresh_overdue",
];

pub fn script() -> String {
    let finding = |(place, (code, query)): (usize, &(&str, &str))| {
        format!("SELECT {place}, '{code}', f.* FROM (\n{query}) AS f")
    };
    let findings: Vec<String> = FINDINGS.iter().enumerate().map(finding).collect();
    format!(
        "WITH {SHARED},\nfindings (place, code, severity, finding, rows, what_to_do) AS (\n{}\n)\n\
         SELECT f.severity, f.code, f.finding, f.rows, f.what_to_do\n\
         FROM findings AS f WHERE f.rows > 0 ORDER BY f.place, f.finding",
        findings.join("\nUNION ALL\n")
    )
}
