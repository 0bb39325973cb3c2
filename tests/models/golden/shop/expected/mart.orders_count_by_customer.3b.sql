MODEL (
  name mart.orders_count_by_customer,
  kind FULL,
  grain customer_id,
  description 'Number of orders per customer'
);

SELECT
  customer_id,
  COUNT(*) AS orders_count
FROM mart.orders
GROUP BY customer_id
