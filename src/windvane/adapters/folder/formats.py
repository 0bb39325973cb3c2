"""Which file holds which asset: folders, suffixes, file names for any name, and the text of each kind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from windvane.domain.errors import Unhealthy, WindvaneError
from windvane.domain.estate import Asset, Model, Ref

_HEADER = re.compile(r"\bMODEL\s*\([^;]*?\bname\s+([\w.\"`]+)", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_ODD = re.compile(r"[^\w.\- ]|^[.\- ]|[. ]$")
_LONGEST = 150  # bytes; file systems allow 255, and suffixes come on top


@dataclass(frozen=True)
class Format:
    """How one kind of asset is a file: `folder/<name><suffix>`, spelled by `render`, read by `parse`.

    `parse` may raise any `WindvaneError` or `ValueError`; `parse(render(asset)) == asset` must hold.
    """

    kind: str  # as in `Ref.kind`
    folder: str
    suffix: str
    render: Callable[[Asset], str]
    parse: Callable[[str], Asset]

    def path(self, name: str) -> str:
        """Where an asset of this name is written when no file holds it yet, relative to the estate folder."""
        parts = name.partition(".")[::2] if self.kind == "model" else (name,)
        return "/".join((self.folder, *(file_name(p) for p in parts if p))) + self.suffix

    def read(self, path: str, data: bytes) -> Asset:
        """The asset that the file `path` spells. Raises `Unhealthy` (`estate.*`) naming the file."""
        try:
            text = data.decode()
            if self.kind == "model":
                return Model(name=model_name(path, text), text=text)
            return self.parse(text)
        except WindvaneError as error:
            why = ": ".join(t for t in (error.message, error.why) if t)
            raise Unhealthy(f"cannot read `{path}`", code=error.code, why=why, fix=error.fix) from error
        except ValueError as error:
            fix = f"correct `{path}`, or take it back: git checkout -- {path}"
            raise Unhealthy(f"cannot read `{path}`", code="estate.unreadable", why=str(error), fix=fix) from error


def _text(asset: Asset) -> str:
    assert isinstance(asset, Model)  # the format of models is only asked for models
    return asset.text


def _refuse(text: str) -> Asset:
    raise ValueError(f"not a model: {text[:40]}")


MODELS = Format(kind="model", folder="models", suffix=".sql", render=_text, parse=_refuse)


def model_name(path: str, text: str) -> str:
    """The name in the header of a SQLMesh file; without one, what the path says."""
    header = _HEADER.search(_COMMENT.sub(" ", text))
    if header:
        return re.sub(r"[\"`]", "", header[1]).lower()
    return ".".join(path.removeprefix("models/").removesuffix(".sql").split("/")[-2:])


def file_name(name: str) -> str:
    """`name` as a part of a path, safe and different for different names: what is odd becomes `%` and hex digits."""
    safe = _ODD.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), name) or "%"
    if len(safe.encode()) <= _LONGEST:
        return safe
    head = safe.encode()[: _LONGEST - 17].decode(errors="ignore")
    return f"{head}%{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def twice(ref: Ref, paths: tuple[str, str]) -> Unhealthy:
    """Two files that define the same asset: nobody can say which one counts."""
    why = " and ".join(f"`{p}`" for p in paths)
    return Unhealthy(f"two files define {ref}", code="estate.twice", why=why, fix=f"remove one of {why}")
