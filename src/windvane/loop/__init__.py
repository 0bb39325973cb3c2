"""sense, diagnose, propose, trial, gate, promote, learn: the one loop that builds, operates and improves."""
