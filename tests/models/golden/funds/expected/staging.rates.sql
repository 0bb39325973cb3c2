MODEL (
  name staging.rates,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("month", '') AS DATE)     AS month, -- ISO dates
  CAST(NULLIF("series", '') AS VARCHAR) AS series,
  CAST(NULLIF("percent", '') AS DOUBLE) AS percent_, -- "5.33": decimal point in 100 % of 4 values
  _batch,
  _seq,
  _row
FROM src.rates
