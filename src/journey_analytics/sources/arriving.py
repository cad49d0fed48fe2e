"""What readers share: the tables ``delivered`` and ``rejected``, and the names of columns."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError, did_you_mean
from .adapters import STREAM_COLUMNS

MAX_COLUMNS = 1000
#: Where a record came from; beside the file's own columns in every record table.
ORIGIN_COLUMNS = ("_file", "_line", "_hash", "_occurrence")
#: So much of a rejected piece's text is kept.
RAW_LENGTH = 10_000
_REJECTED = pa.schema([
    ("line", pa.int64()), ("rule", pa.string()), ("remedy", pa.string()), ("raw", pa.string()),
])
_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a reader left: columns and rows of ``delivered``, and rows of ``rejected``.

    ``remark`` is what else is worth knowing of the file.
    """

    columns: tuple[str, ...]
    rows: int
    rejected: int
    remark: str = ""


def quoted(name: str) -> str:
    """Return a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def count_rows(engine: DuckDBEngine, table: str) -> int:
    """Return how many rows a table has."""
    return int(engine.value(f"SELECT count(*) FROM {table}"))


class Arriving:
    """A table of this run that is filled block by block, so that memory stays bounded."""

    def __init__(self, engine: DuckDBEngine, table: str, schema: pa.Schema) -> None:
        self._engine, self._table, self._schema = engine, table, schema
        engine.register(table, schema.empty_table())

    def add(self, rows: list[tuple[object, ...]]) -> None:
        """Store a block of rows."""
        if rows:
            block = pa.Table.from_arrays(
                [pa.array(values, kind)
                 for values, kind in zip(zip(*rows, strict=True), self._schema.types, strict=True)],
                schema=self._schema)
            self._engine.append(self._table, block)


class Rejects:
    """The table ``rejected``: pieces of a file that are no record, where, why, and their text."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self._engine = engine
        self._table = Arriving(engine, "rejected", _REJECTED)
        self._waiting: list[tuple[object, ...]] = []

    def add(self, line: int, rule: str, remedy: str, raw: str) -> None:
        """Set a piece aside."""
        self._waiting.append((line, rule, remedy, raw[:RAW_LENGTH]))
        if len(self._waiting) >= _BLOCK:
            self._store()

    def add_query(self, query: str) -> None:
        """Set aside every row of a query that gives line, rule, remedy and text."""
        self._engine.execute(
            f"INSERT INTO rejected SELECT * REPLACE (raw[:{RAW_LENGTH}] AS raw) "
            f"FROM ({query}) AS q(line, rule, remedy, raw)")

    def rows(self) -> int:
        """Return how many pieces are set aside."""
        self._store()
        return count_rows(self._engine, "rejected")

    def _store(self) -> None:
        self._table.add(self._waiting)
        self._waiting.clear()


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Return usable column names: trimmed, never empty, different whatever the case."""
    found: list[str] = []
    taken = {*STREAM_COLUMNS, *ORIGIN_COLUMNS, "content_hash"}
    for position, name in enumerate(names, 1):
        base = name.strip() or f"column_{position}"
        candidate, number = base, 0
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{base}_{number}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return tuple(found)


def check_columns(where: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    """Raise where a column that the adapter reads is not in the file."""
    if len(columns) > MAX_COLUMNS:
        raise DataError(where, "too many columns", found=len(columns), allowed=MAX_COLUMNS)
    have = {c.casefold() for c in columns}
    missing = [c for c in required if c.casefold() not in have]
    if missing:
        hints = [did_you_mean(m, list(columns)) for m in missing]
        raise DataError(
            where, "columns are missing that the adapter reads: " + ", ".join(missing),
            found=", ".join(columns[:40]) + (" …" if len(columns) > 40 else ""),
            hint=" ".join(h for h in hints if h),
            remedy="Deliver them again, or mark them '-- optional:' in the adapter.",
        )
