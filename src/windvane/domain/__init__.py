"""The words of windvane; imports nothing of ours."""
