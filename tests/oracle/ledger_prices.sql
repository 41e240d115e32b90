-- Options of the policy that say how much of a row counts: discounts, and months of weeks and days.

\ir lib/ledger.sql

UPDATE oracle.rule SET time_zone = 'America/New_York';
CALL oracle.generate(81, 150);
CALL oracle.spoil(150);
SELECT oracle.open_ledger('metrics');
CALL oracle.compute();
CALL oracle.set_house();

CREATE FUNCTION check_amounts(what text, options jsonb, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT oracle.set_policy('metrics', what, options, at_least);
    RETURN NEXT oracle.check_movements_of('metrics', what, 500);
    RETURN NEXT oracle.check_periods('metrics', what, 'month', 'mrr_monthly', 24);
END
$$;
SELECT check_amounts('permanent discounts', '{"discount": "permanent"}', 50) WHERE oracle.takes();
SELECT check_amounts('all discounts', '{"discount": "all"}', 50) WHERE oracle.takes();
SELECT check_amounts('no discounts', '{"discount": "none"}', 100) WHERE oracle.takes();
SELECT check_amounts('4 weeks', '{"week": "4"}', 30) WHERE oracle.takes();
SELECT check_amounts('4.33 weeks', '{"week": "4.33"}', 30) WHERE oracle.takes();
SELECT check_amounts('30 days', '{"day": "30"}', 30) WHERE oracle.takes();
SELECT check_amounts('days of the Gregorian year', '{"day": "365.2425/12"}', 30) WHERE oracle.takes();
SELECT check_amounts('all at once', '{"discount": "all", "week": "13/3", "day": "30.44"}', 100) WHERE oracle.takes();
-- And back.
SELECT check_amounts('default again', '{}', 0) WHERE oracle.takes();
