"""How DBOS writes down arguments, results and errors of steps: JSON, never pickle, so a file cannot run code."""

from __future__ import annotations

import msgspec

from windvane.domain import errors
from windvane.domain.errors import Failed, WindvaneError

_MARK = "windvane_error"


class Memo:
    """The serializer DBOS is given; it satisfies `dbos.Serializer` without importing it."""

    def name(self) -> str:
        """What DBOS notes beside each value."""
        return "windvane_json"

    def serialize(self, data: object) -> str:
        """JSON of a value or an error."""
        return msgspec.json.encode(spell(data) if isinstance(data, Exception) else data).decode()

    def deserialize(self, serialized_data: str) -> object:
        """The value, or the error as an exception that is returned, not raised."""
        data: object = msgspec.json.decode(serialized_data)
        if isinstance(data, dict) and _MARK in data:
            return unspell({str(k): str(v) for k, v in data.items()})
        return data


def spell(error: Exception) -> dict[str, str]:
    """An error as texts; one that is not ours keeps its class name and message."""
    if isinstance(error, WindvaneError):
        return {_MARK: type(error).__name__, **error.as_dict()}
    return {_MARK: "", "code": "step.raised", "message": f"{type(error).__name__}: {error}", "why": "", "fix": ""}


def unspell(fields: dict[str, str]) -> WindvaneError:
    """The error again, of its own class when it was one of ours, `Failed` otherwise."""
    kind = getattr(errors, fields[_MARK], Failed) if fields[_MARK] else Failed
    made: WindvaneError = kind(fields["message"], code=fields["code"], why=fields["why"], fix=fields["fix"])
    return made
