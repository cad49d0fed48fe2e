"""Reads one prepared file into the table ``delivered``: text as text, one row per record.

Whatever cannot be read as a record becomes a :class:`Reject`, so that rows in the file are rows
accepted plus rows rejected.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import python_calamine

from ..engines import DuckDBEngine
from ..errors import DataError, did_you_mean
from .adapters import STREAM_COLUMNS, Stream
from .prepare import CARRIAGE_RETURN, MAX_LINE, Prepared

MAX_COLUMNS = 1000
#: Where a record came from; beside the file's own columns in every record table.
ORIGIN_COLUMNS = ("_file", "_line", "_hash", "_occurrence")
DELIMITERS = (",", ";", "\t", "|")
#: Recovering rows behind an unclosed quote is repeated this often, then given up.
MAX_RECOVERIES = 100


@dataclass(frozen=True, slots=True)
class Reject:
    """A piece of a file that is no record: where it stands, why, and its text."""

    line: int
    rule: str
    remedy: str
    raw: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a reader left in the table ``delivered``: its file columns, and the rejects."""

    columns: tuple[str, ...]
    rows: int
    rejects: tuple[Reject, ...] = ()


def quoted(name: str) -> str:
    """Return a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Return usable column names: trimmed, never empty, different whatever the case."""
    found: list[str] = []
    taken = {*STREAM_COLUMNS, *ORIGIN_COLUMNS}
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
            remedy=" ".join(h for h in hints if h)
            or "Deliver them again, or mark them '-- optional:' in the adapter.",
        )


def read_csv(
    engine: DuckDBEngine, prepared: Prepared, where: str, stream: Stream,
    delimiter: str | None, required: tuple[str, ...],
) -> Delivered:
    """Read delimited text with any delimiter, quoted fields and line breaks inside them."""
    head = _first_row(prepared.path, delimiter or stream.delimiter or None, required)
    if not stream.header:
        columns = unique_names(list(stream.columns) or [f"column_{i}" for i in range(len(head[1]))])
    else:
        columns = unique_names(head[1])
    check_columns(where, columns, required)
    rejects = [
        Reject(line, "line too long", "Shorten the field at the source.", raw)
        for line, raw in prepared.long_lines
    ]
    _create(engine, columns)
    waiting = [(prepared.path, 0, stream.header)]
    swallowed = rows = 0
    for attempt, (path, lines_before, header) in enumerate(waiting):
        inserted, found = _insert_csv(engine, path, head[0], columns, header, lines_before,
                                      pad=not stream.header)
        rows += inserted
        for reject in found:
            first, _, rest = reject.raw.rstrip("\n").partition("\n")
            if rest and attempt < MAX_RECOVERIES:
                # An unclosed quote swallowed the lines behind it: they are read again.
                again = path.with_name(f"{prepared.path.stem}-{len(waiting)}.csv")
                again.write_text(rest + "\n", encoding="utf-8")
                waiting.append((again, reject.line, False))
                rejects.append(Reject(reject.line, reject.rule, reject.remedy, first))
            else:
                rejects.append(reject)
                swallowed += rest.count("\n") + bool(rest)
    if prepared.has_carriage_returns:
        _translate_carriage_returns(engine, columns)
    expected = prepared.lines - prepared.blank_lines - stream.header
    if not prepared.has_quotes and expected != rows + len(rejects) + swallowed:
        raise DataError(where, "rows went missing while reading",
                        found=rows + len(rejects), allowed=expected, remedy="Please report this.")
    return Delivered(columns, rows, tuple(rejects))


def _first_row(
    path: Path, delimiter: str | None, required: tuple[str, ...]
) -> tuple[str, list[str]]:
    """Return delimiter and first row. The delimiter that shows the wanted columns wins."""
    wanted = {c.casefold() for c in required}

    def row(candidate: str) -> list[str]:
        with path.open(encoding="utf-8", newline="") as file:
            return next(csv.reader(file, delimiter=candidate), [])

    if delimiter:
        return delimiter, row(delimiter)
    csv.field_size_limit(MAX_LINE)
    rows = [(d, row(d)) for d in DELIMITERS]
    return max(rows, key=lambda r: (len(wanted & {c.strip().casefold() for c in r[1]}), len(r[1])))


def _create(engine: DuckDBEngine, columns: tuple[str, ...]) -> None:
    listed = "".join(f", {quoted(c)} VARCHAR" for c in columns)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE delivered (_line BIGINT{listed})")


