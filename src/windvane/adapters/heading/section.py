"""A table of `windvane.toml` that is asked for typed values and knows which of its keys nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NoReturn

from windvane.adapters.heading.position import Path, line_of
from windvane.domain.errors import Usage

_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Section:
    """One table: every method takes a key, and raises `Usage` with the line when its value does not fit."""

    def __init__(self, values: Mapping[str, object], *, text: str, path: Path = ()) -> None:
        self._values = values
        self._text = text
        self._path = path
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self._ask(key, default)
        return value if isinstance(value, str) else self._wrong(key, "a text")

    def required(self, key: str) -> str:
        """A text that must be there and not be empty."""
        if value := self.text(key):
            return value
        mistyped = next((k for k in self._values if k not in self._asked and _suggest(k, (key,))), "")
        if mistyped:
            self.fault(mistyped, f"unknown key `{mistyped}`", "unknown_key", fix=_suggest(mistyped, (key,)))
        return self.fault(key, f"`{self._name(key)}` is missing", "missing_key", fix=f'add `{key} = "..."`')

    def choice(self, key: str, options: tuple[str, ...], default: str) -> str:
        """One of `options`."""
        value = self.text(key, default)
        if value in options:
            return value
        why = f"there are: {_listed(options)}"
        return self.fault(key, f"`{self._name(key)}` cannot be `{value}`", why=why, fix=_suggest(value, options))

    def whole(self, key: str, default: int, *, least: int = 0) -> int:
        """A whole number, at least `least`."""
        value = self._ask(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(key, "a whole number")
        return value if value >= least else self.fault(key, f"`{self._name(key)}` must be at least {least}")

    def number(self, key: str, default: float, *, most: float = float("inf")) -> float:
        """A number between 0 and `most`."""
        value = self._ask(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(key, "a number")
        if 0 <= value <= most:
            return float(value)
        return self.fault(key, f"`{self._name(key)}` must be " + (f"from 0 to {most:g}" if most < 1e9 else "0 or more"))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; dates are taken as their ISO spelling."""
        value = self._ask(key, [])
        if not isinstance(value, list):
            self._wrong(key, "a list of texts")
        spelled = [v.isoformat() if type(v) is date else v for v in value]
        return tuple(v if isinstance(v, str) else self._wrong(key, "a list of texts") for v in spelled)

    def section(self, key: str) -> Section:
        """A table inside; empty when it is not there."""
        value = self._ask(key, {})
        if not isinstance(value, dict):
            self._wrong(key, "a table")
        return Section(value, text=self._text, path=(*self._path, key))

    def sections(self, key: str) -> Iterator[Section]:
        """The tables of an array of tables, as in `[[goals]]`."""
        value = self._ask(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self._wrong(key, f"tables, each under `[[{self._name(key)}]]`,")
        for place, inner in enumerate(value):
            yield Section(inner, text=self._text, path=(*self._path, key, place))

    def members(self) -> Iterator[tuple[str, Section]]:
        """Every key of a table of tables, as in `[sources.NAME]`."""
        for key in self._values:
            yield key, self.section(key)

    def end(self) -> None:
        """Raise `Usage` (`heading.unknown_key`) when a key is there that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                name = self._name()
                where = f"[{name}]" if name else "the top of the file"
                self.fault(
                    key,
                    f"unknown key `{key}`",
                    "unknown_key",
                    why=f"{where} has: {_listed(tuple(self._asked))}",
                    fix=_suggest(key, tuple(self._asked)) or "take the line out",
                )

    def fault(self, key: str, message: str, code: str = "bad_value", *, why: str = "", fix: str = "") -> NoReturn:
        """Raise `Usage` (`heading.<code>`, or `code` itself when it has a dot) about `key`, with its line."""
        line = line_of(self._text, (*self._path, key))
        raise Usage(
            f"{message} in `windvane.toml`, line {line}",
            code=code if "." in code else f"heading.{code}",
            why=why,
            fix=fix or "correct the value",
        )

    def _ask(self, key: str, default: object) -> object:
        self._asked.append(key)
        return self._values.get(key, default)

    def _wrong(self, key: str, wanted: str) -> NoReturn:
        value = self._values[key]
        got = _WORDS.get(type(value), f"a {type(value).__name__}")
        why = f"it is {got}" if not wanted.startswith(got) else "one of its items is something else"
        self.fault(key, f"`{self._name(key)}` must be {wanted}", "wrong_type", why=why)

    def _name(self, *keys: str) -> str:
        return ".".join(str(p) for p in (*self._path, *keys) if isinstance(p, str))


def _listed(options: tuple[str, ...]) -> str:
    return ", ".join(f"`{o}`" if o else "nothing" for o in options)


def _suggest(word: str, options: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # only after a mistake

    close = get_close_matches(word.lower(), [o for o in options if o], n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
