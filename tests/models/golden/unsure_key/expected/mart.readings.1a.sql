MODEL (
  name mart.readings,
  kind FULL,
  description 'All rows'
);

SELECT
  readings.value,
  readings.id,
  readings.sensor
FROM core.readings AS readings
