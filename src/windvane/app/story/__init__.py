"""Turns lines of the ledger into what people read: status, log, why, diff, and what steering would do."""
