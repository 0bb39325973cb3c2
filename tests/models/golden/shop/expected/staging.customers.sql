MODEL (
  name staging.customers,
  kind VIEW,
  description 'One row per delivered row, as typed values'
);

SELECT
  CAST(NULLIF("customer_id", '') AS VARCHAR) AS customer_id,
  CAST(NULLIF("full name", '') AS VARCHAR)   AS full_name, -- personal: masked for readers
  CAST(NULLIF("e-mail", '') AS VARCHAR)      AS e_mail, -- personal: masked for readers
  CAST(NULLIF("country", '') AS VARCHAR)     AS country,
  _batch,
  _seq,
  _row
FROM src.customers
