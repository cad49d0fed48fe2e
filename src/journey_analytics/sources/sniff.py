"""Looks at one file of an unknown export and says what it is, without a project.

Nothing is kept and no value is shown: kind, encoding, columns with types and likely meanings, rows
and time span, and which shipped adapter knows the shape.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import DataError
from ..models import sql_folder
from .adapters import Adapter, Stream, load_adapter
from .arriving import Delivered, quoted
from .casting import time_cast
from .csv_reader import DELIMITERS
from .meanings import ColumnFacts, describe
from .prepare import Prepared, copy_binary, copy_text, data_suffix, members
from .readers import read

#: Types and meanings are told by so many rows.
SAMPLE = 20_000
_BINARY = {".parquet": "parquet", ".xlsx": "xlsx"}
_QUEUE_LOG = re.compile(r"^\d{9,10}\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+")
_PAGING = re.compile(
    r"(next|prev|count|total|pag(e|ing)|limit|offset|start|max|type$|meta|links?$|has_?more|end_|"
    r"after|before|cursor|status|success|size|self|url|first|last|expand|warning)", re.I)
_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """A shipped adapter that reads files of this shape, and the stream such a file is."""

    adapter: str
    stream: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is. ``records`` is the key under which a JSON page holds its records."""

    kind: str
    encoding: str
    delimiter: str
    records: str
    rows: int
    unreadable: int
    columns: tuple[ColumnFacts, ...]
    first: str
    last: str
    known: tuple[Known, ...]


def sniff(path: Path) -> Sniffed:
    """Look at a file; of an archive the first member counts.

    Raises
    ------
    DataError
        It is not there, empty, damaged, or no table in any format.
    """
    if not path.is_file():
        raise DataError(str(path), "no such file", remedy="Name an export, for instance a CSV.")
    member = members(path)[0]
    with _engine() as engine:
        suffix = data_suffix(path, member)
        if suffix in _BINARY:
            kind, encoding, hints = _BINARY[suffix], "", Stream()
            prepared = copy_binary(path, member, engine.scratch / f"sniffed.{kind}", path.name)
        else:
            prepared, encoding = _text(engine, path, member)
            kind, hints = _kind(prepared.path, suffix)
        delivered = read(engine, prepared.path, kind, path.name, hints, None, ())
        return _described(engine, kind, encoding, hints, delivered, prepared.path)


