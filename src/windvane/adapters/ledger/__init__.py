"""The ledger: what happened, who did it and because of what, in one append-only SQLite file."""

from windvane.adapters.ledger.chain import Line
from windvane.adapters.ledger.store import Head, Ledger

__all__ = ["Head", "Ledger", "Line"]
