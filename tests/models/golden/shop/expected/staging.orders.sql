MODEL (
  name staging.orders,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("order_id", '') AS BIGINT)      AS order_id,
  CAST(NULLIF("customer_id", '') AS VARCHAR)  AS customer_id,
  CAST(NULLIF("ordered_at", '') AS TIMESTAMP) AS ordered_at, -- 100 % of 3 values
  _batch,
  _seq,
  _row
FROM src.orders
