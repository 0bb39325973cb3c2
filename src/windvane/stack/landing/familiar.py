"""Settles in which of several charsets a file is written by the words that its source delivered before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.estate import Reading
from windvane.domain.ports import Engine
from windvane.domain.record import replace
from windvane.stack.landing.charsets import recognised, words_of
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.encoding import odd_lines

_NEWEST = 8  # deliveries whose words are known
_MOST = 20_000  # texts of a column that are looked at


class Familiar(NamedTuple):
    """How a file is read, and a word that it shares with earlier ones."""

    reading: Reading
    word: str


def familiar(file: Path, earlier: Sequence[Batch], *, root: Path, engine: Engine) -> Familiar | None:
    """How to read `file`, whose bytes are words in more than one charset; `None` when `earlier` deliveries do not say.

    It is read as the newest of them was, in the one charset that gives words of theirs. Which words are known is asked
    of the text that was landed, whatever charset that came in.
    """
    read = [b for b in earlier if b.accepted and b.reading is not None and b.reading.format == "csv"][-_NEWEST:]
    if not read or read[-1].reading is None:
        return None
    charset, word = recognised(odd_lines(file), _known(read, root=root, engine=engine))
    return Familiar(replace(read[-1].reading, encoding=charset), word) if charset else None


def _known(batches: Sequence[Batch], *, root: Path, engine: Engine) -> frozenset[str]:
    """Words beyond ASCII in the texts of batches."""
    files = ", ".join(literal(str(root / b.path)) for b in batches)
    columns = dict.fromkeys(c for b in batches for c in b.columns)
    asked = " UNION ALL ".join(
        f"SELECT * FROM (SELECT DISTINCT {quoted(c)} FROM read_parquet([{files}], union_by_name := true) "
        f"WHERE strlen({quoted(c)}) > length({quoted(c)}) LIMIT {_MOST})"
        for c in columns
    )
    return frozenset(w for (text,) in engine.rows(asked) for w in words_of(str(text)))
