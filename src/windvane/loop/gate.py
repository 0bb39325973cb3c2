"""Judges a trial by the same rules whoever proposed it."""
