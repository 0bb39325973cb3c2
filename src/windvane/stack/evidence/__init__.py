"""Statistics that do not fool the loop: what a change gained, over all that was tried, and whether it lasts."""
