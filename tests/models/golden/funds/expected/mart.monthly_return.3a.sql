MODEL (
  name mart.monthly_return,
  kind FULL,
  grain (ticker, month),
  description 'Monthly return of each ticker'
);

WITH last_rows AS (
  SELECT
    ticker,
    datum,
    schlusskurs
  FROM (
    SELECT
      ticker,
      datum,
      schlusskurs,
      ROW_NUMBER() OVER (PARTITION BY ticker, CAST(DATE_TRUNC('MONTH', datum) AS DATE) ORDER BY datum DESC) AS _newest
    FROM mart.daily_prices
  ) AS numbered
  WHERE _newest = 1
)
SELECT
  ticker,
  CAST(DATE_TRUNC('MONTH', datum) AS DATE) AS month, -- its first day
  -- end of period to end of period
  CAST(schlusskurs AS DOUBLE) / NULLIF(LAG(schlusskurs) OVER (PARTITION BY ticker ORDER BY datum), 0) - 1 AS monthly_return
FROM last_rows
