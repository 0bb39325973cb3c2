"""Writes what makes an estate folder a SQLMesh project of its own: `config.yaml` and `external_models.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from windvane.domain import crash
from windvane.domain.estate import Source

DATABASE = ".windvane/warehouse.duckdb"
CONFIG = f"""\
# A native SQLMesh project: `sqlmesh plan` works in this folder while windvane is not running.
gateways:
  local:
    connection:
      type: duckdb
      database: {DATABASE}
default_gateway: local
model_defaults:
  dialect: duckdb
  start: '1900-01-01'
snapshot_ttl: in 60 days
environment_ttl: in 60 days
disable_anonymized_analytics: true
infer_python_dependencies: false
ignore_patterns:
  - '.windvane/**'
"""
EXTRAS = (("_batch", "varchar"), ("_seq", "bigint"), ("_row", "bigint"))


def write_project(root: Path, sources: Iterable[Source]) -> tuple[Path, ...]:
    """Write both files where they are missing or stale, and name those written.

    An existing `config.yaml` is a person's and is left as it is; of an existing `external_models.yaml` only the
    entries `src.*` are replaced.
    """
    written = []
    config = root / "config.yaml"
    if not config.exists():
        _write(config, CONFIG)
        written.append(config)
    external = root / "external_models.yaml"
    before = external.read_text("utf-8") if external.exists() else ""
    text = external_models(before, sources)
    if text != before:
        _write(external, text)
        written.append(external)
    return tuple(written)


def external_models(before: str, sources: Iterable[Source]) -> str:
    """The text of `external_models.yaml`: other entries of `before` are kept, `src.*` are those of `sources`."""
    kept = [entry for entry in yaml.safe_load(before) or [] if not str(entry.get("name", "")).startswith("src.")]
    made = [
        {"name": f"src.{source.name}", "columns": dict([*((name, "varchar") for name in source.columns), *EXTRAS])}
        for source in sorted(sources, key=lambda s: s.name)
    ]
    if not kept and not made:
        return before
    return yaml.safe_dump([*kept, *made], sort_keys=False, allow_unicode=True, width=120)


def _write(path: Path, text: str) -> None:
    crash.point("project.write")
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(text, "utf-8")
    scratch.replace(path)
    crash.point("project.written")
