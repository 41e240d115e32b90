SELECT 'error', 'rows of a currency without a rate', sum(x.rows)::bigint,
       'Add the rates to the input fx_rates, from the first day on that they are needed; see rejected_rows.'
FROM rejected_rows AS x
WHERE x.reason LIKE 'fx\_rates has no rate%'
