-- Charts of text: each example is a call and what it draws by the definition.
SET search_path = saas_metrics, public;
CREATE FUNCTION pg_temp.drawn(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE 'SELECT ' || call INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE example (call text, expected text);
CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.drawn(call) AS result, expected
FROM example
WHERE pg_temp.drawn(call) IS DISTINCT FROM expected;

-- The nine fillings of one character, and what rounds to them.
INSERT INTO example VALUES
  ('bar(0, 8, 1)',                              ''),
  ('bar(1, 8, 1)',                              '▏'),
  ('bar(2, 8, 1)',                              '▎'),
  ('bar(3, 8, 1)',                              '▍'),
  ('bar(4, 8, 1)',                              '▌'),
  ('bar(5, 8, 1)',                              '▋'),
  ('bar(6, 8, 1)',                              '▊'),
  ('bar(7, 8, 1)',                              '▉'),
  ('bar(8, 8, 1)',                              '█'),
  ('bar(9, 8, 2)',                              '██'),
  ('bar(9, 16, 2)',                             '█▏'),
  ('bar(15, 16, 2)',                            '█▉'),
  ('bar(0.4999999999999999999999, 8, 1)',       ''),
  ('bar(0.5000000000000000000001, 8, 1)',       '▏'),
  ('bar(7.4999999999999999999999, 8, 1)',       '▉'),
  ('bar(7.5000000000000000000001, 8, 1)',       '█'),
  ('bar(8.4999999999999999999999, 16, 2)',      '█'),
  ('bar(8.5000000000000000000001, 16, 2)',      '█▏');

-- Twenty wide if not said: 160 eighths. A third is 53 1/3 of them, two thirds 106 2/3.
INSERT INTO example VALUES
  ('bar(100, 100)',                             '████████████████████'),
  ('bar(50, 100)',                              '██████████'),
  ('bar(1, 3)',                                 '██████▋'),
  ('bar(2, 3)',                                 '█████████████▍'),
  ('bar(0.1, 0.3)',                             '██████▋'),
  ('bar(1, 160)',                               '▏'),
  ('bar(49, 16000)',                            ''),
  ('bar(51, 16000)',                            '▏'),
  ('bar(value => 1, maximum => 4, width => 4)', '█'),
  ('bar(3::bigint, 4::smallint, 4)',            '███'),
  ('length(bar(1, 1, 1000))',                   '1000'),
  ('length(bar(1, 3, 1000))',                   '334');

-- Never longer than the width, empty where there is nothing to show.
INSERT INTO example VALUES
  ('bar(101, 100, 3)',                          '███'),
  ('bar(1e1000, 1, 3)',                         '███'),
  ('bar(1, 1e-1000, 3)',                        '███'),
  ('bar(-1, 100)',                              ''),
  ('bar(-1e1000, 1)',                           ''),
  ('bar(1, 0)',                                 ''),
  ('bar(0, 0)',                                 ''),
  ('bar(1, -1)',                                ''),
  ('bar(-1, -1)',                               ''),
  ('bar(1e-1000, 1)',                           ''),
  ('bar(5e1000, 1e1001, 4)',                    '██'),
  ('bar(5e-1000, 1e-999, 4)',                   '██');

-- Eight heights from the smallest to the largest.
INSERT INTO example VALUES
  ('sparkline(''{1,2,3,4,5,6,7,8}'')',          '▁▂▃▄▅▆▇█'),
  ('sparkline(''{0.8,0.7,0.6,0.5,0.4,0.3,0.2,0.1}'')', '█▇▆▅▄▃▂▁'),
  ('sparkline(''{-700,0,-100,-600}'')',         '▁█▇▂'),
  ('sparkline(''{0,1}'')',                      '▁█'),
  ('sparkline(''{1,0}'')',                      '█▁'),
  ('sparkline(''{1e1000,8e1000,2e1000}'')',     '▁█▂'),
  ('sparkline(''{1e-1000,8e-1000,2e-1000}'')',  '▁█▂'),
  ('sparkline(''{1,1e1000}'')',                 '▁█'),
  ('sparkline(''{99999999999999999999,100000000000000000000}'')', '▁█'),
  ('sparkline(''[5:7]={1,2,1}'')',              '▁█▁'),
  ('sparkline(ARRAY[1, 8])',                    '▁█'),
  ('sparkline(numbers => ''{3,10}'')',          '▁█');

-- All equal: the lowest. NULL: a space. Nothing: nothing.
INSERT INTO example VALUES
  ('sparkline(''{7}'')',                        '▁'),
  ('sparkline(''{0,0,0}'')',                    '▁▁▁'),
  ('sparkline(''{-1,-1.0,-1.00}'')',            '▁▁▁'),
  ('sparkline(''{1,NULL,8}'')',                 '▁ █'),
  ('sparkline(''{NULL,8,NULL,1,NULL,NULL}'')',  ' █ ▁  '),
  ('sparkline(''{NULL,4,NULL}'')',              ' ▁ '),
  ('sparkline(''{NULL,NULL}'')',                '  '),
  ('sparkline(''{}'')',                         '');

-- NULL: NULL. Not a number, no end, no width: refused, wherever they stand.
INSERT INTO example VALUES
  ('bar(NULL, 1)',                              NULL),
  ('bar(1, NULL)',                              NULL),
  ('bar(1, 1, NULL)',                           NULL),
  ('sparkline(NULL)',                           NULL),
  ('bar(''NaN'', 1)',                           '22023'),
  ('bar(''Infinity'', 1)',                      '22023'),
  ('bar(''-Infinity'', 1)',                     '22023'),
  ('bar(1, ''NaN'')',                           '22023'),
  ('bar(1, ''Infinity'')',                      '22023'),
  ('bar(1, ''-Infinity'')',                     '22023'),
  ('bar(0, ''NaN'')',                           '22023'),
  ('bar(''NaN'', 0)',                           '22023'),
  ('bar(1, 1, 0)',                              '22023'),
  ('bar(1, 1, -1)',                             '22023'),
  ('bar(1, 1, 1001)',                           '22023'),
  ('bar(1, 1, 2147483647)',                     '22023'),
  ('bar(1, 1, -2147483648)',                    '22023'),
  ('bar(0, 0, 0)',                              '22023'),
  ('sparkline(''{NaN}'')',                      '22023'),
  ('sparkline(''{1,NaN,2}'')',                  '22023'),
  ('sparkline(''{1,Infinity}'')',               '22023'),
  ('sparkline(''{NULL,-Infinity}'')',           '22023');
SELECT count(*) AS examples FROM example;
TABLE wrong;

-- A bar is as long as its value is, within a sixteenth of a character, for any maximum and width.
SELECT value, maximum, width
FROM generate_series(0, 60) AS value, generate_series(1, 50, 7) AS maximum, generate_series(1, 40, 13) AS width,
     LATERAL (SELECT bar(value, maximum, width)) AS b(drawn),
     LATERAL (SELECT 8 * length(rtrim(drawn, '▏▎▍▌▋▊▉')) + strpos('▏▎▍▌▋▊▉', substr(drawn, length(rtrim(drawn, '▏▎▍▌▋▊▉')) + 1, 1))
                       * (length(drawn) - length(rtrim(drawn, '▏▎▍▌▋▊▉')))) AS l(eighths)
WHERE translate(drawn, '█', '') NOT IN ('', '▏', '▎', '▍', '▌', '▋', '▊', '▉')
   OR abs(eighths - 8.0 * width * least(value, maximum) / maximum) > 0.5;

-- A line has a character for each number, and heights that rise with them through all eight.
SELECT length(line) AS length, left(line, 1) AS first, right(line, 1) AS last, regexp_replace(line, '(.)\1*', '\1', 'g') AS heights
FROM sparkline(ARRAY(SELECT n FROM generate_series(1, 1000) AS n)) AS line;

-- As they are read.
SELECT step, reached, bar(reached, max(reached) OVER (), 12) AS bar
FROM (VALUES (1, 'visit', 1200), (2, 'signup', 480), (3, 'trial', 150), (4, 'paid', 60)) AS funnel(position, step, reached)
ORDER BY position;
SELECT plan, sparkline(array_agg(mrr ORDER BY month)) AS mrr
FROM (VALUES ('team', 1, 100), ('team', 2, 120), ('team', 3, 140), ('team', 4, 240),
             ('solo', 1, 70), ('solo', 2, NULL), ('solo', 3, 50), ('solo', 4, 0)) AS line(plan, month, mrr)
GROUP BY plan ORDER BY plan;

-- Where the encoding has no blocks: # to the nearest whole, and eight characters that grow darker.
\set home :DBNAME
CREATE DATABASE charts_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C';
\c charts_latin1
CREATE EXTENSION saas_metrics;
SELECT saas_metrics.bar(n, 4, 8) AS halves FROM generate_series(-1, 5) AS n;
SELECT '<' || saas_metrics.bar(n, 100, 10) || '>' AS nearest FROM unnest('{4,6,34,36,94,96,100,1e30}'::numeric[]) AS n;
SELECT '<' || saas_metrics.sparkline(numbers::numeric[]) || '>' AS line
FROM (VALUES ('{1,2,3,4,5,6,7,8}'), ('{8,NULL,1}'), ('{5,5}'), ('{NULL}'), ('{}')) AS v(numbers);
\c :home
DROP DATABASE charts_latin1;
