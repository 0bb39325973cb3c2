MODEL (
  name staging.factors,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("Date", '') AS DATE)      AS date, -- ISO dates
  CAST(NULLIF("MTUM", '') AS DOUBLE)    AS mtum,
  CAST(NULLIF("S&P 500", '') AS DOUBLE) AS s_and_p_500,
  _batch,
  _seq,
  _row
FROM src.factors
