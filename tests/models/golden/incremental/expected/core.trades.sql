MODEL (
  name core.trades,
  kind INCREMENTAL_BY_TIME_RANGE (time_column day),
  grain (isin, day),
  description 'One row per isin and day'
);

-- One row per isin and day: a later delivery replaces an earlier one
-- Built by ranges of day: 600,000 rows so far, delivery is `append`, a corrected row keeps its day
SELECT
  isin,
  day,
  shares,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    isin,
    day,
    shares,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY isin, day ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.trades
  WHERE day BETWEEN @start_date AND @end_date
) AS versions
WHERE _version = 1
