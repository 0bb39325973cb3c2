MODEL (
  name core.rates,
  kind FULL,
  grain (month, series),
  description 'One row per month and series'
);

-- One row per month and series: a later delivery replaces an earlier one
SELECT
  month,
  series,
  percent_,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    month,
    series,
    percent_,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY month, series ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.rates
) AS versions
WHERE _version = 1
