"""What may have happened: one file per kind of story, the place in the lineage, and what a person may answer."""
