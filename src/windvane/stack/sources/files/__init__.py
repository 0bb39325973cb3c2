"""Files and folders of CSV, TSV, PSV, JSON, NDJSON and Parquet, plain or packed as gz or zip."""

from __future__ import annotations

import shutil
from pathlib import Path

from windvane.domain.batch import Delivery
from windvane.domain.errors import TryAgain
from windvane.domain.estate import Source
from windvane.domain.ports import Engine, Offer, Secrets, Stray
from windvane.stack.landing.container import content
from windvane.stack.sources.files.pattern import matching, root_of
from windvane.stack.sources.files.tree import Found

_DATABASES = (".sqlite", ".sqlite3", ".db", ".db3")
_PAUSE_NS = 60 * 1_000_000_000  # files written closer together than this arrived together


class Files:
    """Reads files below a path; a file that comes back with another size or time is a new delivery."""

    def understands(self, location: str) -> bool:
        """Whether `location` is a path that holds no database."""
        if "://" in location:
            return False
        path = Path(location).expanduser()
        if path.is_file():
            with path.open("rb") as handle:
                return handle.read(16) != b"SQLite format 3\0"
        return path.suffix.lower() not in _DATABASES

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """The tables at a path, a folder or a glob. Raises `Usage` (`source.missing`, `source.none`)."""
        from windvane.stack.sources.files.grouping import offered  # sniffs contents; `deliveries` never does

        return offered(location, arrange=in_order_of_arrival)

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:
        """The files that match the location now, by arrival; looks at names, sizes and times only."""
        return in_order_of_arrival(source.name, matching(source.location))

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:
        """The file itself, or a member of a zip as a new file in `into`. Raises `TryAgain` (`source.gone`)."""
        path = root_of(source.location) / delivery.name
        if path.is_file():
            return path
        packed, mark, member = str(path).partition(".zip!")
        if mark and Path(f"{packed}.zip").is_file():
            into.mkdir(parents=True, exist_ok=True)
            copy = into / f"{abs(hash((delivery.name, delivery.stamp))):x}{Path(member).suffix}"
            with content(Path(f"{packed}.zip"), member) as stream, copy.open("wb") as target:
                shutil.copyfileobj(stream, target, 1 << 20)
            return copy
        raise TryAgain(
            f"`{delivery.name}` is gone", code="source.gone", why="it was there when it was listed",
            fix="run again; if it is meant to be gone, nothing more is needed",
        )  # fmt: skip

    def unclaimed(self, offered: tuple[tuple[Source, tuple[Delivery, ...]], ...], *, since: float) -> tuple[Stray, ...]:
        """New files beside those of the sources; looks at names and times only."""
        from windvane.stack.sources.files.beside import unclaimed

        return unclaimed(offered, since=since)

    def archives(self, source: Source, *, others: tuple[Source, ...], apart: Path) -> tuple[str, ...]:
        """Locations near those of the source that deliver its table too; reads the headers of what lies there."""
        from windvane.stack.sources.files.archives import archives

        return archives(source, others, apart=apart, arrange=in_order_of_arrival)


def in_order_of_arrival(source: str, found: tuple[Found, ...]) -> tuple[Delivery, ...]:
    """Deliveries by time of arrival; those written within a minute of each other by name, numbers as numbers."""
    waves: list[list[Found]] = []
    for one in sorted(found, key=lambda f: f.modified_ns):
        if waves and one.modified_ns - waves[-1][-1].modified_ns < _PAUSE_NS:
            waves[-1].append(one)
        else:
            waves.append([one])
    return tuple(
        Delivery(source=source, name=one.name, size=one.size, stamp=f"{one.size}-{one.modified_ns}")
        for wave in waves
        for one in sorted(wave, key=lambda f: f.natural)
    )


def connector(secrets: Secrets, engine: Engine) -> Files:  # noqa: ARG001
    """The connector for files; it needs neither secrets nor an engine."""
    return Files()
