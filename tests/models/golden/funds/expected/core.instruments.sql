MODEL (
  name core.instruments,
  kind FULL,
  grain ticker,
  description 'One row per ticker'
);

-- One row per ticker: a later delivery replaces an earlier one
SELECT
  ticker,
  name,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    ticker,
    name,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY ticker ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.instruments
) AS versions
WHERE _version = 1
