"""The one door to sqlglot: parse, lineage, guard."""
