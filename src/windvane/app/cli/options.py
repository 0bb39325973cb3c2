"""Options that several commands share, with the types they become."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


class Shape(Enum):
    """How the answer is written."""

    TEXT = "text"
    JSON = "json"


class Consent(Enum):
    """What a person said beforehand: ask me, only tell me, or do it."""

    ASK = "ask"
    PLAN = "plan"
    YES = "yes"


class _Consent(click.ParamType[Consent]):
    name = "consent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Consent:  # noqa: ARG002
        return Consent(value)


def _shape(ctx: click.Context, param: click.Parameter, value: object) -> Shape:  # noqa: ARG001
    return Shape.JSON if value else Shape.TEXT


def _path(ctx: click.Context, param: click.Parameter, value: object) -> Path | None:  # noqa: ARG001
    return Path(str(value)) if value else None


def estate(function: F) -> F:
    """`--estate PATH`: another estate than the one here."""
    text = "The estate folder; by default the one here or above."
    return click.option("--estate", metavar="PATH", callback=_path, help=text)(function)


def shape(function: F) -> F:
    """`--json`: one object, or JSON lines."""
    return click.option("--json", "shape", is_flag=True, callback=_shape, help="Answer in JSON.")(function)


def plan(function: F) -> F:
    """`--plan`: say what would happen, and stop."""
    text = "Say what would happen, and stop."
    return click.option("--plan", "consent", flag_value="plan", default="ask", type=_Consent(), help=text)(function)


def yes(function: F) -> F:
    """`--yes`, beside `--plan`: do it without asking."""
    text = "Do it without asking."
    return click.option("--yes", "consent", flag_value="yes", type=_Consent(), help=text)(plan(function))


def because(function: F) -> F:
    """`--because TEXT`: a reason that is kept in the ledger."""
    return click.option("--because", metavar="TEXT", default="", help="Your reason, kept in the ledger.")(function)
