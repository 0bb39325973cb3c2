"""From bytes to text rows, with every row accounted for."""
