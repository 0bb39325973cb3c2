"""A delivery as rows of text: what faults change and what a drill compares; pure, no engine."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from windvane.domain.record import Record, replace

Cells = tuple[str, ...]


class Dialect(Record):
    """How rows of text become the bytes of a file."""

    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quote: str = '"'


class Table(Record):
    """Rows of one source as text, the empty text being no value; `file` is the name under which they are delivered."""

    source: str
    file: str
    columns: Cells
    rows: tuple[Cells, ...]

    def at(self, column: str) -> int:
        """Position of a column. Raises `ValueError` when there is none of that name."""
        return self.columns.index(column)

    def values(self, column: str) -> Cells:
        """All cells of one column, in the order of the rows."""
        at = self.at(column)
        return tuple(row[at] for row in self.rows)

    def put(self, column: str, values: Sequence[str]) -> Table:
        """The same rows with other cells in one column; a new column goes to the end."""
        if column not in self.columns:
            rows = tuple((*row, value) for row, value in zip(self.rows, values, strict=True))
            return replace(self, columns=(*self.columns, column), rows=rows)
        at = self.at(column)
        rows = tuple((*row[:at], value, *row[at + 1 :]) for row, value in zip(self.rows, values, strict=True))
        return replace(self, rows=rows)

    def mapped(self, column: str, change: Callable[[str], str]) -> Table:
        """`change` asked of every cell of a column that has a value."""
        return self.put(column, [change(value) if value else value for value in self.values(column)])

    def changed(self, column: str, where: Sequence[int], change: Callable[[str], str]) -> Table:
        """`change` asked of the cells of a column in the rows `where`, empty ones too."""
        chosen = set(where)
        values = (change(value) if i in chosen else value for i, value in enumerate(self.values(column)))
        return self.put(column, list(values))

    def renamed(self, names: dict[str, str]) -> Table:
        """The same rows under other names of columns."""
        return replace(self, columns=tuple(names.get(name, name) for name in self.columns))

    def only(self, columns: Sequence[str]) -> Table:
        """Some columns, in the order given."""
        places = [self.at(name) for name in columns]
        return replace(self, columns=tuple(columns), rows=tuple(tuple(row[i] for i in places) for row in self.rows))

    def without(self, *columns: str) -> Table:
        """All columns but some."""
        return self.only([name for name in self.columns if name not in columns])

    def kept(self, where: Sequence[int]) -> Table:
        """Only the rows `where`, in the order given."""
        return replace(self, rows=tuple(self.rows[i] for i in where))

    def dropped(self, where: Sequence[int]) -> Table:
        """All rows but those."""
        gone = set(where)
        return replace(self, rows=tuple(row for i, row in enumerate(self.rows) if i not in gone))

    def more(self, rows: Sequence[Cells]) -> Table:
        """The same rows and then others."""
        return replace(self, rows=(*self.rows, *rows))


def written(table: Table, dialect: Dialect | None = None) -> bytes:
    """The bytes of the file that delivers a table."""
    how = dialect or Dialect()
    text = io.StringIO()
    out = csv.writer(text, delimiter=how.delimiter, quotechar=how.quote, lineterminator=how.newline)
    out.writerow(table.columns)
    out.writerows(table.rows)
    return text.getvalue().encode(how.encoding)
