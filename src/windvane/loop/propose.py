"""Gathers plans from agents and remedies, and ranks them."""
