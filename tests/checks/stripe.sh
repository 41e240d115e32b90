#!/usr/bin/env bash
# A company whose history is known goes out as the tables of each kind of copy of Stripe, and must come
# back: every movement of every customer, to the cent, whole and bit by bit.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"
here=tests/checks/stripe

run() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }
value() { run -At "$@"; }

fail() { printf '%s: %s\n' "$shape" "$*"; exit 1; }

# The rows of temporary tables go to the shape's in one transaction.
fill() {
    run <<SQL
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS stripe CASCADE;
BEGIN;
SET LOCAL TimeZone = 'UTC';
\ir examples/stripe/objects.sql
\ir $here/tables/$shape.sql
\ir $here/rows/$shape.sql
COMMIT;
SQL
}

# The customers as the shape names them; numbers are the shape's own.
ids() {
    case $shape in
        dj_stripe_numbers) echo 'SELECT djstripe_id::text, id FROM stripe.djstripe_customer' ;;
        *) echo "SELECT 'cus_' || customer_id, 'cus_' || customer_id FROM company.customers" ;;
    esac
}

connect() {
    run <<SQL >/dev/null
SET client_min_messages = error;
SELECT saas_metrics.create_ledger('copy', currency => 'USD', time_zone => 'UTC');
SELECT saas_metrics.connect_stripe('copy', 'stripe');
SELECT saas_metrics.connect_stripe('copy', 'stripe');
SELECT saas_metrics.bind('copy', 'fx_rates', 'SELECT * FROM company.fx_rates');
SELECT saas_metrics.watch('copy', 'company.fx_rates', 'SELECT customer_id FROM copy.subscription_periods JOIN changed USING (currency)');
SELECT saas_metrics.refresh('copy');
CREATE VIEW stripe_ids (customer_id, id) AS $(ids);
INSERT INTO copy.policies (policy, discount) VALUES ('all', 'all'), ('none', 'none');
SQL
    recognised=$(value -c "SELECT saas_metrics.connect_stripe('copy', 'stripe')" 2>/dev/null)
    [[ $recognised == "$shape" ]] || fail "recognised as $recognised"
}

# compare POLICY, which both ledgers follow
compare() {
    local differences
    differences=$(value -v shape="$shape" -v policy="$1" -f $here/compare.sql)
    [[ -z $differences ]] || fail "by policy $1"$'\n'"$differences"
}

compare_policies() {
    local policy ledger
    compare default
    for policy in all none default; do
        for ledger in metrics copy; do
            run -c "SELECT saas_metrics.set_policy('$ledger', '$policy')" >/dev/null
        done
        [[ $policy == default ]] || compare $policy
    done
    # Nor does it tell the coupons of a subscription.
    findings=$(value -c "SELECT * FROM saas_metrics.check_ledger('copy') WHERE finding NOT LIKE 'churns of unknown kind%'")
    [[ -z $findings || $shape == fivetran && $findings == *'MRR in'* && $findings != *error* ]] || fail "$findings"
}

export PGOPTIONS='-c saas_metrics.today=2026-06-30 -c TimeZone=UTC'
run -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
run -v customers=300 -v months=30 -v seed=3 -f examples/demo_company.sql >/dev/null
run -f examples/ledger.sql >/dev/null 2>&1
run -c "INSERT INTO metrics.policies (policy, discount) VALUES ('all', 'all'), ('none', 'none')"
[[ $(value -c "SELECT count(*) > 400 AND count(DISTINCT kind) = 5 FROM metrics.movements WHERE kind <> 'fx'") == t ]]
for tables in $here/tables/*.sql; do
    shape=$(basename "$tables" .sql)
    fill
    connect
    compare_policies
    run -v change="change/$shape.sql" -f $here/changes.sql >/dev/null || fail 'changes'
    run -c "SET client_min_messages = error; SELECT saas_metrics.drop_ledger('copy'); DROP VIEW stripe_ids" >/dev/null
    echo "$shape: as known"
done
