MODEL (
  name core.customers,
  kind FULL,
  grain customer_id,
  description 'One row per customer_id'
);

-- One row per customer_id: a later delivery replaces an earlier one
SELECT
  customer_id,
  full_name,
  e_mail,
  country,
  _batch,
  _seq,
  _row
FROM (
  SELECT
    customer_id,
    full_name,
    e_mail,
    country,
    _batch,
    _seq,
    _row,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY _seq DESC, _row DESC) AS _version
  FROM staging.customers
) AS versions
WHERE _version = 1