@contextmanager
def _engine() -> Iterator[DuckDBEngine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(Path(folder).resolve() / "warehouse")
        try:
            yield engine
        finally:
            engine.close()


def _text(engine: DuckDBEngine, path: Path, member: str) -> tuple[Prepared, str]:
    """Copy a text file, in the encoding it has or, where it is not UTF-8, seems to have."""
    target = engine.scratch / "sniffed.text"
    try:
        prepared = copy_text(path, member, target, None, path.name)
    except DataError as error:
        guess = re.search(r'encoding = "([\w.-]+)"', str(error))
        if guess is None:
            raise
        return copy_text(path, member, target, guess[1], path.name), guess[1]
    return prepared, "utf-8"


def _kind(path: Path, suffix: str) -> tuple[str, Stream]:
    """Return the format a text file has, and how to read it."""
    with path.open(encoding="utf-8") as file:
        head = file.read(_HEAD)
    start = head.lstrip()
    if suffix == ".xes" or (start.startswith("<") and "<log" in head):
        return "xes", Stream("xes")
    if start.startswith(("{", "[")):
        records = _page_key(path, head)
        return "pages", Stream("pages", records=records)
    if _QUEUE_LOG.match(start):
        columns = ("epoch", "callid", "queue", "agent", "event",
                   *(f"data{n}" for n in range(1, 7)))
        return "csv", Stream("csv", "|", False, columns)
    if '"ImportId"' in head.replace('""', '"'):
        return "qualtrics", Stream("qualtrics")
    return "csv", Stream("csv")


def _page_key(path: Path, head: str) -> str:
    """Return the key of a page under which its records are: the longest array of objects."""
    with suppress(ValueError, RecursionError):
        page = json.loads(head if len(head) < _HEAD else path.read_text(encoding="utf-8"))
        if isinstance(page, dict):
            arrays = {k: len(v) for k, v in page.items()
                      if isinstance(v, list) and v and all(isinstance(i, dict) for i in v)}
            # A record has arrays too; beside a page's there is nothing but what pages need.
            if arrays and all(k in arrays or _PAGING.match(k) for k in page):
                return str(max(arrays, key=lambda k: arrays[k]))
    return ""


def _described(
    engine: DuckDBEngine, kind: str, encoding: str, hints: Stream, delivered: Delivered,
    path: Path,
) -> Sniffed:
    engine.execute(f"CREATE OR REPLACE TEMP TABLE seen AS FROM delivered LIMIT {SAMPLE}")
    columns = tuple(describe(engine, "seen", c) for c in delivered.columns)
    first, last = _span(engine, columns)
    known = tuple(_known(kind, hints, delivered.columns))
    delimiter = ""
    if kind in ("csv", "qualtrics"):
        delimiter = hints.delimiter or _delimiter(
            path, len(delivered.columns) if kind == "csv" else 0)
    return Sniffed(kind, encoding, delimiter, hints.records, delivered.rows, delivered.rejected,
                   columns, first, last, known)


def _delimiter(path: Path, columns: int) -> str:
    """Return the delimiter that the reader must have taken: it makes so many columns."""
    with path.open(encoding="utf-8") as file:
        line = file.readline(_HEAD)
    return max(DELIMITERS, key=lambda d: (line.count(d) + 1 == columns, line.count(d)))


def _span(engine: DuckDBEngine, columns: tuple[ColumnFacts, ...]) -> tuple[str, str]:
    times = [c for c in columns if c.type == "time"]
    if not times:
        return "", ""
    wanted = next((c for c in times if c.meaning == "created_at"), times[0])
    moment = time_cast(quoted(wanted.name), wanted.time_format, "UTC")
    (low, high) = engine.rows(f"SELECT min({moment})::varchar, max({moment})::varchar "
                              f"FROM delivered")[0]
    return str(low or ""), str(high or "")


def _known(kind: str, hints: Stream, columns: tuple[str, ...]) -> Iterator[Known]:
    """Find the shipped adapters that read such a file, the one that knows most of it first."""
    have = {c.casefold() for c in columns}
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for path in sorted((sql_folder() / "sources").glob("*.*.sql")):
        adapter = load_adapter(path)
        for stream, needs in adapter.required.items():
            if not _reads(adapter, stream, kind, hints) or len(needs) < _least(adapter, stream):
                continue
            if {n.casefold() for n in needs} <= have:
                key = (path.name.split(".")[0], stream)
                score, tables = found.setdefault(key, (0, []))
                extra = sum(o.casefold() in have for o in adapter.optional.get(stream, ()))
                found[key] = (max(score, len(needs) + extra), [*tables, adapter.table.name])
    for (name, stream), (_, tables) in sorted(found.items(), key=lambda f: -f[1][0]):
        yield Known(name, stream, tuple(tables))


def _reads(adapter: Adapter, stream: str, kind: str, hints: Stream) -> bool:
    if stream in adapter.lookups:
        return False
    wanted = _hints(adapter, stream)
    if not wanted.header:
        return wanted == hints
    if wanted.records and hints.records not in ("", wanted.records):
        return False
    return hints.header and (wanted.format or "csv") in (
        {"pages", "ndjson", "json"} if kind == "pages" else {kind})


def _least(adapter: Adapter, stream: str) -> int:
    """A shape that is told by its format needs no names; else so many columns must agree."""
    hints = _hints(adapter, stream)
    return {"qualtrics": 1, "xes": 1, "pages": 2}.get(hints.format, 3)


def _hints(adapter: Adapter, stream: str) -> Stream:
    return replace(adapter.streams[stream], null=())

