"""Profiles, drift, and checks with a bound on false alarms."""
