"""Numbers of one row that go together, as a line through all known ones: a delivery that lies beside it as a whole.

One number may move for many reasons; where the others that always told it stay, it was changed on the way.
"""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, counted
from windvane.stack.quality.lines import Line, candidates, lines
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

FEWEST = 10  # rows of a delivery that can lie beside a line as a whole


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where numbers of a row move together."""
    found = candidates(table) if table.role == "whole" else ()
    return (Wish("regression", found, fixed=ALPHA),) if found else ()


def render(table: Table, share: Share) -> Check | None:
    """Fires when more than half of the arriving rows lie farther off, on one side, than known rows and deliveries."""
    found = lines(table)
    if not found:
        return None
    sql = "\nUNION ALL\n".join(_beside(table, line) for line in found)
    listed = "; ".join(f"`{line.target}` within {line.limit:.4g} ({line.explained:.1%} explained)" for line in found)
    why = (
        f"lines through {table.rows:,} known rows tell a number from the others of its row: {listed}. Fires when most "
        "arriving rows lie beyond on one side, which no known delivery did."
    )
    return check_of(table, share, sql=sql, why=why)


def _beside(table: Table, line: Line) -> str:
    parts = [_double(line.start)]
    parts += [
        f"{_double(b)} * CAST({quoted(c)} AS DOUBLE PRECISION)" for b, c in zip(line.slopes, line.others, strict=True)
    ]
    given = " AND ".join(f"{quoted(c)} IS NOT NULL" for c in (line.target, *line.others))
    limit = _double(line.limit)
    told = literal(f"column `{line.target}`: ")
    return f"""SELECT {told} || {counted("GREATEST(above, below)")} || ' of ' || {counted("n")} ||
  {literal(f" arriving rows lie more than {line.limit:.4g} from what the other numbers of their row say")} AS broken
FROM (
  SELECT COUNT(*) AS n, SUM(CASE WHEN _off > {limit} THEN 1 ELSE 0 END) AS above,
    SUM(CASE WHEN _off < -{limit} THEN 1 ELSE 0 END) AS below
  FROM (
    SELECT CAST({quoted(line.target)} AS DOUBLE PRECISION) - ({" + ".join(parts)}) AS _off
    FROM {table.relation} WHERE {ARRIVES} AND {given}
  ) AS offs
) AS sides WHERE n >= {FEWEST} AND 2 * GREATEST(above, below) > n"""


def _double(value: float) -> str:
    """A number with all its digits."""
    return f"CAST({literal(repr(value))} AS DOUBLE PRECISION)"
