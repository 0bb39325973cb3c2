MODEL (
  name core.odd,
  kind FULL,
  grain (a_b, order_),
  description 'One row per a_b and order_'
);

-- One row per a_b and order_: a later delivery replaces an earlier one
SELECT
  drop_table_x,
  order_,
  grosse_eur,
  unnamed,
  a_b,
  a_b_2,
  start_ds,
  x,
  n_1st,
  batch,
  it_s,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    drop_table_x,
    order_,
    grosse_eur,
    unnamed,
    a_b,
    a_b_2,
    start_ds,
    x,
    n_1st,
    batch,
    it_s,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY a_b, order_ ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.odd
) AS versions
WHERE _version = 1
