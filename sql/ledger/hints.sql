-- Hints for texts that are not a query yet -------------------------------

CREATE FUNCTION saas_metrics._select_to_bind(query text) RETURNS text
  IMMUTABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $$
DECLARE
  statement text;
  quarters text := coalesce(substring(query FROM '(?i)''([^'']*quarter[^'']*)''\s*::\s*interval'),
                            substring(query FROM '(?i)\minterval\s*''([^'']*quarter[^'']*)'''),
                            substring(query FROM '(?i)\mcast\s*\(\s*''([^'']*quarter[^'']*)''\s+as\s+interval\M'));
BEGIN
  IF quarters IS NOT NULL THEN
    RAISE EXCEPTION '"%" is not an interval', quarters
      USING ERRCODE = '22007', HINT = 'A price per quarter has the billing period interval ''3 months''.';
  END IF;
  -- What is no statement at all, the server's parser refuses without a hint.
  IF query ~ '^\s*("[^"]+"|\w+)(\.("[^"]+"|\w+)){0,2}\s*;?\s*$' AND query !~* '^\s*select\s*;?\s*$' THEN
    RAISE EXCEPTION 'the query must be one SELECT'
      USING ERRCODE = '42601', HINT = format('To bind the columns of a table as they are: SELECT * FROM %s.', btrim(query, E' \t\n;'));
  END IF;
  statement := saas_metrics._one_select(query);
  IF statement IS NULL THEN
    PERFORM saas_metrics._refuse_query('must be one SELECT');
  END IF;
  RETURN statement;
END
$$;
COMMENT ON FUNCTION saas_metrics._select_to_bind(text) IS
  'A query as a view takes it; raises 42601 for anything but one SELECT, 22007 for an interval in quarters. Part of bind.';

CREATE FUNCTION saas_metrics._interval_hint() RETURNS text
  IMMUTABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN 'A billing period is an interval: of texts such as monthly, quarterly and yearly, make interval ''1 month'', ''3 months'' and ''1 year'' by CASE.';
COMMENT ON FUNCTION saas_metrics._interval_hint() IS 'How to write a billing period. Part of bind and refresh.';

CREATE FUNCTION saas_metrics._bind_hint(input text, problems text[]) RETURNS text
  IMMUTABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN (
    SELECT concat_ws(' ', 'saas_metrics.input_columns lists the columns of the input and their types.',
      CASE WHEN p.all_in_one ~ 'billing_period must be of type interval, not (text|character|name)' THEN saas_metrics._interval_hint() END,
      CASE WHEN p.all_in_one ~ 'must be of type numeric, not (double precision|real|money|text|character)' THEN
        'Cast to numeric, such as price::numeric; an amount in floating point wants round(price::numeric, 2).'
      END,
      CASE WHEN p.all_in_one ~ 'column (starts|ends)_(at|on) is not one of the input' THEN
        CASE _bind_hint.input
          WHEN 'current_subscriptions' THEN 'A current row has started_at and, where it was cancelled, access_ends_at.'
          WHEN 'invoice_lines' THEN 'A line of an invoice has service_start and service_end.'
        END
      END)
    FROM (SELECT array_to_string(problems, ';') AS all_in_one) AS p);
COMMENT ON FUNCTION saas_metrics._bind_hint(text, text[]) IS 'The hint for columns that do not fit. Part of bind.';

-- The division is the query's text, its type the server's.
CREATE FUNCTION saas_metrics._warn_of_lost_cents(query text, made regclass) RETURNS void
  STABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  whole name;
BEGIN
  SELECT a.attname INTO whole
  FROM pg_attribute AS a
  WHERE a.attrelid = made AND a.attname IN ('amount', 'discount', 'whole_amount', 'whole_discount')
    AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
  ORDER BY a.attnum
  LIMIT 1;
  IF whole IS NOT NULL AND query ~ '/\s*100\M(?!\.)' THEN
    RAISE WARNING 'column % is a whole number: an integer divided by 100 loses its cents', whole
      USING HINT = 'Divide by 100.0.';
  END IF;
END
$$;
COMMENT ON FUNCTION saas_metrics._warn_of_lost_cents(text, regclass) IS
  'Warns of an amount that is an integer divided by 100. Part of bind.';
