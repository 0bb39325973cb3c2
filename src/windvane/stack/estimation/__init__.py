"""Estimated products: panels, estimators, backtests as of each decision time, intervals, leak checks, diagnosis."""
