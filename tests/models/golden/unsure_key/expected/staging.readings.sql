MODEL (
  name staging.readings,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("id", '') AS VARCHAR)     AS id, -- kept as text: bigint is only 70% sure, digits in 3 rows only
  CAST(NULLIF("sensor", '') AS VARCHAR) AS sensor,
  CAST(NULLIF("value", '') AS DOUBLE)   AS value, -- decimal point in 100 % of 3 values
  _batch,
  _seq,
  _row
FROM src.readings
