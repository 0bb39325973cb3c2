"""Published releases: immutable Parquet and a manifest."""
