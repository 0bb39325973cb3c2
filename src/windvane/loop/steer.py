"""Carries out what a person says: pause, resume, approve, reject, undo."""
