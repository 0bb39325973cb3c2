"""Command line, settings and wiring: the only layer that knows which adapters exist."""
