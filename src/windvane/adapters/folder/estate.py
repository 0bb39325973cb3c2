"""Reads an estate from its files and writes changes to them, never over what a person edited."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from windvane.adapters.folder.formats import MODELS, Format, twice
from windvane.adapters.folder.repository import Repository
from windvane.adapters.folder.scan import FOLDERS, HEADINGS, Memory, Scan, fingerprint, is_hidden
from windvane.adapters.folder.written import ABSENT, Written
from windvane.domain import crash
from windvane.domain.change import Change, Put, Retire
from windvane.domain.errors import Failed, TryAgain
from windvane.domain.estate import Asset, Estate, Ref, Source, ref_of
from windvane.domain.record import replace

_GENERATED = ("config.yaml", "external_models.yaml", ".gitignore")  # windvane makes these beside the assets


class EstateFolder:
    """The folder of one estate. `heading` gives the estate that `windvane.toml` spells: goals, sources, policy.

    Models need no format; contracts, products and metrics are spelled by `formats`. Memory is the ledger's.
    `tell` is called with one line when git cannot be used; work goes on without it.
    """

    def __init__(
        self,
        root: Path,
        *,
        heading: Callable[[], Estate],
        memory: Memory,
        formats: tuple[Format, ...] = (),
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._root = root
        self._heading = heading
        self._formats = (MODELS, *formats)
        self._scan = Scan(root, memory)
        self._written = Written(memory)
        self._git = Repository(root)
        self._tell = tell
        self._parsed: dict[tuple[str, str], Asset] = {}

    def fingerprint(self) -> str:
        """Changes when the content of any file of the estate does; reads only files whose size or times did."""
        return fingerprint(self._scan.files())

    def read(self) -> Estate:
        """The heading and all assets that the files spell. Raises `Unhealthy` (`estate.*`, or what a format says)."""
        heading = self._heading()
        files = tuple(asset for _, asset in self._assets(self._scan.files()).values())
        assets = sorted((*heading.assets, *files), key=lambda a: str(ref_of(a)))
        return replace(heading, assets=tuple(assets))

    def write(self, changes: tuple[Change, ...]) -> tuple[str, ...]:
        """Make the files say what `changes` say; names the files that changed. Each is replaced as a whole.

        Idempotent. A file that a person edited meanwhile is left as it is: see `kept`. Sources stand in the
        heading and are not written here. Raises `Failed` (`estate.no_format`), `TryAgain` (`estate.disk`).
        """
        found = self._scan.files()
        wanted = {p: t for p, t in self._wanted(changes, found).items() if not self._is_theirs(p, t, found)}
        crash.point("folder.expect.before")
        self._written.expect({p: _digest(t) for p, t in wanted.items()}, found=found)
        crash.point("folder.expect.after")
        different = tuple(p for p, t in sorted(wanted.items()) if found.get(p, ABSENT) != _digest(t))
        for path in different:
            crash.point("folder.write.before")
            self._put(path, wanted[path])
            crash.point("folder.write.after")
        return different

    def kept(self, changes: tuple[Change, ...]) -> tuple[str, ...]:
        """Files that `write` leaves as they are because a person edited or removed them."""
        found = self._scan.files()
        return tuple(sorted(p for p, t in self._wanted(changes, found).items() if self._is_theirs(p, t, found)))

    def edited(self) -> tuple[Asset, ...]:
        """Assets whose file a person added or changed since the last release, in order of paths."""
        found = self._scan.files()
        return tuple(
            self._asset(each, path, digest)
            for path, digest in found.items()
            if (each := self._format(path)) is not None and not self._written.knows(path, digest)
        )

    def removed(self) -> tuple[str, ...]:
        """Files that a person took away since the last release."""
        found = self._scan.files()
        return tuple(p for p in self._written.paths() if p not in found and not self._written.knows(p, ABSENT))

    def place(self, ref: Ref) -> str:
        """Where an asset of this name is written when no file holds it yet. Raises `Failed` (`estate.no_format`)."""
        return self._format_of(ref).path(ref.name)

    def settle(self) -> None:
        """What `write` made is released. An edit that came meanwhile stays an edit: nobody has tried it yet."""
        crash.point("folder.settle.before")
        self._written.settle()
        crash.point("folder.settle.after")

    def commit(self, *, decision: str, title: str, body: str) -> str:
        """One git commit for the files of a decision; its hash, or empty without git or without a change.

        What a person edited is committed apart before, as theirs; what they staged of other files stays staged.
        A decision that was committed before is found by its subject. Raises `TryAgain` (`git.busy`).
        """
        try:
            trouble = self._git.begin()
            made = "" if trouble else self._git.find(decision) or self._commit(f"{decision} {title}", body)
        except Failed as error:
            trouble, made = f"{error.message} ({error.why}); the decision is kept in the ledger only", ""
        if trouble:
            self._tell(trouble)
        return made

    def _commit(self, subject: str, body: str) -> str:
        ours, theirs = self._sides()
        if theirs:
            self._git.commit(theirs, message=_edit_message(theirs), by="person")
        by_hand = all(e is not None and e.by == "person" for e in map(self._written.newest, ours))
        message = f"{' '.join(subject.split())}\n\n{body}"
        made = self._git.commit(ours, message=message, by="person" if by_hand else "windvane")
        return made or self._git.find(subject.partition(" ")[0])

    def _sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Files that differ from the last git commit: those that windvane made, and those that a person did."""
        found = self._scan.files()
        ours: list[str] = []
        theirs: list[str] = []
        for path in self._git.different((*HEADINGS, *FOLDERS, ".gitignore")):
            if path != ".gitignore" and any(map(is_hidden, path.split("/"))):
                continue
            expected = self._written.newest(path)
            made = path in _GENERATED or (expected is not None and expected.hashes[-1] == found.get(path, ABSENT))
            (ours if made else theirs).append(path)
        return tuple(ours), tuple(theirs)

    def _wanted(self, changes: tuple[Change, ...], found: dict[str, str]) -> dict[str, bytes | None]:
        """Path to content (`None`: not there) of each file that `changes` are about."""
        assets = self._assets(found)
        holders = {path: ref for ref, (path, _) in assets.items()}
        wanted: dict[str, bytes | None] = {}
        for change in changes:
            match change:
                case Put(asset=Source()):
                    pass
                case Put(asset=asset):
                    form, ref = self._format_of(ref_of(asset)), ref_of(asset)
                    path = assets[ref][0] if ref in assets else _free(form.path(ref.name), ref, holders)
                    wanted[path] = form.render(asset).encode()
                case Retire(ref=ref) if ref.kind not in ("source", "check"):
                    path = assets[ref][0] if ref in assets else self.place(ref)
                    if ref in assets or path not in found:  # by a person's hand already: then that is settled too
                        wanted[path] = None
                case _:
                    pass
        return wanted

    def _is_theirs(self, path: str, text: bytes | None, found: dict[str, str]) -> bool:
        here = found.get(path, ABSENT)
        return here != _digest(text) and not self._written.knows(path, here)

    def _put(self, path: str, text: bytes | None) -> None:
        file = self._root / path
        try:
            if text is None:
                file.unlink(missing_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f".{file.name}.windvane")  # the same name each time: a kill leaves at most one
            with draft.open("wb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            crash.point("folder.write.draft")
            draft.replace(file)
        except OSError as error:
            fix = "free some disk space, or make the folder writable"
            raise TryAgain(f"cannot write `{path}`", code="estate.disk", why=str(error), fix=fix) from error

    def _assets(self, found: dict[str, str]) -> dict[Ref, tuple[str, Asset]]:
        assets: dict[Ref, tuple[str, Asset]] = {}
        for path, digest in found.items():
            form = self._format(path)
            if form is None:
                continue
            asset = self._asset(form, path, digest)
            ref = ref_of(asset)
            if ref in assets:
                raise twice(ref, (assets[ref][0], path))
            assets[ref] = (path, asset)
        return assets

    def _asset(self, form: Format, path: str, digest: str) -> Asset:
        if (path, digest) not in self._parsed:
            self._parsed[path, digest] = form.read(path, (self._root / path).read_bytes())
        return self._parsed[path, digest]

    def _format(self, path: str) -> Format | None:
        return next((f for f in self._formats if path.startswith(f"{f.folder}/") and path.endswith(f.suffix)), None)

    def _format_of(self, ref: Ref) -> Format:
        for form in self._formats:
            if form.kind == ref.kind:
                return form
        raise Failed(f"no file format for {ref}", code="estate.no_format", why="nothing spells this kind of asset")


def _free(path: str, ref: Ref, holders: dict[str, Ref]) -> str:
    """`path`, or one beside it when a file of that name defines another asset."""
    if holders.get(path, ref) == ref:
        return path
    head, dot, suffix = path.partition(".")
    return f"{head}-{ref.fingerprint()[:8]}{dot}{suffix}"


def _digest(text: bytes | None) -> str:
    return ABSENT if text is None else hashlib.sha256(text).hexdigest()


def _edit_message(paths: tuple[str, ...]) -> str:
    if len(paths) == 1:
        return f"Edit {paths[0]}"
    return f"Edit {len(paths)} files\n\n" + "\n".join(paths)
