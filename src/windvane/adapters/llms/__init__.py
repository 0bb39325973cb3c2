"""Language models, each behind the same closed port."""
