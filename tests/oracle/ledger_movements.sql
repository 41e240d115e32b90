-- A ledger's movements, and MRR by day, week, month, quarter and year, against the oracle: in time
-- zones with and without changes of the clock, one of them at midnight; with customers of several
-- types, times with and without a zone, and dates.

\ir lib/ledger.sql

-- Nothing but the days: what started or ended on a day did so at its beginning.
CREATE PROCEDURE keep_days() LANGUAGE sql AS $$
    UPDATE oracle.billing b
       SET starts_at = (starts_at AT TIME ZONE r.time_zone)::date::timestamp AT TIME ZONE r.time_zone,
           ends_at = (ends_at AT TIME ZONE r.time_zone)::date::timestamp AT TIME ZONE r.time_zone,
           cancel_requested_at = (cancel_requested_at AT TIME ZONE r.time_zone)::date::timestamp AT TIME ZONE r.time_zone,
           access_ends_at = (access_ends_at AT TIME ZONE r.time_zone)::date::timestamp AT TIME ZONE r.time_zone
      FROM oracle.rule r
     WHERE b.bad IS NULL
$$;

CREATE FUNCTION check_movements(seed int, customers int, zone text, currency text, customer_id text, instant text DEFAULT '%s', at_least int DEFAULT 800)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    what text := format('%s, %s, %s', zone, currency, instant);
BEGIN
    UPDATE oracle.rule r SET time_zone = zone, currency = check_movements.currency;
    CALL oracle.generate(seed, customers);
    CALL oracle.spoil(customers);
    IF instant ~ '::date' THEN
        CALL keep_days();
    END IF;
    RETURN NEXT oracle.open_ledger('metrics', customer_id, instant);
    CALL oracle.compute();
    RETURN NEXT oracle.check_movements_of('metrics', what, at_least);
    RETURN QUERY SELECT oracle.check_periods('metrics', what, v.grain, v.view, v.at_least)
                   FROM (VALUES ('day', 'mrr_daily', 700), ('week', 'mrr_weekly', 100), ('month', 'mrr_monthly', 25), ('quarter', 'mrr_quarterly', 9), ('year', 'mrr_yearly', 3))
                     AS v (grain, view, at_least);
    RETURN QUERY SELECT oracle.check_rates('metrics', what, v) FROM unnest('{mrr_daily,mrr_weekly,mrr_monthly,mrr_quarterly,mrr_yearly}'::text[]) AS v;
    PERFORM saas_metrics.drop_ledger('metrics');
END
$$;

SELECT check_movements(1, 250, 'UTC', 'USD', 'customer::bigint') WHERE oracle.takes();
SELECT check_movements(2, 250, 'America/New_York', 'USD', 'customer', '%s AT TIME ZONE ''America/New_York''') WHERE oracle.takes();
-- A day begins at 1 o'clock there, and an hour of another is twice.
SELECT check_movements(3, 250, 'America/Havana', 'EUR', $$('00000000-0000-0000-0000-' || lpad(customer, 12, '0'))::uuid$$) WHERE oracle.takes();
-- The session's time zone has no say in what a date means.
SET TimeZone = 'Pacific/Auckland';
SELECT check_movements(4, 150, 'America/Havana', 'USD', 'customer::smallint', '(%s AT TIME ZONE ''America/Havana'')::date', 500) WHERE oracle.takes();
