MODEL (
  name staging.old_trades,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("isin", '') AS VARCHAR) AS isin,
  CAST(NULLIF("day", '') AS DATE)     AS day, -- ISO dates
  CAST(NULLIF("note", '') AS VARCHAR) AS note,
  _batch,
  _seq,
  _row
FROM src.old_trades
