MODEL (
  name staging.trades,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("isin", '') AS VARCHAR)  AS isin,
  CAST(NULLIF("day", '') AS DATE)      AS day, -- ISO dates
  CAST(NULLIF("shares", '') AS BIGINT) AS shares,
  _batch,
  _seq,
  _row
FROM src.trades
