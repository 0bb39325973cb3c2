MODEL (
  name mart.daily_prices,
  kind FULL,
  grain (ticker, datum),
  description 'One row per instrument and day'
);

WITH prices_changes AS (
  SELECT
    origin,
    ticker,
    datum,
    schlusskurs,
    CAST(schlusskurs AS DOUBLE) / NULLIF(LAG(schlusskurs) OVER (PARTITION BY ticker ORDER BY datum), 0) - 1 AS daily_return
  FROM core.prices
)
SELECT
  prices.ticker,
  prices.datum,
  prices.schlusskurs,
  prices.origin,
  prices.daily_return,
  instruments.name
FROM prices_changes AS prices
INNER JOIN core.instruments AS instruments -- every value has one row there
  ON prices.ticker = instruments.ticker
WHERE prices.datum >= DATE '2024-01-01'
