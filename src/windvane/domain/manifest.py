"""A published release on disk: which immutable Parquet files make up which relation."""

from __future__ import annotations

from windvane.domain.record import Record

MANIFEST = "manifest.json"  # the release that readers see now; swapped by rename


class PublishedFile(Record):
    """One immutable file, named by the SHA-256 of its bytes."""

    path: str  # relative to the folder of published releases
    rows: int
    size: int  # bytes
    content: str  # fingerprint of the rows, whatever their order; decides whether the file can be used again
    partition: str = ""  # year of the time column, when the relation is large


class PublishedRelation(Record):
    """One relation of a release: its columns as (name, type) and its files."""

    name: str
    columns: tuple[tuple[str, str], ...]
    files: tuple[PublishedFile, ...]
    masked: tuple[str, ...] = ()  # columns that were left out because they are personal or secret

    @property
    def rows(self) -> int:
        """Number of rows in all files."""
        return sum(f.rows for f in self.files)


class Manifest(Record):
    """All that a release publishes; written once and never changed."""

    release: str  # R-n
    at: str  # UTC, ISO 8601
    relations: tuple[PublishedRelation, ...] = ()


def manifest_name(release: str) -> str:
    """File name under which the manifest of a release is kept."""
    return f"manifest-{release}.json"
