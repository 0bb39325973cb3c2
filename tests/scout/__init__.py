"""Stories of the scout on small invented tables."""
