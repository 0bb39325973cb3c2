MODEL (
  name mart.average_value_by_sensor,
  kind FULL,
  grain sensor,
  description 'Average value per sensor'
);

SELECT
  sensor,
  AVG(value)   AS average_value,
  COUNT(value) AS observations
FROM mart.readings
GROUP BY sensor
