MODEL (
  name staging.etf_prices,
  kind VIEW,
  description 'One row per instrument and day, as typed values'
);

SELECT
  CAST(NULLIF("Ticker", '') AS VARCHAR) AS ticker,
  CAST(CASE
    WHEN NULLIF("Datum", '') LIKE '__.__.____'
    THEN SUBSTRING(NULLIF("Datum", ''), 7) || '-' || SUBSTRING(NULLIF("Datum", ''), 4, 2) || '-' || SUBSTRING(NULLIF("Datum", ''), 1, 2)
    ELSE '?' || NULLIF("Datum", '')
  END AS DATE) AS datum, -- "02.01.2024": day first in 100 % of 6 values, 3 of them above 12 in second place
  -- "1.156,20": decimal comma in 100 % of 5 values; "k.A." means no value: 1 of 6, beside numbers only
  CAST(CASE
    WHEN TRIM("Schlusskurs") IN ('k.A.')
    THEN NULL
    ELSE CASE
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
    END
  END AS DECIMAL(18, 6)) AS schlusskurs,
  _batch,
  _seq,
  _row
FROM src.etf_prices
