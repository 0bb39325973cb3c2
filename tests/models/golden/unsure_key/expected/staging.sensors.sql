MODEL (
  name staging.sensors,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("sensor", '') AS VARCHAR) AS sensor,
  CAST(NULLIF("room", '') AS VARCHAR)   AS room,
  _batch,
  _seq,
  _row
FROM src.sensors
