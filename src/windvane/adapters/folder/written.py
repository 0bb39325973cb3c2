"""What windvane wrote and what was released: whatever else a file holds is a person's edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from windvane.adapters.folder.scan import Memory

ABSENT = ""  # the hash of a file that is not there
_RELEASED = "folder.released"
_EXPECTED = "folder.expected"


class Expected(msgspec.Struct, array_like=True):
    """The contents a file was given since the last release, newest last, and who made the newest."""

    hashes: list[str]
    by: Literal["windvane", "person"]


class Written:
    """Kept in the memory before any file is touched, so that a kill between the two looks like no edit."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._released: dict[str, str] = msgspec.json.decode(memory.recall(_RELEASED) or "{}", type=dict[str, str])
        text = memory.recall(_EXPECTED) or "{}"
        self._expected: dict[str, Expected] = msgspec.json.decode(text, type=dict[str, Expected])

    def knows(self, path: str, digest: str) -> bool:
        """Whether the content is a released one, or one that windvane gave the file since."""
        expected = self._expected.get(path)
        return digest == self._released.get(path, ABSENT) or (expected is not None and digest in expected.hashes)

    def newest(self, path: str) -> Expected | None:
        """What the file should hold by a decision that is not settled yet."""
        return self._expected.get(path)

    def paths(self) -> tuple[str, ...]:
        """Every file that was released or is expected."""
        return tuple(sorted({*self._released, *self._expected}))

    def expect(self, wanted: Mapping[str, str], *, found: Mapping[str, str]) -> None:
        """Each file of `wanted` is about to hold the content with that hash; `found` is what the files hold now."""
        for path, digest in wanted.items():
            here = found.get(path, ABSENT)
            was = self._expected.get(path)
            if was is not None and was.hashes[-1] == digest:
                continue
            by: Literal["windvane", "person"] = "windvane"
            if here == digest and not self.knows(path, digest):
                by = "person"  # it is there already, and not by our hand
            self._expected[path] = Expected([*(was.hashes if was else []), digest], by)
        self._keep()

    def settle(self) -> None:
        """What was expected is released now; a file that holds something else goes on being an edit."""
        for path, expected in self._expected.items():
            self._released[path] = expected.hashes[-1]
        self._released = {p: d for p, d in self._released.items() if d != ABSENT}
        self._memory.remember(_RELEASED, msgspec.json.encode(self._released).decode())
        self._expected = {}
        self._keep()

    def _keep(self) -> None:
        self._memory.remember(_EXPECTED, msgspec.json.encode(self._expected).decode())
