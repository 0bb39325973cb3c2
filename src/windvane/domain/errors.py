"""What can go wrong, typed by what to do next.

WindvaneError            what happened, why, how to fix it; carries a code and an exit code
+-- Failed               1   it was tried and did not work
|   +-- Unreadable       1   a source cannot be read for certain
+-- Usage                2   the call is wrong, or a change needs `--yes`
+-- Unhealthy            3   the estate is in a state that must be looked at first
+-- NeedsPerson          4   two stories fit, or the policy says ask
+-- BudgetReached        5   a limit set by a person was reached
+-- TryAgain             75  passing trouble: a lock, a network, a file that is still being written
"""

from __future__ import annotations

from typing import ClassVar


class WindvaneError(Exception):
    """An error a person can act on: `code` (like `source.unreadable`), `message`, `why`, `fix`."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, code: str, why: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.why = why
        self.fix = fix

    def as_dict(self) -> dict[str, str]:
        """The JSON shape of every error: `{code, message, why, fix}`."""
        return {"code": self.code, "message": self.message, "why": self.why, "fix": self.fix}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.as_dict())


def _rebuild(kind: type[WindvaneError], fields: dict[str, str]) -> WindvaneError:
    return kind(fields["message"], code=fields["code"], why=fields["why"], fix=fields["fix"])


class Failed(WindvaneError):
    """It was tried and did not work; trying the same again will not help."""


class Unreadable(Failed):
    """A source or a file cannot be read for certain, so it is not read at all."""


class Usage(WindvaneError):
    """The call is wrong, or a changing command needs `--yes`."""

    exit_code = 2


class Unhealthy(WindvaneError):
    """The estate needs to be looked at before anything else is done."""

    exit_code = 3


class NeedsPerson(WindvaneError):
    """Only a person can decide: two stories fit the data, or a policy says ask."""

    exit_code = 4


class BudgetReached(WindvaneError):
    """A limit that a person set (rows, cost, spend, time) was reached."""

    exit_code = 5


class TryAgain(WindvaneError):
    """Passing trouble; the same call may work later."""

    exit_code = 75
