MODEL (
  name mart.monthly_total_amount,
  kind FULL,
  grain (country, month),
  description 'Monthly revenue per country'
);

SELECT
  country,
  CAST(DATE_TRUNC('MONTH', ordered_at) AS DATE) AS month, -- its first day
  SUM(amount)                                   AS total_amount
FROM mart.items
GROUP BY country, CAST(DATE_TRUNC('MONTH', ordered_at) AS DATE)
