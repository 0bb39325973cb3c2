MODEL (
  name staging.instruments,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("ticker", '') AS VARCHAR) AS ticker,
  CAST(NULLIF("name", '') AS VARCHAR)   AS name,
  _batch,
  _seq,
  _row
FROM src.instruments
