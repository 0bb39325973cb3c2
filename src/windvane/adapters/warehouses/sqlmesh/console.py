"""A silent SQLMesh console that remembers what was built and what failed, with the reason SQLMesh leaves out."""

from __future__ import annotations

import os
import re

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
os.environ["MAX_FORK_WORKERS"] = "1"

import duckdb
from sqlmesh.core.console import NoopConsole
from sqlmesh.utils.errors import NodeAuditsErrors

from windvane.adapters.warehouses.sqlmesh.failure import chain, words

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SCRATCH = re.compile(r"[^\s']*/\.windvane/project/")


class QuietConsole(NoopConsole):  # type: ignore[misc]
    """Prints nothing; `built` are the models that were computed, `errors` those that failed, since `reset`."""

    def __init__(self) -> None:
        self.built: set[str] = set()
        self.errors: list[BaseException] = []

    def reset(self) -> None:
        """Forget what was seen."""
        self.built = set()
        self.errors = []

    def update_snapshot_evaluation_progress(self, snapshot: object, *_: object, **options: object) -> None:
        """A model was computed, or only audited."""
        if not options.get("audit_only"):
            self.built.add(short(str(getattr(snapshot, "name", snapshot))))

    def log_failed_models(self, errors: list[BaseException]) -> None:
        """Models could not be computed."""
        self.errors.extend(errors)

    def log_warning(self, short_message: str, long_message: str | None = None) -> None:
        """Warnings for people at a terminal are of no use here."""


def explain(error: BaseException) -> str:
    """One line on why a model failed: the model, and the audit or the engine's own words."""
    name = short(next((_node(e) for e in chain(error) if hasattr(e, "node")), ""))
    audits = [a for e in chain(error) if isinstance(e, NodeAuditsErrors) for a in e.errors]
    if audits:
        said = "; ".join(f"audit `{a.audit_name}` found {a.count:,} rows" for a in audits)
        return f"{name or short(str(audits[0].model_name))}: {said}"
    engine = any(isinstance(e, duckdb.Error) for e in chain(error))
    said = words(error) if engine else _plain(str(error))
    return f"{name}: {said}" if name else said


def short(name: str) -> str:
    """`staging.prices` for `"warehouse"."staging"."prices"`."""
    return ".".join(name.replace('"', "").split(".")[-2:])


def _node(error: BaseException) -> str:
    node = getattr(error, "node", "")
    return str(getattr(node, "snapshot_name", "") or getattr(node, "name", ""))


def _plain(text: str) -> str:
    """SQLMesh's own message on one line, without colours and without the path of the scratch folder."""
    lines = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
    return _SCRATCH.sub("", " ".join(lines[:4]))
