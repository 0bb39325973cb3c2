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
INNER JOIN core.instruments AS instruments -- every value has one row there
  ON prices.ticker = instruments.ticker
