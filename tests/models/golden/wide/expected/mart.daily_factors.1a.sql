MODEL (
  name mart.daily_factors,
  kind FULL,
  grain (date, series),
  description 'One row per date'
);

WITH factors_by_series AS (
  SELECT
    date,
    series.series,
    CASE series.series WHEN 'MTUM' THEN mtum WHEN 'S&P 500' THEN s_and_p_500 END AS price
  FROM core.factors
  CROSS JOIN (VALUES ('MTUM'), ('S&P 500')) AS series(series)
),
factors_changes AS (
  SELECT
    date,
    series,
    price,
    CAST(price AS DOUBLE) / NULLIF(LAG(price) OVER (PARTITION BY series ORDER BY date), 0) - 1 AS daily_return
  FROM factors_by_series
)
SELECT
  factors.date,
  factors.series,
  factors.price,
  factors.daily_return
FROM factors_changes AS factors
