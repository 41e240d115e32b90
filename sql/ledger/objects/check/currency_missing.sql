-- Rates of other currencies without a row in any; rows with and without the ledger's own; customers and tables with several.
SELECT 'warning', 'rows without currency where several are meant', c.without_currency,
       'Bind the currency of each row: without one, an amount is taken for one in the ledger''s currency.'
FROM row_counts AS c
WHERE c.without_currency > 0
  AND (c.of_own_currency > 0 AND c.of_other_currency > 0
       OR c.of_own_currency + c.of_other_currency = 0
          AND EXISTS (SELECT FROM checked_rates AS r
                      WHERE r.problem IS NULL AND upper(r.currency) <> (SELECT currency FROM clock))
       OR c.of_other_currency > 0
          AND EXISTS (SELECT FROM periods AS p
                      GROUP BY p.customer_id
                      HAVING count(*) FILTER (WHERE p.currency IS NULL) > 0
                         AND count(*) FILTER (WHERE upper(p.currency) <> (SELECT currency FROM clock)) > 0)
       OR c.of_own_currency + c.of_other_currency = 0
          -- Told by the statistics of the server, so as not to read tables for it.
          AND EXISTS (SELECT FROM saas_metrics._tables_behind(to_regclass(format('%I.%I', $1, 'subscription_periods_query'))) AS t
                      JOIN pg_class AS r ON r.oid = t
                      JOIN pg_stats AS s ON s.schemaname = r.relnamespace::regnamespace::name AND s.tablename = r.relname
                      WHERE s.attname ~ '(^|_)currency(_code)?$' AND (s.n_distinct > 1 OR s.n_distinct < 0)))
