MODEL (
  name core.items,
  kind FULL,
  grain (order_id, line),
  description 'One row per order_id and line'
);

-- One row per order_id and line: a later delivery replaces an earlier one
SELECT
  order_id,
  line,
  sku,
  amount,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    order_id,
    line,
    sku,
    amount,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY order_id, line ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.items
) AS versions
WHERE _version = 1
