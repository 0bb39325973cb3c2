"""One warehouse each; the one door to sqlmesh and duckdb."""
