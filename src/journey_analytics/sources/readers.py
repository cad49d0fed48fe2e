"""Reads one prepared file into the table ``delivered``: text as text, one row per record.

Whatever cannot be read as a record goes to the table ``rejected``, so that rows in the file are
rows delivered plus rows rejected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import python_calamine

from ..engines import DuckDBEngine
from ..errors import DataError, did_you_mean
from .adapters import Stream
from .arriving import Delivered, Rejects, check_columns, count_rows, literal, quoted, unique_names
from .csv_reader import read_csv
from .json_reader import read_json, read_ndjson
from .pages_reader import read_pages
from .qualtrics_reader import read_qualtrics
from .xes_reader import read_xes

__all__ = ["literal", "quoted", "read"]


def read_parquet(
    engine: DuckDBEngine, path: Path, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read a Parquet file; nested values become JSON text."""
    source = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        described = engine.rows(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}")
    except DataError as error:
        raise DataError(where, "not readable as Parquet", found=error,
                        remedy="Deliver it again.") from None
    columns = unique_names([row[0] for row in described])
    check_columns(where, columns, required)
    nested = ("STRUCT", "MAP", "UNION")
    picked = "".join(
        f", to_json({quoted(row[0])})::varchar AS {quoted(name)}"
        if row[1].startswith(nested) or row[1].endswith("]")
        else f", nullif({quoted(row[0])}::varchar, '') AS {quoted(name)}"
        for row, name in zip(described, columns, strict=True)
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE delivered AS "
                   f"SELECT file_row_number + 1 AS _line{picked} FROM {source}")
    return Delivered(columns, count_rows(engine, "delivered"), Rejects(engine).rows())


def read_xlsx(
    engine: DuckDBEngine, path: Path, where: str, stream: Stream, required: tuple[str, ...]
) -> Delivered:
    """Read one sheet of a workbook, the first if none is named; its first filled row names columns.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        name = stream.sheet or names[0]
        rows: Sequence[Sequence[object]] = []
        if name in names:
            sheet = workbook.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=True)
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(where, "not readable as a workbook", found=error,
                        remedy="Save it again as .xlsx, or export CSV.") from None
    if name not in names:
        raise DataError(where, f"no sheet '{name}'", found=", ".join(names[:40]),
                        hint=did_you_mean(name, names),
                        remedy="Correct 'sheet=' in the adapter's '-- stream:' line.")
    if not rows:
        raise DataError(where, "the sheet is empty", found=f"'{name}'", remedy="Deliver it again, "
                        "or name another sheet in the adapter ('-- stream: … sheet=…').")
    columns = unique_names([_cell(c) or "" for c in rows[0]])
    check_columns(where, columns, required)
    first_line = (sheet.start or (0, 0))[0] + 2
    engine.register("delivered", _arrow(columns, rows[1:], first_line))
    others = [n for n in names if n != name]
    remark = "" if stream.sheet or not others else (
        f"sheet '{name}' was read, not {', '.join(repr(n) for n in others[:5])}"
        + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        + "; name the one you mean with '-- stream: … sheet=…'")
    return Delivered(columns, count_rows(engine, "delivered"), Rejects(engine).rows(), remark)


def _arrow(columns: tuple[str, ...], rows: Sequence[Sequence[object]], line: int) -> pa.Table:
    filled = [
        (number, *cells)
        for number, row in enumerate(rows, line)
        if any(cells := [_cell(c) for c in row])
    ]
    schema = pa.schema([("_line", pa.int64()), *((c, pa.string()) for c in columns)])
    values = zip(*filled, strict=True) if filled else [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(v, t) for v, t in zip(values, schema.types, strict=True)], schema=schema)


def _cell(value: object) -> str | None:
    """Return a cell as the text a CSV export of it would hold."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return str(value)


def _duration(value: dt.timedelta) -> str:
    ms = round(value / dt.timedelta(milliseconds=1))
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    fraction = f".{ms % 1000:03d}" if ms % 1000 else ""
    return f"{sign}{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{fraction}"


def read(
    engine: DuckDBEngine, path: Path, kind: str, where: str, stream: Stream,
    delimiter: str | None, required: tuple[str, ...],
) -> Delivered:
    """Read a prepared file of any format into ``delivered``, and what is no record apart.

    Texts that the adapter says mean NULL become NULL.
    """
    readers: dict[str, Callable[[], Delivered]] = {
        "csv": lambda: read_csv(engine, path, where, stream, delimiter, required),
        "ndjson": lambda: read_ndjson(engine, path, where, required),
        "json": lambda: read_json(engine, path, where, stream, required),
        "pages": lambda: read_pages(engine, path, where, stream, required),
        "qualtrics": lambda: read_qualtrics(engine, path, where, stream, delimiter),
        "xes": lambda: read_xes(engine, path, where, required),
        "parquet": lambda: read_parquet(engine, path, where, required),
        "xlsx": lambda: read_xlsx(engine, path, where, stream, required),
    }
    delivered = readers[kind]()
    if stream.null and delivered.columns:
        texts = ", ".join(literal(t) for t in stream.null)
        values = ", ".join(f"CASE WHEN {quoted(c)} NOT IN ({texts}) THEN {quoted(c)} END "
                           f"AS {quoted(c)}" for c in delivered.columns)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE delivered AS "
                       f"SELECT _line, {values} FROM delivered")
    return delivered
