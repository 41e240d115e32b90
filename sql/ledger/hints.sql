-- What to say of queries that are no queries, or not yet -------------------------------

CREATE FUNCTION saas_metrics._select_to_bind(query text) RETURNS text
  IMMUTABLE LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  statement text;
  quarters text := coalesce(substring(query FROM '(?i)''([^'']*quarter[^'']*)''\s*::\s*interval'),
                            substring(query FROM '(?i)\minterval\s*''([^'']*quarter[^'']*)'''));
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

CREATE FUNCTION saas_metrics._bind_hint(problems text[]) RETURNS text
  IMMUTABLE LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  RETURN concat('saas_metrics.input_columns lists the columns of the input and their types.',
    CASE WHEN array_to_string(problems, ';') ~ 'billing_period must be of type interval, not (text|character|name)' THEN
      ' A billing period is an interval: of texts such as monthly, quarterly and yearly, make interval ''1 month'', ''3 months'' and ''1 year'' by CASE.'
    END);
COMMENT ON FUNCTION saas_metrics._bind_hint(text[]) IS 'What to say of columns that do not fit. Part of bind.';
