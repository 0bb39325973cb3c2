"""Tries a plan in isolation and measures both sides."""
