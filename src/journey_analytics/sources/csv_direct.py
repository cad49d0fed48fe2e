"""Delimited text without a fault is read by the database at once, and proved by an account.

The database reads fast, but breaks rows without a word (a stray carriage return, a quote that its
parallel scanner meets at a buffer's end). So records and bytes are counted beside it: what it read
must be every byte of the file but delimiters, quotes and line ends. Where it is not, or the
database finds a fault, the careful reader takes the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError
from .arriving import literal, quoted
from .lines import CHUNK, MAX_LINE

_LINE_FEED, _QUOTE, _RETURN = ord("\n"), ord('"'), ord("\r")
Positions = npt.NDArray[np.int64]


@dataclass(slots=True)
class Account:
    """What a file holds as RFC 4180 reads it: a line feed outside quotes ends a record.

    Attributes
    ----------
    starts
        Line each record begins at; blank ones are none.
    content_bytes
        All bytes but quotes and the ends of records, delimiters included.
    quotes
        Whether there are any.
    is_plain
        Whether quotes match, every carriage return stands before a line feed, and no record is
        too long.
    """

    starts: Positions = field(default_factory=lambda: np.zeros(0, np.int64))
    content_bytes: int = 0
    quotes: bool = False
    is_plain: bool = True


def survey(path: Path) -> Account:
    """Count a file's records and bytes."""
    found = Account()
    starts: list[Positions] = []
    offset = lines = quotes = stray = 0
    begins, begins_at = 1, 0  # line and place of the record that is open
    before = -1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            data = np.frombuffer(chunk, np.uint8)
            marks, feeds = (np.flatnonzero(data == c) for c in (_QUOTE, _LINE_FEED))
            previous = np.concatenate(([before], data[:-1]))
            stray += int(np.count_nonzero(data == _RETURN)) - int(
                np.count_nonzero(previous[feeds] == _RETURN))
            outside = (np.searchsorted(marks, feeds) + quotes) % 2 == 0
            ends = feeds[outside]
            if len(ends):
                at = np.concatenate(([begins_at], offset + ends[:-1] + 1))
                line = np.concatenate(
                    ([begins], lines + np.flatnonzero(outside)[:-1] + 2)).astype(np.int64)
                returned = previous[ends] == _RETURN
                length = offset + ends - at - returned
                starts.append(line[length > 0])
                found.content_bytes -= len(ends) + int(returned.sum())
                found.is_plain &= int(length.max()) <= MAX_LINE
                begins_at = offset + int(ends[-1]) + 1
                begins = lines + int(np.flatnonzero(outside)[-1]) + 2
            found.content_bytes += len(chunk) - len(marks)
            found.quotes |= bool(len(marks))
            quotes, lines = quotes + len(marks), lines + len(feeds)
            offset, before = offset + len(chunk), chunk[-1]
    if offset > begins_at:
        starts.append(np.array([begins], np.int64))
    found.is_plain &= quotes % 2 == stray == 0 and offset - begins_at <= MAX_LINE
    found.starts = np.concatenate(starts) if starts else found.starts
    return found


def read_directly(
    engine: DuckDBEngine, path: Path, columns: tuple[str, ...], delimiter: str,
    header: list[str] | None,
) -> bool:
    """Read a faultless file into ``delivered``; tell whether it was one.

    Parameters
    ----------
    header
        Fields of the first record, where it names columns; None: it is data.
    """
    account = survey(path)
    skipped, head = int(header is not None), "".join(header or ())
    rows = len(account.starts) - skipped
    if not account.is_plain or rows < 1 or account.starts[0] != 1 or "\n" in head:
        return False
    types = ", ".join(f"{literal(c)}: 'VARCHAR'" for c in columns)
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT {skipped} + row_number() OVER () "
            f"AS _line, * FROM read_csv({literal(str(path))}, delim={literal(delimiter)}, "
            f"header=false, skip={skipped}, quote='\"', escape='\"', auto_detect=false, "
            f"columns={{{types}}}, nullstr='', max_line_size={MAX_LINE * 4})")
    except DataError:
        return False
    texts = [f"CASE WHEN contains({c}, '\"') THEN replace({c}, '\"', '') ELSE {c} END"
             if account.quotes else c for c in map(quoted, columns)]
    read, size = engine.rows("SELECT count(*), " + " + ".join(
        f"coalesce(sum(strlen({text})), 0)" for text in texts) + " FROM delivered")[0]
    delimiters = len(account.starts) * (len(columns) - 1)
    size += len(head.replace('"', "").encode())
    if read != rows or size + delimiters != account.content_bytes:
        return False
    if account.starts[-1] != len(account.starts):
        _number(engine, account.starts[skipped:])
    return True


def _number(engine: DuckDBEngine, starts: Positions) -> None:
    """Give each record the line it begins at."""
    engine.register("starts", pa.table({"at": starts}))
    engine.execute("CREATE OR REPLACE TEMP TABLE delivered AS SELECT starts.at AS _line, "
                   "delivered.* EXCLUDE (_line) FROM delivered POSITIONAL JOIN starts")
    engine.execute("DROP TABLE starts")
