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
prices_days AS (
  SELECT DISTINCT
    datum AS known_on
  FROM core.prices
),
rates_known AS (
  SELECT
    series,
    month,
    percent_,
    CAST(month + INTERVAL '1' MONTH AS DATE) AS known_from,
    COALESCE(
      LEAD(CAST(month + INTERVAL '1' MONTH AS DATE)) OVER (PARTITION BY series ORDER BY month),
      DATE '9999-12-31'
    ) AS known_until
  FROM core.rates
  WHERE percent_ IS NOT NULL
),
rates_on_day AS (
  SELECT
    days.known_on,
    known.series,
    known.month,
    known.percent_
  FROM prices_days AS days
  JOIN rates_known AS known
    ON days.known_on >= known.known_from
    AND days.known_on < known.known_until
)
SELECT
  prices.ticker,
  prices.datum,
  prices.schlusskurs,
  prices.origin,
  prices.daily_return,
  instruments.name,
  cpi.percent_       AS cpi,
  cpi.month          AS cpi_as_of, -- its own date
  fed_funds.percent_ AS fed_funds,
  fed_funds.month    AS fed_funds_as_of -- its own date
FROM prices_changes AS prices
LEFT JOIN core.instruments AS instruments -- every value has one row there
  ON prices.ticker = instruments.ticker
-- the last value known on that day; a value of a month counts as known when that month is over
LEFT JOIN rates_on_day AS cpi
  ON cpi.series = 'CPI'
  AND prices.datum = cpi.known_on
-- the last value known on that day; a value of a month counts as known when that month is over
LEFT JOIN rates_on_day AS fed_funds
  ON fed_funds.series = 'FED FUNDS'
  AND prices.datum = fed_funds.known_on
