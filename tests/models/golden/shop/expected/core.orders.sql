MODEL (
  name core.orders,
  kind FULL,
  grain order_id,
  description 'One row per order_id'
);

-- One row per order_id: a later delivery replaces an earlier one
SELECT
  order_id,
  customer_id,
  ordered_at,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    order_id,
    customer_id,
    ordered_at,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.orders
) AS versions
WHERE _version = 1
