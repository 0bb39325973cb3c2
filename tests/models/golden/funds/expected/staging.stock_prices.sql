MODEL (
  name staging.stock_prices,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("Symbol", '') AS VARCHAR) AS symbol,
  -- "02.01.2024": day first in 100 % of 3 values
  CAST(
    TRANSLATE(SUBSTRING(NULLIF("Datum", ''), 7) || SUBSTRING("Datum", 3, 4) || SUBSTRING("Datum", 1, 2), '.-', '-?')
    AS DATE
  ) AS datum,
  -- "185,64": decimal comma in 100 % of 3 values
  CAST(CASE
    WHEN REGEXP_MATCHES("Schlusskurs", '^[+-]?(([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]*)?|,[0-9]+)$')
    THEN TRANSLATE("Schlusskurs", ',.', '.')
    ELSE '?' || NULLIF("Schlusskurs", '')
  END AS DECIMAL(18, 2)) AS schlusskurs,
  _batch,
  _seq,
  _row
FROM src.stock_prices
