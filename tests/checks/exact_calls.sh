#!/usr/bin/env bash
# Whatever the extension's functions call of the extension, they call with the declared types: nobody's
# overload is called in its place. See exact_calls/decoys.sql.
set -euo pipefail
source "$SAAS_METRICS_ROOT/scripts/lib.sh"
source "$SAAS_METRICS_ROOT/tests/checks/lib/cluster.sh"

cleanup() { remove_folder; }

[[ $(pg_major) -eq 15 ]] || skip "the same on each version, looked at on 15"
clean_up_at_exit
make_folder
make_cluster decoys 'fsync = off' "lc_messages = 'C'"
start_server decoys 5433
export PGHOST=$folder PGPORT=5433 PGDATABASE=decoys
createdb decoys
query -c 'CREATE EXTENSION saas_metrics' -f "$root/tests/checks/exact_calls/decoys.sql" >made
echo "$(query -c 'SELECT count(*) FROM decoys.original') functions, $(query -c "SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%context\_of\_decoy%'") decoys"
query -F ': ' -c 'TABLE decoys.unknown' | sed 's/^/not looked at: /'

scripts_run=0
for script in "$root"/tests/pg_regress/sql/{ledger,stripe}*.sql; do
    createdb --template=decoys play
    PGOPTIONS='-c client_min_messages=error' psql -Xq -d play -f "$script" >>played 2>&1 || :
    query -d play -F ' calls ' -c 'TABLE decoys.met' >>met
    dropdb --force play
    scripts_run=$((scripts_run + 1))
done
# Beside two decoys of equal right a call is an error. The scripts' own have no context.
{
    sort -u met
    sed -n 's/.*LOG:  \(inexact call of .*\) at .*/\1/p' log | sort | uniq -c
    awk '/ERROR: .*function saas_metrics.* is not unique/ { error = $0 } /STATEMENT: / { error = "" }
         /CONTEXT: / && error { print error; error = "" }' log
} >inexact
cat inexact
echo "$scripts_run scripts"
[[ $scripts_run -gt 5 && ! -s inexact ]]
