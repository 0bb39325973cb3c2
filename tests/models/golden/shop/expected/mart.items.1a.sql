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
LEFT JOIN core.orders AS orders -- every value has one row there
  ON items.order_id = orders.order_id
LEFT JOIN core.customers AS customers -- every value has one row there
  ON orders.customer_id = customers.customer_id
