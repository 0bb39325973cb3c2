MODEL (
  name mart.total_amount_by_country,
  kind FULL,
  grain country,
  description 'Top 1 country by revenue in 2024-04'
);

WITH totals AS (
  SELECT
    country,
    SUM(amount) AS total_amount
  FROM mart.items
  GROUP BY country
),
ranked AS (
  SELECT
    country,
    total_amount,
    ROW_NUMBER() OVER (ORDER BY total_amount DESC, country, total_amount) AS _rank
  FROM totals
)
SELECT
  country,
  total_amount
FROM ranked
WHERE _rank <= 1
