MODEL (
  name mart.orders,
  kind FULL,
  grain order_id,
  description 'One row per order_id'
);

SELECT
  orders.order_id,
  orders.ordered_at,
  orders.customer_id,
  customers.country
FROM core.orders AS orders
INNER JOIN core.customers AS customers -- every value has one row there
  ON orders.customer_id = customers.customer_id
