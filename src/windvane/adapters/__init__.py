"""The world outside: engines, workflow, ledger file, language models."""
