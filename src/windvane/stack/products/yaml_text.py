"""Readable YAML out, plain values in: the one door to PyYAML for the files of an estate."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from windvane.domain.errors import Usage

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
Table = dict[str, Plain]

_DEEP = 400
_INDENT = re.compile(r"^[ \t?:-]*", re.MULTILINE)


def dump(value: Table) -> str:
    """YAML with the keys in the order given, long texts as blocks; the same value gives the same text."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Blocks for long text, lists indented under their key."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
            super().increase_indent(flow, indentless=False)

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
            return True

    def text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)

    Dumper.add_representer(str, text)
    found: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return found


def load(text: str, *, what: str, code: str) -> Table:
    """The mapping that `text` spells; dates stay text. Raises `Usage` (`code`) when it is no YAML mapping."""
    import yaml

    # libyaml where it is built in is ten times as fast, but deep nesting makes it overflow the stack of the process
    base = yaml.SafeLoader if _may_be_deep(text) else getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc,valid-type]
        """Without dates: what a person typed is what is read."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        found = yaml.load(text, Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Usage(f"{what} is not YAML", code=code, why=_where(error), fix="correct that line") from error
    if not isinstance(found, dict) or not all(isinstance(k, str) for k in found):
        raise Usage(
            f"{what} is no mapping", code=code, why="the file must be `key: value` lines", fix="correct the file"
        )
    return found


def _may_be_deep(text: str) -> bool:
    """Whether `text` could hold values nested more than some hundred deep: by brackets, or by marks before a value."""
    brackets = text.count("[") + text.count("{")
    return brackets > _DEEP or max(len(m.group()) for m in _INDENT.finditer(text)) > _DEEP


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark is not None else str(problem)


class Pen:
    """Takes values out of one mapping and says where something is wrong; what was never taken is `rest`."""

    def __init__(self, value: Plain, *, at: str, code: str) -> None:
        self._at = at
        self._code = code
        if not isinstance(value, dict):
            raise self.wrong("", "expected `key: value` lines here")
        self._left: Table = dict(value)

    def wrong(self, key: str, why: str) -> Usage:
        """The error for `key` of this mapping."""
        place = f"{self._at}.{key}" if key else self._at
        return Usage(f"`{place}` is not valid", code=self._code, why=why, fix=f"correct `{place}` in the file")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without `default` it must be there."""
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "missing" if value is None else f"expected text, found `{value}`; put it in quotes")
        return value

    def flag(self, key: str, *, default: str) -> bool:
        """`true` or `false`; `default` is spelled the same way."""
        value = self._left.pop(key, default == "true")
        if not isinstance(value, bool):
            raise self.wrong(key, f"expected true or false, found `{value}`")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number; without `default` it must be there."""
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "missing" if value is None else f"expected a number, found `{value}`")
        return float(value)

    def any(self, key: str) -> Plain:
        """Whatever stands there, or `None`."""
        return self._left.pop(key, None)

    def items(self, key: str) -> list[Plain]:
        """A list, empty when the key is missing."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "expected a list (`- ...` lines)")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text alone."""
        value = self._left.get(key, [])
        if isinstance(value, str):
            self._left.pop(key)
            return (value,)
        found = self.items(key)
        if not all(isinstance(v, str) for v in found):
            raise self.wrong(key, "expected a list of texts")
        return tuple(str(v) for v in found)

    def custom(self) -> Pen:
        """The `customProperties` as one mapping."""
        found: Table = {}
        for item in self.items("customProperties"):
            pen = Pen(item, at=f"{self._at}.customProperties", code=self._code)
            found[pen.text("property")] = pen.any("value")
        return Pen(found, at=f"{self._at}.customProperties", code=self._code)

    def rest(self) -> Table:
        """What nobody took."""
        return self._left


def custom_properties(values: Mapping[str, Plain]) -> Table:
    """`values` that are not empty as a `customProperties` entry; nothing when all are empty."""
    found: list[Plain] = [{"property": k, "value": v} for k, v in values.items() if v not in ("", None, [], {})]
    return {"customProperties": found} if found else {}


def properties_of(values: Mapping[str, Plain]) -> list[Plain]:
    """`values` as a list of `property`/`value` pairs."""
    return [{"property": k, "value": v} for k, v in values.items()]


def kept(extra: Mapping[str, Plain]) -> str:
    """What no field holds, as the text of an asset's `extra`."""
    filled = {k: v for k, v in extra.items() if v}
    return json.dumps(filled, sort_keys=True, ensure_ascii=False) if filled else ""


def released(extra: str) -> dict[str, Table]:
    """The counterpart of `kept`."""
    found: dict[str, Table] = json.loads(extra) if extra else {}
    return found


def filled(value: Table) -> Table:
    """Without the keys whose value is empty text, an empty list or nothing."""
    return {k: v for k, v in value.items() if v not in ("", None, [], {})}


def listed(values: Sequence[str]) -> list[Plain]:
    """Texts as a plain list."""
    return list(values)
