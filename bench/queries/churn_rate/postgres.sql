-- The customers with MRR at the end of 2024, and those of them without at the end of 2025.
WITH customer AS (
    SELECT bool_or(ends_on >= '2026-01-01' OR ends_on IS NULL) AS stays
      FROM spans
     WHERE mrr > 0 AND starts_on < '2026-01-01' AND (ends_on >= '2026-01-01' OR ends_on IS NULL
                                                     OR ends_on >= '2025-01-01' AND starts_on < '2025-01-01')
     GROUP BY customer_id
    HAVING bool_or(starts_on < '2025-01-01')
)
SELECT 2025 AS year, round(count(*) FILTER (WHERE NOT stays)::numeric / nullif(count(*), 0), 12) AS churn_rate
  FROM customer
