"""After a kill: derives what is missing from the rows committed with the data."""
