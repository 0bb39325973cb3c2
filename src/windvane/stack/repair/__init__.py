"""What remedies share: the batch that was stopped beside what is known, and plans that read it in another way."""
