"""Delimited text: Python says what a record is, the database turns records into columns.

A line without a quote is a record whose fields are counted; only lines with quotes go through the
csv module, strictly. What does not fit the header is set aside with its line, and behind a quote
that is not closed reading goes on in the next line: one bad row costs no other.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from ..engines import DuckDBEngine
from ..errors import DataError, SettingsError
from .adapters import Stream
from .arriving import Delivered, Rejects, check_columns, count_rows, literal, unique_names
from .lines import MAX_LINE, read_lines

DELIMITERS = (",", ";", "\t", "|")
QUOTE = '"'
#: Stands for a line break of the kind that ends no line here, while text is in the csv module,
#: which would end the record there. Prepared text has no NUL of its own.
_MARK = "\x00"
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
    columns = unique_names(
        first if stream.header else list(stream.columns) or [""] * len(first))
    check_columns(where, columns, required)
    rejects = Rejects(engine)
    width, pad = len(columns), not stream.header
    target = path.with_name(f"{path.name}.clean")
    with target.open("w", 1 << 20, encoding="utf-8", newline="") as file:
        clean = _Clean(file, records)
        for number, text, found, problem in islice(records, int(stream.header), None):
            if pad and found < width and not problem:
                text += records.delimiter * (width - found)
                found = width
            if found == width and not problem:
                clean.add(number, text)
            else:
                problem = problem or ("too few fields" if found < width else "too many fields")
                rejects.add(number, problem, "Correct the line at the source.", text)
    rows = _read_clean(engine, target, columns, records.delimiter, clean.parallel)
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
    if len(delimiter) > 1 or delimiter in ("\r", "\n", QUOTE, _MARK):
        raise SettingsError(where, "not a usable delimiter", found=repr(delimiter),
                            allowed="one character", remedy="Correct 'delimiter'.")
    wanted = {c.casefold() for c in required}
    found: list[tuple[tuple[int, int], Records, list[str]]] = []
    problem = ""
    for candidate in delimiter or DELIMITERS:
        records = Records(path, candidate)
        first = next(iter(records), None)
        if first is None:
            raise DataError(where, "there is nothing but blank lines", remedy="Deliver it again.")
        number, text, _, problem = first
        if not problem:
            fields = records.split(text)
            hits = len(wanted & {f.strip().casefold() for f in fields})
            found.append(((hits, len(fields)), Records(path, candidate), fields))
    if not found:
        raise DataError(f"{where}:{number}", f"the first row is not readable: {problem}",
                        found=repr(text[:80]), remedy="Deliver it again.")
    _, records, fields = max(found, key=lambda f: f[0])
    return records, fields


class Records:
    """Records of a file, one by one: line, text, number of fields, and the problem if any."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.delimiter = delimiter
        self.line_end, self._lines = read_lines(path)
        self._stray = "\n" if self.line_end == "\r" else "\r"
        self._dialect = csv.reader((), delimiter=delimiter, strict=True).dialect
        self._again: deque[str] = deque()
        csv.field_size_limit(2 * MAX_LINE)

    def __iter__(self) -> Iterator[tuple[int, str, int, str]]:
        lines, again, delimiter, number = self._lines, self._again, self.delimiter, 1
        while (line := again.popleft() if again else next(lines, None)) is not None:
            if QUOTE in line and len(line) <= MAX_LINE:
                taken, found, problem = self._quoted(line)
                yield number, self.line_end.join(taken).removesuffix("\r"), found, problem
                number += len(taken)
                continue
            if text := line.removesuffix("\r"):
                problem = "line too long" if len(text) > MAX_LINE else ""
                yield number, text, text.count(delimiter) + 1, problem
            number += 1

    def _quoted(self, line: str) -> tuple[list[str], int, str]:
        """Take as many lines as the record has; the first alone where its quotes do not match."""
        taken = [line]
        try:
            return taken, len(next(csv.reader(self._feed(taken), self._dialect))), ""
        except csv.Error:
            self._again.extendleft(reversed(taken[1:]))
            return taken[:1], 0, "quotes do not match"

    def _feed(self, taken: list[str]) -> Iterator[str]:
        """Hand the csv module one line after the other, until the record is too long."""
        size = 0
        line: str | None = taken.pop()
        while line is not None:
            taken.append(line)
            size += len(line) + 1
            if size > MAX_LINE:
                raise csv.Error
            yield line.removesuffix("\r").replace(self._stray, _MARK) + "\n"
            line = self._again.popleft() if self._again else next(self._lines, None)

    def split(self, text: str) -> list[str]:
        """Return the fields of a record's text."""
        if QUOTE not in text:
            return text.split(self.delimiter)
        marked = text.replace(self._stray, _MARK)
        fields = next(csv.reader((marked,), self._dialect))
        return [f.replace(_MARK, self._stray) for f in fields]


class _Clean:
    """Good records, numbered and written for the database: free of what it reads differently."""

    def __init__(self, file: TextIO, records: Records) -> None:
        self._write, self._records = file.write, records
        self._delimiter, self._all_rewritten = records.delimiter, records.line_end == "\r"
        self.rows = 0
        #: Its parallel scanner loses its way where a buffer ends inside quotes.
        self.parallel = True

    def add(self, number: int, text: str) -> None:
        """Take a record."""
        if QUOTE in text or len(text) > _SHORT:
            self.parallel = False
        if "\r" in text or self._all_rewritten:
            text = self._rewritten(text)  # it refuses stray carriage returns outside quotes
        self._write(f"{number}{self._delimiter}{text}\n")
        self.rows += 1

    def _rewritten(self, text: str) -> str:
        self.parallel = False
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self._delimiter, quoting=csv.QUOTE_ALL,
                   lineterminator="").writerow(self._records.split(text))
        return out.getvalue()


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
