MODEL (
  name mart.monthly_volatility,
  kind FULL,
  grain (ticker, month),
  description 'Monthly volatility per ticker since 2024'
);

SELECT
  ticker,
  CAST(DATE_TRUNC('MONTH', datum) AS DATE) AS month, -- its first day
  STDDEV_SAMP(daily_return)                AS volatility, -- standard deviation of the returns, not annualised
  COUNT(daily_return)                      AS observations
FROM mart.daily_prices
GROUP BY ticker, CAST(DATE_TRUNC('MONTH', datum) AS DATE)
