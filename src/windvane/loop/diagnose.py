"""Turns signals into incidents: hypotheses with the evidence for and against, and the place of the cause."""
