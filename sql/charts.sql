-- Text charts ----------------------------------------------------------------
-- For readers of a terminal.

CREATE FUNCTION saas_metrics.bar(value numeric, maximum numeric, width integer DEFAULT 20) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'bar_wrapper';
COMMENT ON FUNCTION saas_metrics.bar(numeric, numeric, integer) IS
  'A bar as long as value is of maximum = width * value / maximum characters, to the nearest eighth. Empty where value or maximum is not above 0, never longer than width. Where the database''s encoding is not UTF8, of # to the nearest whole. NULL if an argument is NULL. Errors (22023): an argument is NaN or infinite, width is not from 1 to 1000. A number of more than 131000 digits is out of range (22003). Example: SELECT name, saas_metrics.bar(mrr, max(mrr) OVER ()) FROM ...';

CREATE FUNCTION saas_metrics.sparkline(numbers numeric[]) RETURNS text
  IMMUTABLE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', 'sparkline_wrapper';
COMMENT ON FUNCTION saas_metrics.sparkline(numeric[]) IS
  'Numbers as a line of one character each, in eight heights from the smallest to the largest; all equal: the lowest. A NULL among them is a space. Where the database''s encoding is not UTF8, the heights are _ . - = + * % and #. NULL if the array is NULL. Errors: a number is NaN or infinite (22023), or its distance to another has more than 131000 digits (22003). Example: SELECT saas_metrics.sparkline(array_agg(closing_mrr ORDER BY period_start)) FROM ...';
