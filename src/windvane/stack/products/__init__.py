"""Contracts, products and metrics as standard files."""
