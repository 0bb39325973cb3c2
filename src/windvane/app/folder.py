"""The estate folder as the loop sees it: asset files, the heading for sources, and the SQLMesh project around them."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters.folder import EstateFolder, Format, Memory
from windvane.adapters.heading import read_heading, write_heading
from windvane.adapters.secrets import hide
from windvane.domain.change import Change, Put, Retire
from windvane.domain.estate import Asset, Check, Contract, Estate, Metric, Product, Source, ref_of
from windvane.domain.heading import Heading
from windvane.domain.record import replace


class Folder:
    """`EstateFolder` with sources in `windvane.toml` and the project files that SQLMesh needs."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self._root = root
        self._files = EstateFolder(root, heading=self._heading, memory=memory, formats=_formats())

    def read(self) -> Estate:
        """All assets that the files spell."""
        return self._files.read()

    def fingerprint(self) -> str:
        """Changes when any file of the estate does; costs one `stat` a file."""
        return self._files.fingerprint()

    def write(self, changes: tuple[Change, ...]) -> tuple[str, ...]:
        """Make the files say what `changes` say; names the files that changed. Idempotent."""
        heading = read_heading(self._root)
        named = _with_sources(heading, changes)
        if named != heading:
            write_heading(self._root, named)
        written = self._files.write(changes)
        return (*written, *self.project())

    def project(self) -> tuple[str, ...]:
        """Keep `config.yaml` and `external_models.yaml` in step with the sources; names those written."""
        from windvane.adapters.warehouses.sqlmesh.project import write_project

        sources = read_heading(self._root).sources
        return tuple(str(p.relative_to(self._root)) for p in write_project(self._root, sources))

    def edited(self) -> tuple[Asset, ...]:
        """Assets that a person changed since windvane wrote them."""
        return self._files.edited()

    def removed(self, known: tuple[Asset, ...]) -> tuple[Asset, ...]:
        """Those of `known` assets whose file a person took away since windvane wrote it."""
        gone = set(self._files.removed())
        if not gone:
            return ()
        estate = self.read()
        filed = [a for a in known if not isinstance(a, Source | Check) and estate.find(ref_of(a)) is None]
        return tuple(a for a in filed if self._files.place(ref_of(a)) in gone)

    def settle(self) -> None:
        """Take what windvane wrote as known."""
        self._files.settle()

    def commit(self, *, decision: str, title: str, body: str) -> str:
        """One git commit for a decision; the hash, or empty without git or without a change."""
        return self._files.commit(decision=decision, title=hide(title), body=hide(body))

    def _heading(self) -> Estate:
        heading = read_heading(self._root)
        return Estate(
            name=heading.name,
            goals=tuple(w.sentence for w in heading.goals),
            assets=heading.sources,
            calendar=heading.calendar,
            policy=heading.policy,
        )


def _with_sources(heading: Heading, changes: tuple[Change, ...]) -> Heading:
    sources = {s.name: s for s in heading.sources}
    for change in changes:
        match change:
            case Put(asset=Source() as source):
                sources[source.name] = source
            case Retire(ref=ref) if ref.kind == "source":
                sources.pop(ref.name, None)
            case _:
                pass
    return replace(heading, sources=tuple(sources.values()))


def _formats() -> tuple[Format, ...]:
    return (
        Format("contract", "contracts", ".odcs.yaml", _contract, _read_contract),
        Format("product", "products", ".odps.yaml", _product, _read_product),
        Format("metric", "metrics", ".osi.yaml", _metric, _read_metric),
    )


def _contract(asset: Asset) -> str:
    from windvane.stack.products import odcs

    assert isinstance(asset, Contract)
    return odcs.render(asset)


def _read_contract(text: str) -> Asset:
    from windvane.stack.products import odcs

    return odcs.parse(text)


def _product(asset: Asset) -> str:
    from windvane.stack.products import odps

    assert isinstance(asset, Product)
    return odps.render(asset)


def _read_product(text: str) -> Asset:
    from windvane.stack.products import odps

    return odps.parse(text)


def _metric(asset: Asset) -> str:
    from windvane.stack.products import osi

    assert isinstance(asset, Metric)
    return osi.render(asset)


def _read_metric(text: str) -> Asset:
    from windvane.stack.products import osi

    return osi.parse(text)
