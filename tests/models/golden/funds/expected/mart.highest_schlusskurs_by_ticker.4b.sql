MODEL (
  name mart.highest_schlusskurs_by_ticker,
  kind FULL,
  grain (ticker, datum),
  description 'Highest price over rolling 30 days per ticker'
);

SELECT
  ticker,
  datum,
  -- over 30 days up to this day
  MAX(schlusskurs) OVER (PARTITION BY ticker ORDER BY datum RANGE BETWEEN INTERVAL '29' DAY PRECEDING AND CURRENT ROW) AS highest_schlusskurs
FROM mart.daily_prices
