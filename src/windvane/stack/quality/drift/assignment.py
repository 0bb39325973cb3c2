"""One-to-one assignment of the largest total score."""

from __future__ import annotations

from collections.abc import Sequence


def assign(scores: Sequence[Sequence[float]]) -> tuple[tuple[int, int], ...]:
    """(row, column) pairs that maximise the sum of `scores`; each row and column at most once.

    Kuhn-Munkres with potentials, O(n^3). `scores` is a rectangle of values >= 0.
    """
    if not scores or not scores[0]:
        return ()
    size = max(len(scores), len(scores[0]))
    top = max(max(row) for row in scores)
    cost = [
        [top - scores[i][j] if i < len(scores) and j < len(scores[0]) else top for j in range(size)]
        for i in range(size)
    ]
    owner = _owners(cost)
    pairs = ((owner[j] - 1, j - 1) for j in range(1, size + 1))
    return tuple(sorted((i, j) for i, j in pairs if i < len(scores) and j < len(scores[0])))


def _owners(cost: list[list[float]]) -> list[int]:
    n = len(cost)
    u, v, owner, way = [0.0] * (n + 1), [0.0] * (n + 1), [0] * (n + 1), [0] * (n + 1)
    for i in range(1, n + 1):
        owner[0], j0 = i, 0
        least, used = [float("inf")] * (n + 1), [False] * (n + 1)
        while owner[j0]:
            used[j0] = True
            i0, delta, j1 = owner[j0], float("inf"), 0
            for j in (j for j in range(1, n + 1) if not used[j]):
                here = cost[i0 - 1][j - 1] - u[i0] - v[j]
                if here < least[j]:
                    least[j], way[j] = here, j0
                if least[j] < delta:
                    delta, j1 = least[j], j
            for j in range(n + 1):
                if used[j]:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
        while j0:
            owner[j0] = owner[way[j0]]
            j0 = way[j0]
    return owner
