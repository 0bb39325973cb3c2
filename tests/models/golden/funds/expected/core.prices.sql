MODEL (
  name core.prices,
  kind FULL,
  grain (ticker, datum),
  description 'One row per instrument and day'
);

-- etf_prices and stock_prices have the same columns, and no (ticker, datum) is in two of them
-- One row per ticker and datum: a later delivery replaces an earlier one
WITH delivered AS (
  SELECT
    'etf' AS origin,
    ticker,
    datum,
    schlusskurs,
    _batch,
    _seq,
    _row
  FROM staging.etf_prices
  UNION ALL
  SELECT
    'stock' AS origin,
    symbol  AS ticker,
    datum,
    schlusskurs,
    _batch,
    _seq,
    _row
  FROM staging.stock_prices
)
SELECT
  origin,
  ticker,
  datum,
  schlusskurs,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    origin,
    ticker,
    datum,
    schlusskurs,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY origin, ticker, datum ORDER BY _seq DESC, _row DESC) AS _version
  FROM delivered
) AS versions
WHERE _version = 1
