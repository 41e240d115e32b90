-- Conversion and other shares: each example is a call and its value by the definition.
SET search_path = saas_metrics, public;
CREATE FUNCTION pg_temp.value(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  result numeric;
BEGIN
  EXECUTE 'SELECT ' || call INTO result;
  RETURN result;
END $$;
CREATE TEMP TABLE example (call text, expected numeric);

INSERT INTO example VALUES
  ('conversion_rate(15, 100)',                         0.15),
  ('conversion_rate(conversions => 5, leads => 10)',   0.5),
  ('conversion_rate(0, 10)',                           0),
  ('conversion_rate(0, 0)',                            NULL),
  ('round(conversion_rate(6633, 9644), 3)',            0.688),
  ('activation_rate(30, 120)',                         0.25),
  ('activation_rate(activated => 3, signed_up => 4)',  0.75),
  ('activation_rate(3, 0)',                            NULL),
  ('reactivation_rate(6, 80)',                         0.075),
  ('reactivation_rate(reactivated => 1, dormant => 8)', 0.125),
  ('reactivation_rate(1, 0)',                          NULL),
  ('recovery_rate(21, 50)',                            0.42),
  ('recovery_rate(recovered => 1, failed => 4)',       0.25),
  ('recovery_rate(1, 0)',                              NULL),
  ('payment_failure_rate(9, 100)',                     0.09),
  ('payment_failure_rate(failed => 1, attempts => 16)', 0.0625),
  ('payment_failure_rate(1, 0)',                       NULL),
  ('attach_rate(40, 200)',                             0.2),
  ('attach_rate(with_add_on => 200, customers => 200)', 1),
  ('attach_rate(1, 0)',                                NULL),
  ('stickiness(2500, 10000)',                          0.25),
  ('stickiness(dau => 13, mau => 100)',                0.13),
  ('stickiness(13, 0)',                                NULL);

CREATE TEMP VIEW wrong AS
SELECT call, pg_temp.value(call) AS result, expected
FROM example
WHERE pg_temp.value(call) IS DISTINCT FROM expected;
SELECT count(*) AS examples FROM example;
TABLE wrong;

-- The Wilson score interval, computed apart with 100 digits.
CREATE TEMP TABLE interval_example (hits numeric, trials numeric, confidence numeric, low numeric, high numeric);
INSERT INTO interval_example VALUES
  (0, 1, 0.5, 0, 0.31268474408258),
  (1, 1, 0.5, 0.68731525591742, 1),
  (0, 10, 0.5, 0, 0.04351403056967),
  (1, 10, 0.5, 0.05245010369859, 0.18236112075715),
  (10, 10, 0.5, 0.95648596943033, 1),
  (40, 800, 0.5, 0.04505365006068, 0.0554578625332),
  (1, 3, 0.5, 0.18281725015861, 0.52774182314061),
  (0, 1, 0.8, 0, 0.62155249677465),
  (1, 1, 0.8, 0.37844750322535, 1),
  (0, 10, 0.8, 0, 0.14106868209054),
  (1, 10, 0.8, 0.03041064428213, 0.28244430139031),
  (10, 10, 0.8, 0.85893131790946, 1),
  (40, 800, 0.8, 0.04101405852594, 0.06082982725257),
  (1, 3, 0.8, 0.10577563612172, 0.67881735216965),
  (0, 1, 0.9, 0, 0.73013405121595),
  (1, 1, 0.9, 0.26986594878405, 1),
  (0, 10, 0.9, 0, 0.21294197008341),
  (1, 10, 0.9, 0.02263490873087, 0.34771866733586),
  (10, 10, 0.9, 0.78705802991659, 1),
  (40, 800, 0.9, 0.03877308570901, 0.06426039167076),
  (1, 3, 0.9, 0.07826572633373, 0.74646613171878),
  (0, 1, 0.95, 0, 0.79345068562276),
  (1, 1, 0.95, 0.20654931437724, 1),
  (0, 10, 0.95, 0, 0.27753279986289),
  (1, 10, 0.95, 0.01787621309507, 0.40415002679524),
  (10, 10, 0.95, 0.72246720013711, 1),
  (40, 800, 0.95, 0.03693138638598, 0.06736960219913),
  (1, 3, 0.95, 0.0614919447204, 0.79234039919795),
  (0, 1, 0.99, 0, 0.86902245671981),
  (1, 1, 0.99, 0.13097754328019, 1),
  (0, 10, 0.99, 0, 0.39885409330491),
  (1, 10, 0.99, 0.01185150341103, 0.50723177123289),
  (10, 10, 0.99, 0.60114590669509, 1),
  (40, 800, 0.99, 0.03359155277365, 0.07381130937139),
  (1, 3, 0.99, 0.04042662929608, 0.85578398495233),
  (0, 1, 0.999999, 0, 0.95988467160307),
  (1, 1, 0.999999, 0.04011532839693, 1),
  (0, 10, 0.999999, 0, 0.70525929690141),
  (1, 10, 0.999999, 0.00387647904921, 0.76033095847191),
  (10, 10, 0.999999, 0.29474070309859, 1),
  (40, 800, 0.999999, 0.02369530779847, 0.10244206216638),
  (1, 3, 0.999999, 0.01303244666966, 0.94983166189398),
  (0, 1, 0.0001, 0, 0.00000001570796),
  (1, 1, 0.0001, 0.99999998429204, 1),
  (0, 10, 0.0001, 0, 0.0000000015708),
  (1, 10, 0.0001, 0.09998811064639, 0.10001189061025),
  (10, 10, 0.0001, 0.9999999984292, 1),
  (40, 800, 0.0001, 0.04999903426543, 0.05000096575224),
  (1, 3, 0.0001, 0.33329922331572, 0.33336744509627),
  (0, 1000000000, 0.5, 0, 0.00000000045494),
  (1, 1000000000, 0.5, 0.00000000051565, 0.00000000193928),
  (1000000000, 1000000000, 0.5, 0.99999999954506, 1),
  (123456789, 1000000000, 0.5, 0.1234497726878, 0.1234638056548),
  (500, 1000, 0.5, 0.48933780568921, 0.51066219431079),
  (0, 1000, 0.5, 0, 0.00045472955008),
  (999999, 1000000, 0.5, 0.99999806071966, 0.99999948434503),
  (2.5, 7.25, 0.5, 0.23813015991548, 0.46984926049237),
  (0.001, 0.002, 0.5, 0.00109544413051, 0.99890455586949),
  (0, 1000000000, 0.95, 0, 0.00000000384146),
  (1, 1000000000, 0.95, 0.00000000017652, 0.00000000566493),
  (1000000000, 1000000000, 0.95, 0.99999999615854, 1),
  (123456789, 1000000000, 0.95, 0.12343640161928, 0.12347717927367),
  (500, 1000, 0.95, 0.4690696003681, 0.5309303996319),
  (0, 1000, 0.95, 0, 0.00382675848556),
  (999999, 1000000, 0.95, 0.9999943350882, 0.99999982347542),
  (2.5, 7.25, 0.95, 0.1137288084459, 0.68341239395373),
  (0.001, 0.002, 0.95, 0.00013010808385, 0.99986989191615),
  (0, 1000000000, 0.999999, 0, 0.00000002392813),
  (1, 1000000000, 0.999999, 0.00000000003863, 0.0000000258895),
  (1000000000, 1000000000, 0.999999, 0.99999997607187, 1),
  (123456789, 1000000000, 0.999999, 0.12340591198723, 0.12350768403272),
  (500, 1000, 0.999999, 0.42356546635754, 0.57643453364246),
  (0, 1000, 0.999999, 0, 0.02336895173256),
  (999999, 1000000, 0.999999, 0.99997411111912, 0.9999999613743),
  (2.5, 7.25, 0.999999, 0.03082441878243, 0.89700960403541),
  (0.001, 0.002, 0.999999, 0.00002089460068, 0.99997910539932),
  (5, 8, 0.68268949213708589717, 0.44914022514319, 0.77308199707904),
  (5, 8, 0.9999999999, 0.06427504536717, 0.97586830141412),
  (5, 8, 0.99999999999999999999, 0.03324537185514, 0.98777147943557),
  (5, 8, 0.3, 0.55733361510853, 0.68811117919309),
  (5, 8, 0.05, 0.61420795256193, 0.63566922843076),
  (0, 3, 0.68268949213708589717, 0, 0.25),
  (0, 3, 0.9999999999, 0, 0.93306777058769),
  (0, 3, 0.99999999999999999999, 0, 0.96672646048413),
  (0, 3, 0.3, 0, 0.04715680125092),
  (0, 3, 0.05, 0, 0.00130899761272),
  (50, 100, 0.68268949213708589717, 0.4502481404895, 0.5497518595105),
  (50, 100, 0.9999999999, 0.22848200992802, 0.77151799007198),
  (50, 100, 0.99999999999999999999, 0.15878791522128, 0.84121208477872),
  (50, 100, 0.3, 0.48074826308488, 0.51925173691512),
  (50, 100, 0.05, 0.49686472274398, 0.50313527725602);

SELECT count(*) AS intervals FROM interval_example;
SELECT e.hits, e.trials, e.confidence, i.low, e.low AS expected_low, i.high, e.high AS expected_high
FROM interval_example AS e, rate_interval(hits, trials, confidence) AS i
WHERE (abs(i.low - e.low) <= 1e-12 AND abs(i.high - e.high) <= 1e-12) IS NOT TRUE;

-- 95 percent unless said; by position and by name; no trials, no interval.
SELECT round(low, 4) AS low, round(high, 4) AS high FROM rate_interval(40, 800);
SELECT round(low, 4) AS low, round(high, 4) AS high FROM rate_interval(hits => 40, trials => 800, confidence => 0.95);
SELECT round(low, 4) AS low, round(high, 4) AS high FROM rate_interval(confidence => 0.5, trials => 3, hits => 1);
SELECT rate_interval(0, 0) IS NULL AS nothing_known;
SELECT (rate_interval(0, 10)).low, (rate_interval(10, 10)).high;

-- What must hold for all numbers; a row is one that it does not hold for.
SELECT hits, trials, confidence
FROM generate_series(1, 200, 9) AS trials,
     generate_series(0, trials, greatest(1, trials / 10)) AS hits,
     unnest(ARRAY[0.5, 0.8, 0.95, 0.999]) AS confidence,
     rate_interval(hits, trials, confidence) AS i,
     rate_interval(trials - hits, trials, confidence) AS mirror,
     rate_interval(hits, trials, confidence + 0.0009) AS wider,
     rate_interval(hits * 10, trials * 10, confidence) AS narrower
WHERE i.low < 0 OR i.high > 1
   OR i.low > conversion_rate(hits, trials) OR i.high < conversion_rate(hits, trials)
   OR abs(i.low - (1 - mirror.high)) > 1e-12
   OR wider.low > i.low OR wider.high < i.high
   OR narrower.high - narrower.low >= i.high - i.low;
