MODEL (
  name staging.items,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("order_id", '') AS BIGINT)       AS order_id,
  CAST(NULLIF("line", '') AS BIGINT)           AS line,
  CAST(NULLIF("sku", '') AS VARCHAR)           AS sku,
  CAST(NULLIF("amount", '') AS DECIMAL(18, 2)) AS amount, -- decimal point in 100 % of 4 values
  _batch,
  _seq,
  _row
FROM src.items
