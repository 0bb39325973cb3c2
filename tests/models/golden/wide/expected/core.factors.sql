MODEL (
  name core.factors,
  kind FULL,
  grain date,
  description 'One row per date'
);

-- One row per date: a later delivery replaces an earlier one
SELECT
  date,
  mtum,
  s_and_p_500,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    date,
    mtum,
    s_and_p_500,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY date ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.factors
) AS versions
WHERE _version = 1
