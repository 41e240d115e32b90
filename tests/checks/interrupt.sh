#!/usr/bin/env bash
# Every aggregate can be cancelled in whatever phase it is, and nothing is the
# worse for it: the same session goes on to the right result.
set -euo pipefail

run() { psql -XqAt "$@"; }

# A column for each argument of any aggregate, named as the catalog describes it:
# so all can be called, and one with an argument not thought of here fails.
run -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS saas_metrics;
CREATE TABLE fact AS
SELECT i * 7919 % 50021 AS number, i * 104729 % 50021 || ' is a customer' AS name,
       date '2020-01-01' + (i * 31 % 2000)::int AS day, (i * 17 % 700)::int AS days
FROM generate_series(1, 150000::bigint) AS i;
ANALYZE fact;
CREATE VIEW arguments AS
SELECT number, name, text 'the only one' AS one,
       day AS "starts_on date", day + days AS "ends_on date", 10.00 AS "mrr numeric",
       day AS "active_on date", day AS "paid_on date", days - 100.00 AS "amount numeric",
       (days % 3)::text AS "step text", day::timestamptz AS "at timestamp with time zone",
       '{0,1,2}'::text[] AS "steps text[]", interval '1 year' AS "within interval",
       text 'month' AS "grain text", date '2027-01-01' AS "until date",
       date '2023-01-01' AS "at date", daterange '[2023-01-01,2024-01-01)' AS "period daterange"
FROM fact;
SQL

# The aggregates, each in its fullest form.
mapfile -t calls < <(run -v ON_ERROR_STOP=1 <<'SQL'
SELECT DISTINCT ON (proname)
       format('saas_metrics.%I("%s")', proname, replace(pg_get_function_arguments(oid), ', ', '", "'))
FROM pg_proc
WHERE pronamespace = 'saas_metrics'::regnamespace AND prokind = 'a' AND proname !~ '^ledger_|^periods_from_lines|^_'
ORDER BY proname, pronargs DESC, oid
SQL
)

# statements CUSTOMER WORKERS CALL: asks without limit, with less and more of
# the time that this took, and again without limit. A cancel that comes as a
# statement ends may hit the next one, whence the second RESET.
statements() {
    cat <<SQL
SET max_parallel_workers_per_gather = $2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
\set ask 'SELECT md5(($3)::text) FROM (SELECT $1 AS "customer anyelement", $1 AS "subject anyelement", * FROM arguments) AS a'
\set reset 'RESET statement_timeout'
SELECT clock_timestamp() AS start \gset
:ask;
SELECT 1000 * extract(epoch FROM clock_timestamp() - :'start') AS took \gset
SELECT format('SET statement_timeout = %s', ceil(share * :took)), :'ask', :'reset', :'reset'
FROM unnest(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) AS share \gexec
:ask;
EXPLAIN :ask;
SQL
}

cancel='^ERROR:  canceling statement due to \(statement timeout\|user request\)$'
[[ ${#calls[@]} -gt 0 ]]
for call in "${calls[@]}"; do
    for customer in number name one; do
        expected=
        for workers in 0 2; do
            output=$(statements "$customer" "$workers" "$call" | run 2>&1 || :)
            results=$(sed '/(cost=/,$d' <<<"$output")
            expected=${expected:-${results%%$'\n'*}}
            cancelled=$(grep -c "$cancel" <<<"$results" || :)
            other=$(grep -v -e "$cancel" -e "^$expected$" <<<"$results" || :)
            echo "${call%%(*} of $customer, $workers workers: $cancelled cancelled"
            [[ $expected =~ ^[0-9a-f]{32}$ && $cancelled -gt 0 && -z $other && ${results##*$'\n'} == "$expected" &&
                ($workers -eq 0 || $output == *"Partial Aggregate"*) ]] || { echo "$output"; exit 1; }
        done
    done
done
