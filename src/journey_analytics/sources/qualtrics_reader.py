"""Qualtrics' CSV and TSV: three header rows, of which the third names the columns.

The first row has the editor's question numbers and the second the question in the account's
language; both change when somebody edits the survey. The ImportId of the third stays. Surveys
differ in their questions, so a record is one column ``values`` of JSON text by ImportId, just as
the JSON export has it.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import DataError
from .adapters import Stream
from .arriving import Delivered, count_rows, literal, quoted
from .csv_reader import read_csv

_COLUMN = "values"


def read_qualtrics(
    engine: DuckDBEngine, path: Path, where: str, stream: Stream, delimiter: str | None
) -> Delivered:
    """Read responses; the legacy export (columns V1, V2, …) has its names in the second row."""
    raw = read_csv(engine, path, where, stream, delimiter, ())
    listed = ", ".join(quoted(c) for c in raw.columns)
    heads = engine.rows(f"SELECT _line, {listed} FROM delivered ORDER BY _line LIMIT 2")
    names, last = _names(raw.columns, heads, where)
    pairs = ", ".join(f"{literal(name)}, {quoted(column)}"
                      for name, column in zip(names, raw.columns, strict=True) if name)
    engine.execute("ALTER TABLE delivered RENAME TO wide")
    engine.execute(  # a merge drops what is NULL: an empty column is no answer
        f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT _line, json_merge_patch('{{}}', "
        f"json_object({pairs}))::varchar AS {quoted(_COLUMN)} FROM wide WHERE _line > {last}")
    engine.execute("DROP TABLE wide")
    return Delivered((_COLUMN,), count_rows(engine, "delivered"), raw.rejected)


def _names(
    columns: tuple[str, ...], heads: list[tuple[object, ...]], where: str
) -> tuple[list[str], int]:
    """Return the columns' ids, and the line of the last header row."""
    for line, *cells in heads:
        ids = [_import_id(cell) for cell in cells]
        if any(ids):
            return ids, int(str(line))
    if heads and columns[0].casefold() == "v1":
        line, *cells = heads[0]
        return [str(cell or "") if column[:1].casefold() == "v" else column
                for column, cell in zip(columns, cells, strict=True)], int(str(line))
    raise DataError(where, "no header row with ImportIds",
                    found=", ".join(columns[:10]), allowed="the three header rows of the export",
                    remedy="Export 'CSV' or 'TSV' from Data & Analysis and leave its header rows.")


def _import_id(cell: object) -> str:
    try:
        found = json.loads(str(cell))
    except (ValueError, RecursionError):
        return ""
    return str(found.get("ImportId", "")) if isinstance(found, dict) else ""
