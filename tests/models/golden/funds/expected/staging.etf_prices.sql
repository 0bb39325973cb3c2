MODEL (
  name staging.etf_prices,
  kind VIEW,
  description 'One row per instrument and day, as typed values'
);

SELECT
  CAST(NULLIF("Ticker", '') AS VARCHAR) AS ticker,
  -- "02.01.2024": day first in 100 % of 6 values, 3 of them above 12 in second place
  CAST(
    TRANSLATE(SUBSTRING(NULLIF("Datum", ''), 7) || SUBSTRING("Datum", 3, 4) || SUBSTRING("Datum", 1, 2), '.-', '-?')
    AS DATE
  ) AS datum,
  -- "1.156,20": decimal comma in 100 % of 5 values; "k.A." means no value: 1 of 6, beside numbers only
  CAST(CASE
    WHEN "Schlusskurs" IN ('', 'k.A.')
    THEN NULL
    WHEN REGEXP_MATCHES("Schlusskurs", '^[+-]?(([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]*)?|,[0-9]+)$')
    THEN TRANSLATE("Schlusskurs", ',.', '.')
    ELSE '?' || "Schlusskurs"
  END AS DECIMAL(18, 6)) AS schlusskurs,
  _batch,
  _seq,
  _row
FROM src.etf_prices
