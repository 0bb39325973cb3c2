MODEL (
  name core.old_trades,
  kind FULL,
  grain (isin, day),
  description 'One row per isin and day'
);

-- One row per isin and day: a later delivery replaces an earlier one
SELECT
  isin,
  day,
  note,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    isin,
    day,
    note,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY isin, day ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.old_trades
) AS versions
WHERE _version = 1
