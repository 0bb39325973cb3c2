"""Ways to reach a person: one module for each kind of channel."""
