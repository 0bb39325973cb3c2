"""Catalogs of small worlds, made from findings as a scout would hand them over."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from windvane.agents.analyst import Catalog, catalog_of
from windvane.domain.estate import Source
from windvane.domain.finding import Claim, Finding

HERE = Path(__file__).parent
WORLDS = tomllib.loads((HERE / "catalogs.toml").read_text("utf-8"))


def findings_of(table: str, told: dict[str, object]) -> tuple[Source, list[Finding]]:
    """A source and what a scout would have found of it."""
    found: list[Finding] = []

    def claim(subject: str, kind: Claim, value: str) -> None:
        if value:
            found.append(
                Finding(by="scout", subject=subject, claim=kind, value=value, confidence=0.95, evidence="fixture")
            )

    names = []
    for column in told["columns"]:
        name, kind, meaning, unit = (*str(column).split(" "), "", "", "")[:4]
        names.append(name)
        claim(f"{table}.{name}", "type", kind)
        claim(f"{table}.{name}", "meaning", meaning)
        claim(f"{table}.{name}", "unit", unit)
    for name, to in told.get("links", {}).items():
        target = WORLDS_KEYS.get(to, "id")
        claim(f"{table}.{name}", "reference", f"{to}.{target}")
    for name, values in told.get("values", {}).items():
        claim(f"{table}.{name}", "category", json.dumps(values))
    claim(table, "key", str(told.get("key", "")))
    claim(table, "time_column", str(told.get("time", "")))
    claim(table, "cadence", str(told.get("cadence", "")))
    source = Source(name=table, connector="files", location=f"{table}.csv", columns=tuple(names))
    return source, found


WORLDS_KEYS = {t: str(told["key"]) for world in WORLDS.values() for t, told in world.items()}


def made_of(name: str) -> Catalog:
    """One of the catalogs of `catalogs.toml`."""
    made = [findings_of(table, told) for table, told in WORLDS[name].items()]
    return catalog_of((f for _, found in made for f in found), (s for s, _ in made))
