"""Notices what is new or odd: deliveries, drift, edits, goals that nothing serves."""
