"""Its place puts `tests/` on the path, so that tests can say `from harness.killing import sweep`."""
