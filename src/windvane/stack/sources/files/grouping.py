"""Groups the files at a location into sources: one for each family of names whose headers agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from windvane.domain.batch import Delivery
from windvane.domain.errors import Unreadable, Usage
from windvane.domain.estate import Source
from windvane.domain.naming import identifier
from windvane.domain.ports import Offer, Stray
from windvane.stack.sources.files.pattern import base, counted, escape, family, matches, matching, root_of, widened
from windvane.stack.sources.files.signature import Signature, Signatures
from windvane.stack.sources.files.tree import Found, holds_data, looked_at, walk

_ALIKE = 0.6  # share of the shorter header that two files of one family must have in common

Arrange = Callable[[str, tuple[Found, ...]], tuple[Delivery, ...]]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a number in the names of one location."""

    anchor: str
    counters: frozenset[str]

    def family(self, logical: str) -> str:
        """The pattern of names that differ by a number only."""
        return family(logical, self.anchor, self.counters)

    def key(self, logical: str) -> str:
        """Files with the same key may be one source: same folder, same name without numbers, same suffix."""
        folder, _, file = self.family(logical).rpartition("/")
        return f"{folder}/{self.base(logical).casefold()}.{file.rpartition('.')[2].casefold()}"

    def base(self, logical: str) -> str:
        """The name without numbers."""
        return base(logical, self.counters)


class Group(msgspec.Struct, frozen=True):
    """Files that make one source."""

    signature: Signature
    files: tuple[Found, ...]


def offered(location: str, *, arrange: Arrange) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
    """What lies at a location: a source for each group, and what is none with why and fix. Raises `Usage`."""
    found, anchor = _found(location)
    names = Names(anchor=anchor, counters=counted(f.logical for f in found))
    groups, strays = _grouped([f for f in found if _may_be_data(f)], names)
    strays += [_not_data(f) for f in found if not _may_be_data(f)]
    if not groups and not strays:
        raise Usage(
            f"no data files at `{location}`", code="source.none",
            why="there is no CSV, TSV, PSV, JSON, NDJSON or Parquet file, hidden ones aside",
            fix="give the folder that holds them",
        )  # fmt: skip
    return _sources(groups, arrange, names), tuple(sorted(strays, key=lambda s: s.name))


def _found(location: str) -> tuple[tuple[Found, ...], str]:
    """The files at a location, and the folder below which numbers in names may vary."""
    path = Path(location).expanduser().absolute()
    if path.is_dir():
        return tuple(walk(path)), path.as_posix()
    if path.is_file():
        return tuple(looked_at(path, path.parent)), path.parent.as_posix()
    if any(c in location for c in "*?["):
        return matching(location), root_of(location).as_posix()
    raise Usage(
        f"there is nothing at `{location}`", code="source.missing", why="no file or folder has that name",
        fix="correct the path",
    )  # fmt: skip


def _may_be_data(found: Found) -> bool:
    """Whether the name says so; a zip that cannot be opened is asked too, to say why."""
    return holds_data(found.logical) or found.logical == found.path.as_posix()[:-4]


def _grouped(found: list[Found], names: Names) -> tuple[list[Group], list[Stray]]:
    signatures = Signatures()
    families: dict[str, list[tuple[Found, Signature]]] = {}
    strays: list[Stray] = []
    for one in found:
        key = names.key(one.logical)
        try:
            families.setdefault(key, []).append((one, signatures.of(one, key)))
        except Unreadable as error:
            strays.append(Stray(one.name, error.why or error.message, error.fix))
        except OSError as error:
            strays.append(Stray(one.name, f"it cannot be opened: {error.strerror}", "give read permission"))
    return [g for members in families.values() for g in _alike(members)], strays


def _alike(members: list[tuple[Found, Signature]]) -> list[Group]:
    groups: list[Group] = []
    for one, signature in members:
        for place, group in enumerate(groups):
            if _agree(group.signature, signature):
                groups[place] = Group(group.signature, (*group.files, one))
                break
        else:
            groups.append(Group(signature, (one,)))
    return sorted(groups, key=lambda g: -len(g.files))


def _agree(a: Signature, b: Signature) -> bool:
    if a.columns == b.columns:
        return True
    if a.reading.format != b.reading.format or not (a.reading.header_line and b.reading.header_line):
        return a.reading.format == b.reading.format != "csv" and _shared(a, b)
    return _shared(a, b)


def _shared(a: Signature, b: Signature) -> bool:
    mine, other = ({c.strip().casefold() for c in s.columns} for s in (a, b))
    return len(mine & other) >= _ALIKE * min(len(mine), len(other))


def _sources(groups: list[Group], arrange: Arrange, names: Names) -> tuple[Offer, ...]:
    everything = tuple(f for g in groups for f in g.files)
    offers: list[Offer] = []
    taken: set[str] = set()
    for group in groups:
        name = _name(group.files[0].logical, names, taken)
        taken.add(name)
        location = _location(group, everything, names)
        root = root_of(location)
        renamed = tuple(msgspec.structs.replace(f, name=_relative(f, root)) for f in group.files)
        source = Source(
            name=name, connector="files", location=location, reading=group.signature.reading,
            columns=group.signature.columns,
        )  # fmt: skip
        offers.append(Offer(source, arrange(name, renamed)))
    return tuple(sorted(offers, key=lambda o: o.source.name))


def _relative(found: Found, root: Path) -> str:
    path = found.path.relative_to(root).as_posix()
    return f"{path}!{found.member}" if found.member else path


def _name(logical: str, names: Names, taken: set[str]) -> str:
    folders = [p for p in logical.split("/")[:-1] if p]
    words = names.base(logical) or (base(f"{folders[-1]}.x") if folders else "") or "data"
    if identifier(words) in taken and folders:
        words = f"{folders[-1]} {words}"
    return identifier(words, taken)


def _location(group: Group, everything: tuple[Found, ...], names: Names) -> str:
    """Patterns for the files of a group and later ones of their kind, with the files of other groups taken out."""
    own = {f.logical for f in group.files}
    patterns = sorted({p for f in group.files for p in widened(names.family(f.logical))})
    wide = "|".join(patterns)
    others = sorted({escape(f.logical) for f in everything if f.logical not in own and matches(f.logical, wide)})
    if len(others) > len(own):  # the smaller group of a family names its files, the larger one has the pattern
        return "|".join(sorted(escape(f) for f in own))
    return "|".join([wide, *(f"!{o}" for o in others)])


def _not_data(found: Found) -> Stray:
    suffix = Path(found.logical).suffix
    return Stray(
        found.name, f"its name ends in `{suffix}`" if suffix else "its name has no ending",
        "nothing, if it is no data; else export it as CSV or Parquet",
    )  # fmt: skip
