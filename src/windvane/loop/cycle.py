"""The loop itself: one pass from signals to lessons."""
