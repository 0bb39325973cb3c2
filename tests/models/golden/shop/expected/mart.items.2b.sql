MODEL (
  name mart.items,
  kind FULL,
  grain (order_id, line),
  description 'One row per order_id and line'
);

SELECT
  items.order_id,
  items.line,
  items.amount,
  items.sku,
  orders.customer_id,
  orders.ordered_at,
  customers.country
FROM core.items AS items
INNER JOIN core.orders AS orders -- every value has one row there
  ON items.order_id = orders.order_id
INNER JOIN core.customers AS customers -- every value has one row there
  ON orders.customer_id = customers.customer_id
WHERE items.sku <> 'y'
  AND orders.ordered_at >= DATE '2024-04-01'
  AND orders.ordered_at < CAST(DATE '2024-04-01' + INTERVAL '1' MONTH AS DATE)
