"""Faults: one thing that goes wrong with data, files or machines a module, each with the truth; controls among them.

A module exposes `fault() -> Fault`. Faults know nothing of how anything is detected or repaired.
"""