def _insert_csv(
    engine: DuckDBEngine, path: Path, delimiter: str, columns: tuple[str, ...], header: bool,
    lines_before: int, pad: bool,
) -> tuple[int, list[Reject]]:
    types = ", ".join(f"{literal(c)}: 'VARCHAR'" for c in columns)
    before = engine.value("SELECT count(*) FROM delivered")
    engine.execute("DROP TABLE IF EXISTS reject_errors")
    engine.execute("DROP TABLE IF EXISTS reject_scans")
    first_line = lines_before + int(header)
    engine.execute(
        f"INSERT INTO delivered SELECT {first_line} + row_number() OVER (), * "
        f"FROM read_csv({literal(str(path))}, "
        f"delim={literal(delimiter)}, header={str(header).lower()}, quote='\"', escape='\"', "
        f"auto_detect=false, columns={{{types}}}, new_line='\\n', nullstr='', "
        f"max_line_size={MAX_LINE * 4}, null_padding={str(pad).lower()}, store_rejects=true, "
        f"rejects_limit=0)"
    )
    found = engine.rows(
        "SELECT line, any_value(error_type), any_value(csv_line) FROM reject_errors "
        "GROUP BY line ORDER BY line"
    )
    if found:
        # Rows keep the file's order: a row's line is its place plus the rejected lines before it.
        # The i-th reject (from 0) stands behind line - i accepted lines.
        cuts = ", ".join(f"({lines_before + line - i}, {i + 1})"
                         for i, (line, _, _) in enumerate(found))
        engine.execute(
            f"UPDATE delivered SET _line = _line + moved.k FROM ("
            f"SELECT d.rowid AS r, c.k FROM delivered AS d "
            f"ASOF JOIN (SELECT at_line, max(k) AS k FROM (VALUES {cuts}) AS v(at_line, k) "
            f"GROUP BY at_line) AS c ON d._line >= c.at_line WHERE d.rowid >= {before}) AS moved "
            f"WHERE delivered.rowid = moved.r"
        )
    rows = int(engine.value("SELECT count(*) FROM delivered")) - int(before)
    return rows, [
        Reject(lines_before + line, _csv_rule(kind), "Correct the line at the source.", raw)
        for line, kind, raw in found
    ]


def _csv_rule(kind: str) -> str:
    return {
        "MISSING COLUMNS": "too few fields", "TOO MANY COLUMNS": "too many fields",
        "UNQUOTED VALUE": "quote not closed", "LINE SIZE OVER MAXIMUM": "line too long",
        "INVALID ENCODING": "wrong encoding",
    }.get(str(kind), str(kind).lower())


def _translate_carriage_returns(engine: DuckDBEngine, columns: tuple[str, ...]) -> None:
    mark = literal(CARRIAGE_RETURN)
    for name in map(quoted, columns):
        engine.execute(f"UPDATE delivered SET {name} = replace({name}, {mark}, chr(13)) "
                       f"WHERE contains({name}, {mark})")


def read_ndjson(
    engine: DuckDBEngine, prepared: Prepared, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read one JSON object per line; nested values stay JSON text, never a guessed structure."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE lines AS SELECT row_number() OVER () AS _line, raw "
        f"FROM read_csv({literal(str(prepared.path))}, delim='\x01', quote='', escape='', "
        f"header=false, auto_detect=false, columns={{'raw': 'VARCHAR'}}, new_line='\\n', "
        f"max_line_size={MAX_LINE * 4})"
    )
    engine.execute("DELETE FROM lines WHERE raw IS NULL OR trim(raw) = ''")
    rejects = [
        Reject(line, "line too long", "Shorten the field at the source.", raw)
        for line, raw in prepared.long_lines
    ]
    rejects += _not_objects(engine, "lines")
    delivered = _from_json(engine, "lines", where, required)
    return Delivered(delivered.columns, delivered.rows, tuple(rejects))


def read_json(
    engine: DuckDBEngine, prepared: Prepared, where: str, stream: Stream, required: tuple[str, ...]
) -> Delivered:
    """Read a JSON document: an array of objects, or an object that holds one under ``records``."""
    path = "$." + stream.records + "[*]" if stream.records else "$[*]"
    size = prepared.path.stat().st_size + 1
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE lines AS SELECT row_number() OVER () AS _line, "
            f"raw::varchar AS raw FROM (SELECT unnest(json_extract(json, {literal(path)})) AS raw "
            f"FROM read_json_objects({literal(str(prepared.path))}, format='unstructured', "
            f"maximum_object_size={size}))"
        )
    except DataError as error:
        raise DataError(where, f"not readable as JSON ({error})",
                        remedy="Deliver it again.") from None
    rejects = _not_objects(engine, "lines")
    delivered = _from_json(engine, "lines", where, required)
    return Delivered(delivered.columns, delivered.rows, tuple(rejects))


