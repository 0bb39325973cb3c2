MODEL (
  name staging.stock_prices,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("Symbol", '') AS VARCHAR) AS symbol,
  CAST(CASE
    WHEN NULLIF("Datum", '') LIKE '__.__.____'
    THEN SUBSTRING(NULLIF("Datum", ''), 7) || '-' || SUBSTRING(NULLIF("Datum", ''), 4, 2) || '-' || SUBSTRING(NULLIF("Datum", ''), 1, 2)
    ELSE '?' || NULLIF("Datum", '')
  END AS DATE) AS datum, -- "02.01.2024": day first in 100 % of 3 values
  CAST(CASE
    WHEN REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') LIKE '%.%'
    OR REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') LIKE '%|0%'
    OR REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') LIKE '%0000|%'
    OR REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') LIKE '%,%|%'
    OR (
      REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') LIKE '%|%'
      AND REPLACE(TRANSLATE(NULLIF("Schlusskurs", ''), '123456789', '000000000'), '.000', '|') NOT LIKE '%0|%'
    )
    THEN '?' || NULLIF("Schlusskurs", '')
    ELSE REPLACE(REPLACE(NULLIF("Schlusskurs", ''), '.', ''), ',', '.')
  END AS DECIMAL(18, 2)) AS schlusskurs, -- "185,64": decimal comma in 100 % of 3 values
  _batch,
  _seq,
  _row
FROM src.stock_prices
