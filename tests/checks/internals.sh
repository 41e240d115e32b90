#!/usr/bin/env bash
# What no user calls is sound nevertheless: every template of SQL parses, is in the library and is
# used; every private function is called by something.
set -euo pipefail
cd "$SAAS_METRICS_ROOT"

status=0
wrong() { printf '%s\n' "$*"; status=1; }

run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# A template without comments, and each list of columns spelled out with two names for the %.
plain() {
    perl -0pe '
        s/^\s*--.*$//mg;
        my $inside = qr/((?:[^()]|\((?1)\))*)/;
        s/:each_\w+\($inside\)/my $item = $1; join ", ", map { $item =~ s{%}{$_}gr } "x", "y"/ge;
    ' "$1"
}

run -c 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS saas_metrics'
# What is wrong with a template, or NULL. Its names stand for a name, a text or nothing, and it may be
# any part of a statement. PL/pgSQL has the server parse each statement, and runs none after RETURN.
run <<'SQL'
CREATE FUNCTION flaw(template text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  name text;
  way text;
  script text;
  first text;
BEGIN
  FOREACH name IN ARRAY ARRAY['x', '''x''', ''] LOOP
    script := replace(template, '::', chr(1)); -- a cast
    script := replace(regexp_replace(script, ':[a-z]\w*|%(\d+\$)?[IsL]', name, 'g'), chr(1), '::');
    script := regexp_replace(script, ';?\s*$', '');
    FOREACH way IN ARRAY ARRAY['%s', 'SELECT %s', 'WITH a AS (SELECT), %s b AS (SELECT) SELECT', 'WITH a AS (SELECT) %s',
                               'WITH a AS (SELECT), %s SELECT'] LOOP
      BEGIN
        EXECUTE format('DO $do$ BEGIN RETURN; %s; END $do$', format(way, script));
        RETURN NULL;
      EXCEPTION WHEN syntax_error THEN
        first := coalesce(first, SQLERRM);
      END;
    END LOOP;
  END LOOP;
  RETURN first;
END
$$;
SQL

# Files of nothing but names are lists for :each_…( ); those of a folder may be asked for by the folder.
templates=0
while read -r file; do
    templates=$((templates + 1))
    text=$(plain "$file")
    part=${file#*/objects/}
    part=${part%.sql}
    grep -rqw --include='*.rs' -- "${part##*/}" src || wrong "$file is not in the library"
    [[ ! $text =~ ^[a-z_[:space:]]+$ ]] || continue
    flaw=$(run -v template="$text" <<<"SELECT flaw(:'template')")
    [[ -z $flaw ]] || wrong "$file: $flaw"
    grep -rqE --include='*.sql' -- "'$part'|'${part%/*}/?'" sql || wrong "nothing uses $file"
done < <(find sql -path '*/objects/*' -name '*.sql' | sort)
echo "$templates templates"
[[ $templates -gt 0 ]]
[[ $(run -c "SELECT flaw('SELECT FROM FROM x') IS NULL OR flaw('x AS (SELECT 1 FROM') IS NULL") == f ]] || wrong "flaws are not seen"

# What is called _as_owner is called by the C function of the name before it. Names that anything mentions but a declaration, a comment or rights.
called() {
    find sql src \( -name '*.sql' -o -name '*.rs' \) -exec cat {} + |
        grep -vE '^ *(CREATE (OR REPLACE )?FUNCTION|(COMMENT ON|ALTER|DROP) FUNCTION|(REVOKE|GRANT) .* ON FUNCTION|--|//)' |
        grep -oE '\b_\w+' | sort -u
}
functions=$(run -c "SELECT DISTINCT f.proname COLLATE \"C\" FROM pg_proc AS f
    WHERE f.pronamespace::regnamespace::text LIKE 'saas\_metrics%' AND f.proname LIKE '\_%'
      AND NOT EXISTS (SELECT FROM pg_proc AS c JOIN pg_language AS l ON l.oid = c.prolang
                       WHERE l.lanname = 'c' AND c.pronamespace = f.pronamespace AND c.proname || '_as_owner' = f.proname) ORDER BY 1")
idle=$(LC_ALL=C comm -23 <(echo "$functions") <(LC_ALL=C called))
[[ -z $idle ]] || wrong "nothing calls ${idle//$'\n'/, }"
echo "$(wc -w <<<"$functions") private functions"
[[ -n $functions ]]
exit $status
