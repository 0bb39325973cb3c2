MODEL (
  name staging.odd,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("""; DROP TABLE x; --", '') AS VARCHAR)            AS drop_table_x,
  CAST(NULLIF("order", '') AS VARCHAR)                           AS order_,
  -- decimal comma * / in { { all }} of 1 values -- yes
  CAST(TRANSLATE(NULLIF("Größe (€)", ''), ',.', '.?') AS DOUBLE) AS grosse_eur,
  CAST(NULLIF("🙂", '') AS VARCHAR)                               AS unnamed,
  CAST(NULLIF("a,b", '') AS VARCHAR)                             AS a_b,
  CAST(NULLIF("a b", '') AS VARCHAR)                             AS a_b_2,
  CAST(NULLIF("@start_ds", '') AS VARCHAR)                       AS start_ds,
  CAST(NULLIF("{{ x }}", '') AS VARCHAR)                         AS x,
  CAST(NULLIF("1st", '') AS VARCHAR)                             AS n_1st,
  CAST(NULLIF("_batch ", '') AS VARCHAR)                         AS batch,
  CAST(NULLIF("it's", '') AS VARCHAR)                            AS it_s,
  _batch,
  _seq,
  _row
FROM src.odd
