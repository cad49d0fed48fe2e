"""A delivery's rows as columns of text, and the files they become."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .shapes import Cells, constant, join, value
from .world import Bools, Ints, World


@dataclass(frozen=True, slots=True)
class Layout:
    """How one stream of one source is written.

    ``path`` takes ``{date}`` and ends in ``.gz`` for compressed files; ``delimiter`` is empty
    for NDJSON. ``quoted`` names the CSV columns whose text may need quotes.
    """

    source: str
    stream: str
    path: str
    delimiter: str = ""
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one stream: cells by column, the delivery each row is in, and its time."""

    columns: dict[str, Cells]
    week: Ints
    t: Ints

    def __len__(self) -> int:
        return len(self.week)

    def take(self, rows: Ints | Bools) -> Table:
        """Select rows."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        index = pa.array(rows)
        columns = {name: cells.take(index) for name, cells in self.columns.items()}
        return Table(columns, self.week[rows], self.t[rows])

    def change(self, **cells: Cells | str | None) -> Table:
        """Replace columns (keys as in the file, blanks written as ``_``)."""
        known = {name.replace(" ", "_"): name for name in self.columns}
        columns = dict(self.columns)
        for key, new in cells.items():
            single = new is None or isinstance(new, str)
            columns[known[key]] = constant(new, len(self)) if single else new
        return replace(self, columns=columns)

    def deliver(self, week: Ints) -> Table:
        """Put the rows into other deliveries."""
        return replace(self, week=week)


def concat(tables: Iterable[Table]) -> Table:
    """Stack tables of one shape."""
    parts = [t for t in tables if t is not None]
    columns = {
        name: pa.concat_arrays([_one(t.columns[name]) for t in parts]) for name in parts[0].columns
    }
    week, t = (np.concatenate(c) for c in zip(*((p.week, p.t) for p in parts), strict=True))
    return Table(columns, week, t)


def _one(cells: Cells) -> Cells:
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def lines(table: Table, layout: Layout) -> Cells:
    """Render each row as one line (a quoted CSV cell may hold line breaks of its own)."""
    parts: list[Cells | str] = []
    for i, (name, cells) in enumerate(table.columns.items()):
        if layout.delimiter:
            cell = pc.fill_null(cells, "")
            if name in layout.quoted:
                cell = _quote(cell, layout.delimiter)
            parts += [layout.delimiter, cell] if i else [cell]
        else:
            parts += [f'{"," if i else "{"}"{name}":', value(cells)]
    return join(*parts, "\n" if layout.delimiter else "}\n")


def _quote(cells: Cells, delimiter: str) -> Cells:
    doubled = join('"', pc.replace_substring(cells, '"', '""'), '"')
    needs = pc.match_substring_regex(cells, f'["\\r\\n{delimiter}]')
    return pc.if_else(needs, doubled, cells)


def write(
    world: World, folder: Path, layout: Layout, table: Table, part: str = "",
    extra: dict[int, list[str]] | None = None,
) -> None:
    """Write one file per delivery, rows in order of time.

    ``part`` tells the files of several chunks of persons apart; ``extra`` are raw lines, by
    delivery, for what no table can hold (a record cut off in the middle).
    """
    order = np.lexsort((np.arange(len(table)), table.t, table.week))
    rendered = _one(lines(table, layout)).take(pa.array(order))
    bounds = np.searchsorted(table.week[order], np.arange(len(world.extracts) + 1))
    header = (layout.delimiter.join(table.columns) + "\n").encode() if layout.delimiter else b""
    for i, day in enumerate(world.extracts):
        body = _bytes(rendered.slice(bounds[i], bounds[i + 1] - bounds[i]))
        body += "".join(f"{line}\n" for line in (extra or {}).get(i, ())).encode()
        if body:
            name = layout.path.format(date=f"{day.isoformat()}{part}")
            save(folder / "landing" / layout.source / name, header + body)


def save(path: Path, body: bytes) -> None:
    """Write a file; a ``.gz`` carries no clock and no name, so equal content is equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        body = gzip.compress(body, compresslevel=6, mtime=0)
    path.write_bytes(body)


def _bytes(cells: Any) -> bytes:
    """All cells one after the other: the array's own buffer, no loop."""
    if len(cells) == 0:
        return b""
    offsets = np.frombuffer(cells.buffers()[1], np.int32)
    low, high = offsets[cells.offset], offsets[cells.offset + len(cells)]
    return bytes(memoryview(cells.buffers()[2])[low:high])
