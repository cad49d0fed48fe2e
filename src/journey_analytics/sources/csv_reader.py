"""Delimited text: Python says what a record is, the database turns records into columns.

A line without a quote is a record whose fields are counted; only lines with quotes go through the
csv module, strictly. What does not fit the header is set aside with its line, and behind a quote
that is not closed reading goes on in the next line: one bad row costs no other.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from ..engines import DuckDBEngine
from ..errors import DataError
from .adapters import Stream
from .arriving import Delivered, Rejects, check_columns, count_rows, literal, unique_names
from .csv_direct import read_directly
from .lines import MAX_LINE, line_end, read_lines

DELIMITERS = (",", ";", "\t", "|")
QUOTE = '"'
#: Stands for a line break of the kind that ends no line here, while text is in the csv module,
#: which would end the record there. Prepared text has no NUL of its own.
_MARK = "\x00"
_UNMATCHED = "quotes do not match"
#: The database's parallel scanner wants lines that are short beside its buffers.
_SHORT = 1 << 20


def read_csv(
    engine: DuckDBEngine, path: Path, where: str, stream: Stream, delimiter: str | None,
    required: tuple[str, ...],
) -> Delivered:
    """Read delimited text: any delimiter, quoted fields, line breaks inside them.

    Blank lines are no rows. Without a header, fields missing at a line's end are NULL.
    """
    records, first = _open(path, delimiter or stream.delimiter, required, where)
    chosen = records.delimiter
    columns = unique_names(
        first if stream.header else list(stream.columns) or [""] * len(first))
    check_columns(where, columns, required)
    rejects = Rejects(engine)
    head = first if stream.header else None
    if records.line_end == "\n" and read_directly(engine, path, columns, chosen, head):
        return Delivered(columns, count_rows(engine, "delivered"), rejects.rows())
    width, pad = len(columns), not stream.header
    target = path.with_name(f"{path.name}.clean")
    with target.open("w", 1 << 20, encoding="utf-8", newline="") as file:
        clean = _Clean(file, records)
        for number, text, fields, problem in islice(records, int(stream.header), None):
            if fields is None and records.stray in text:
                fields = text.split(chosen)  # the database takes a stray line break for an end
            found = text.count(chosen) + 1 if fields is None else len(fields)
            if pad and found < width and not problem:
                fields = [*(fields or text.split(chosen)), *[""] * (width - found)]
                found = width
            elif found != width and records.line_end in text:
                text, problem = records.give_back(), _UNMATCHED
            if found == width and not problem:
                clean.add(number, text, fields)
            else:
                problem = problem or ("too few fields" if found < width else "too many fields")
                rejects.add(number, problem, "Correct the line at the source.", text)
    rows = _read_clean(engine, target, columns, chosen, clean.parallel)
    if rows != clean.rows:
        raise DataError(where, "rows went missing while reading", found=rows, allowed=clean.rows,
                        remedy="Please report this.")
    return Delivered(columns, rows, rejects.rows())


def _open(
    path: Path, delimiter: str, required: tuple[str, ...], where: str
) -> tuple[Records, list[str]]:
    """Return the file's records, and the fields of the first.

    Where no delimiter is declared, the one that shows the wanted columns wins.
    """
    wanted = {c.casefold() for c in required}
    found: list[tuple[tuple[int, int], Records, list[str]]] = []
    problem = ""
    for candidate in delimiter or DELIMITERS:
        records = Records(path, candidate)
        first = next(iter(records), None)
        if first is None:
            raise DataError(where, "there is nothing but blank lines", remedy="Deliver it again.")
        number, text, fields, problem = first
        if not problem:
            fields = fields or text.split(candidate)
            hits = len(wanted & {f.strip().casefold() for f in fields})
            found.append(((hits, len(fields)), Records(path, candidate), fields))
    if not found:
        raise DataError(f"{where}:{number}", f"the first row is not readable: {problem}",
                        found=repr(text[:80]), remedy="Deliver it again.")
    _, records, fields = max(found, key=lambda f: f[0])
    return records, fields


class Records:
    """Records of a file, one by one: line, text, fields where it has quotes, problem if any."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.delimiter = delimiter
        self.line_end = line_end(path)
        self._lines = read_lines(path, self.line_end)
        self.stray = "\n" if self.line_end == "\r" else "\r"
        self._dialect = csv.reader((), delimiter=delimiter, strict=True).dialect
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        csv.field_size_limit(2 * MAX_LINE)

    def __iter__(self) -> Iterator[tuple[int, str, list[str] | None, str]]:
        lines, again, number = self._lines, self._again, 1
        while (line := again.popleft() if again else next(lines, None)) is not None:
            if QUOTE in line and len(line) <= MAX_LINE:
                fields, problem = self._quoted(line)
                text = self.line_end.join(self._taken).removesuffix("\r")
                yield number, text, fields, problem
                number += len(self._taken)
                continue
            if text := line.removesuffix("\r"):
                yield number, text, None, "line too long" if len(text) > MAX_LINE else ""
            number += 1

    def give_back(self) -> str:
        """Read all lines of the last record again but the first, whose text is returned."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]
        return self._taken[0].removesuffix("\r")

    def _quoted(self, line: str) -> tuple[list[str], str]:
        """Take as many lines as the record has; the first alone where its quotes do not match."""
        self._taken = []
        try:
            fields = next(csv.reader(self._feed(line), self._dialect))
        except csv.Error:
            self.give_back()
            return [], _UNMATCHED
        return [f.replace(_MARK, self.stray) for f in fields], ""

    def _feed(self, line: str | None) -> Iterator[str]:
        """Hand the csv module one line after the other, until the record is too long."""
        size = 0
        while line is not None:
            self._taken.append(line)
            size += len(line) + 1
            if size > MAX_LINE:
                raise csv.Error
            body = line.removesuffix("\r")
            yield body.replace(self.stray, _MARK) + line[len(body) :] + self.line_end
            line = self._again.popleft() if self._again else next(self._lines, None)


class _Clean:
    """Good records, numbered and written for the database, quoted where it reads differently."""

    def __init__(self, file: TextIO, records: Records) -> None:
        self._write, self._delimiter = file.write, records.delimiter
        self._writer = csv.writer(file, delimiter=records.delimiter, quoting=csv.QUOTE_ALL,
                                  lineterminator="\n")
        self.rows = 0
        #: Its parallel scanner loses its way where a buffer ends inside a long quoted value (seen
        #: with small buffers), so one thread reads a file that has quotes.
        self.parallel = True

    def add(self, number: int, text: str, fields: list[str] | None) -> None:
        """Take a record: its text, or its fields where the text is not plain."""
        self.rows += 1
        if fields is None:
            self._write(f"{number}{self._delimiter}{text}\n")
        else:
            self._writer.writerow((number, *fields))
        if fields is not None or len(text) > _SHORT:
            self.parallel = False


def _read_clean(
    engine: DuckDBEngine, path: Path, columns: tuple[str, ...], delimiter: str, parallel: bool
) -> int:
    types = "".join(f", {literal(c)}: 'VARCHAR'" for c in columns)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE delivered AS FROM read_csv({literal(str(path))}, "
        f"delim={literal(delimiter)}, header=false, quote='\"', escape='\"', auto_detect=false, "
        f"columns={{'_line': 'BIGINT'{types}}}, new_line='\\n', nullstr='', "
        f"max_line_size={MAX_LINE * 4}, parallel={str(parallel).lower()})")
    return count_rows(engine, "delivered")
