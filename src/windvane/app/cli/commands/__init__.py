"""One command per file, found by name: each has `command`, its `SECTION` and its `PLACE` in the list."""
