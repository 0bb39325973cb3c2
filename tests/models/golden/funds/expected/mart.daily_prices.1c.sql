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
),
rates_by_day AS (
  SELECT
    month,
    MAX(CASE WHEN series = 'CPI' THEN percent_ END)       AS cpi,
    MAX(CASE WHEN series = 'FED FUNDS' THEN percent_ END) AS fed_funds
  FROM core.rates
  GROUP BY month
)
SELECT
  prices.ticker,
  prices.datum,
  prices.schlusskurs,
  prices.origin,
  prices.daily_return,
  instruments.name,
  rates.cpi,
  rates.fed_funds
FROM prices_changes AS prices
INNER JOIN core.instruments AS instruments -- every value has one row there
  ON prices.ticker = instruments.ticker
INNER JOIN rates_by_day AS rates -- values of the same day
  ON prices.datum = rates.month
