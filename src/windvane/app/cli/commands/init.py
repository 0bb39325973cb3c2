"""`windvane init`: understand sources and a goal, and write the estate folder."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.reports import InitReport
from windvane.domain.errors import NeedsPerson, Usage

SECTION, PLACE = "First minutes", 2


@click.command("init", short_help="Look at sources, read only; plan; write the estate folder.")
@click.argument("paths", metavar="PATH|URL...", nargs=-1, required=True)
@click.option("--goal", metavar="SENTENCE", help="What it should give you, in one sentence.")
@click.option("--answer", metavar="N", help="Your answer to the question it asked: the number of an option.")
@click.option("--estate", metavar="PATH", default="my-estate", show_default=True, help="The estate folder to write.")
@options.plan
@options.shape
def command(
    *, paths: tuple[str, ...], goal: str | None, answer: str | None, estate: str, consent: Consent, shape: Shape
) -> int:
    """Look at files, folders and databases, say what was understood, and write an estate folder.

    Sources are only read. Nothing runs: windvane run builds what is planned here. Passwords are given by reference, as
    in postgres://user:${env:PGPASSWORD}@host/db.

    Example: windvane init ./my-csvs --goal "Average price per product and month"

    Exits 4 when the goal can be read in more than one way: it shows the ways, and --answer picks one.
    """
    wanted = goal or _asked(shape)
    report = _look(paths, wanted, Path(estate), consent, shape, answer)
    while report.question is not None and shape is Shape.TEXT and screen.interactive():
        _show(report, shape)
        said = click.prompt("Which one", err=True)
        report = _look(paths, wanted, Path(estate), consent, shape, said)
    _show(report, shape)
    return NeedsPerson.exit_code if report.question is not None else 0


def _asked(shape: Shape) -> str:
    if shape is Shape.TEXT and screen.interactive():
        return str(click.prompt("What should it give you, in one sentence", err=True))
    raise Usage(
        "a goal is needed",
        code="goal.missing",
        why="it decides what is built",
        fix='windvane init PATH --goal "Average price per product and month"',
    )


def _look(
    paths: tuple[str, ...], goal: str, estate: Path, consent: Consent, shape: Shape, answer: str | None
) -> InitReport:
    from windvane.app import wire

    work = wire.plan_init if consent is Consent.PLAN else wire.init
    with stream.progress(shape) as emit:
        return work(paths, goal, estate, emit=emit, answer=answer)


def _show(report: InitReport, shape: Shape) -> None:
    from windvane.app.cli.text.init import init as text

    if shape is Shape.JSON:
        screen.data(report)
        return
    screen.show(text(report))
    if report.question is not None and not screen.interactive():
        screen.note("Nothing was written. Answer with the same command and --answer NUMBER", "ask")