def _not_objects(engine: DuckDBEngine, table: str) -> list[Reject]:
    bad = "NOT json_valid(raw) OR json_type(CASE WHEN json_valid(raw) THEN raw END) <> 'OBJECT'"
    found = engine.rows(f"SELECT _line, raw FROM {table} WHERE {bad} ORDER BY _line")
    engine.execute(f"DELETE FROM {table} WHERE {bad}")
    return [Reject(line, "not a JSON object", "Correct the line at the source.", raw[:2000])
            for line, raw in found]


def _from_json(
    engine: DuckDBEngine, table: str, where: str, required: tuple[str, ...]
) -> Delivered:
    keys = [k for (k,) in engine.rows(
        f"SELECT DISTINCT unnest(json_keys(raw)) AS k FROM {table} ORDER BY k")]
    columns = unique_names(keys)
    check_columns(where, columns, required)
    paths = ", ".join(literal('$."' + k.replace('"', '\\"') + '"') for k in keys)
    picked = "".join(f", nullif(v[{i}], '') AS {quoted(c)}" for i, c in enumerate(columns, 1))
    values = f"json_extract_string(raw, [{paths}])" if keys else "NULL"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT _line{picked} "
        f"FROM (SELECT _line, {values} AS v FROM {table})"
    )
    return Delivered(columns, int(engine.value("SELECT count(*) FROM delivered")))


def read_parquet(
    engine: DuckDBEngine, prepared: Prepared, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read a Parquet file; nested values become JSON text."""
    source = f"read_parquet({literal(str(prepared.path))}, file_row_number=true)"
    try:
        described = engine.rows(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}")
    except DataError as error:
        raise DataError(where, f"not readable as Parquet ({error})",
                        remedy="Deliver it again.") from None
    columns = unique_names([row[0] for row in described])
    check_columns(where, columns, required)
    nested = ("STRUCT", "MAP", "UNION")
    picked = "".join(
        f", to_json({quoted(row[0])})::varchar AS {quoted(name)}"
        if row[1].startswith(nested) or row[1].endswith("[]")
        else f", nullif({quoted(row[0])}::varchar, '') AS {quoted(name)}"
        for row, name in zip(described, columns, strict=True)
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE delivered AS "
                   f"SELECT file_row_number + 1 AS _line{picked} FROM {source}")
    return Delivered(columns, int(engine.value("SELECT count(*) FROM delivered")))


def read_xlsx(
    engine: DuckDBEngine, prepared: Prepared, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read the first sheet of a workbook; its first row names the columns."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(prepared.path))
        rows = iter(workbook.get_sheet_by_index(0).to_python(skip_empty_area=True))
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(where, f"not readable as a workbook ({error})",
                        remedy="Save it again as .xlsx, or export CSV.") from None
    header = next(rows, None)
    if header is None:
        raise DataError(where, "the first sheet is empty", remedy="Deliver it again.")
    columns = unique_names([_cell(c) or "" for c in header])
    check_columns(where, columns, required)
    engine.register("workbook", _arrow(columns, rows))
    listed = "".join(f", {quoted(c)}" for c in columns)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT _line{listed} FROM workbook")
    engine.execute("DROP TABLE workbook")
    return Delivered(columns, int(engine.value("SELECT count(*) FROM delivered")))


def _arrow(columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> pa.Table:
    lines: list[int] = []
    values: list[list[str | None]] = [[] for _ in columns]
    for line, row in enumerate(rows, 2):
        cells = [_cell(c) for c in row]
        if not any(cells):
            continue
        lines.append(line)
        for column, cell in zip(values, cells, strict=True):
            column.append(cell)
    arrays = [pa.array(lines, pa.int64()), *(pa.array(v, pa.string()) for v in values)]
    return pa.Table.from_arrays(arrays, names=["_line", *columns])


def _cell(value: object) -> str | None:
    """Return a cell as the text a CSV export of it would hold."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return str(value)


def read(
    engine: DuckDBEngine, prepared: Prepared, kind: str, where: str, stream: Stream,
    delimiter: str | None, required: tuple[str, ...],
) -> Delivered:
    """Read a prepared file of any format into the table ``delivered``."""
    readers: dict[str, Callable[[], Delivered]] = {
        "csv": lambda: read_csv(engine, prepared, where, stream, delimiter, required),
        "ndjson": lambda: read_ndjson(engine, prepared, where, required),
        "json": lambda: read_json(engine, prepared, where, stream, required),
        "parquet": lambda: read_parquet(engine, prepared, where, required),
        "xlsx": lambda: read_xlsx(engine, prepared, where, required),
    }
    return readers[kind]()
