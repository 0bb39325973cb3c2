"""One connector per file: reads one kind of place."""
