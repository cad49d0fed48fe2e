"""JSON documents and JSON lines: one column per top-level key, nested values as JSON text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError
from .adapters import Stream
from .arriving import (
    MAX_COLUMNS,
    Delivered,
    Rejects,
    check_columns,
    count_rows,
    literal,
    quoted,
    unique_names,
)
from .lines import MAX_LINE, line_blocks, survey

_LINES = pa.schema([("_line", pa.int64()), ("raw", pa.string())])
#: What is valid and begins with a brace is an object, so that no line is parsed twice for it.
_NO_OBJECT = ("NOT (json_valid(raw) AND (starts_with(raw, '{') "
              r"OR starts_with(ltrim(raw, E' \t\r\n'), '{')))")


def read_ndjson(
    engine: DuckDBEngine, path: Path, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read one JSON object per line. Blank lines are no rows."""
    rejects = Rejects(engine)
    if columns := _read_directly(engine, path):
        check_columns(where, columns, required)
        return Delivered(columns, count_rows(engine, "delivered"), rejects.rows())
    load_lines(engine, path, rejects)
    return objects(engine, where, required, rejects)


def _read_directly(engine: DuckDBEngine, path: Path) -> tuple[str, ...]:
    """Read a file whose every line is an object into ``delivered``; return its columns, else none.

    The database then parses it twice, for keys and for values, and stores no line.
    """
    lines, longest = survey(path)
    if longest > MAX_LINE:
        return ()
    file = f"{literal(str(path))}, format='newline_delimited', maximum_object_size={4 * MAX_LINE}"
    try:
        keys = [k for (k,) in engine.rows(
            f"SELECT DISTINCT unnest(json_keys(json)) AS k FROM read_json_objects({file}) "
            "ORDER BY k")]
        if not keys or len(keys) > MAX_COLUMNS:
            return ()
        columns = unique_names(keys)
        picked = ", ".join(f"nullif({quoted(k)}, '') AS {quoted(c)}"
                           for k, c in zip(keys, columns, strict=True))
        types = ", ".join(f"{literal(k)}: 'VARCHAR'" for k in keys)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT row_number() OVER () AS _line, "
            f"{picked} FROM read_json({file}, records=true, columns={{{types}}})")
    except DataError:
        return ()
    return columns if count_rows(engine, "delivered") == lines else ()


def load_lines(engine: DuckDBEngine, path: Path, rejects: Rejects) -> None:
    """Read the lines of a file into the table ``lines``, block by block. Blank lines are none."""
    engine.register("lines", _LINES.empty_table())
    for block in line_blocks(path):
        engine.append("lines", block)
    rejects.add_query("SELECT _line, 'line too long', 'Shorten the field at the source.', raw "
                      f"FROM lines WHERE strlen(raw) > {MAX_LINE}")
    engine.execute(f"DELETE FROM lines WHERE strlen(raw) > {MAX_LINE} "
                   r"OR (NOT starts_with(raw, '{') AND trim(raw, E' \t\r\n\f\v') = '')")


def read_json(
    engine: DuckDBEngine, path: Path, where: str, stream: Stream, required: tuple[str, ...]
) -> Delivered:
    """Read a JSON document: an array of objects, or an object that holds one under ``records``."""
    place = "$" + "".join(f'."{part}"' for part in stream.records.split(".") if part)
    document = (f"read_json_objects({literal(str(path))}, format='unstructured', "
                f"maximum_object_size={path.stat().st_size + 1})")
    array = f"json_extract(json, {literal(place)})"
    try:
        found = engine.rows(f"SELECT json_type({array}), json_keys(json) FROM {document} LIMIT 2")
    except DataError as error:
        raise DataError(where, "not readable as JSON", found=error,
                        remedy="Deliver it again.") from None
    if [kind for kind, _ in found] != ["ARRAY"]:
        keys = ", ".join(found[0][1][:20]) if found else ""
        raise DataError(
            where, f"no array of records at {place}",
            found="several documents" if len(found) > 1 else f"keys {keys}" if keys else "no array",
            remedy="Name its place in the adapter ('-- stream: … records=…'), or declare "
                   "format=ndjson where each line is a record.")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE lines AS SELECT row_number() OVER () AS _line, "
        f"item::varchar AS raw FROM (SELECT unnest(json_extract({array}, '$[*]')) AS item "
        f"FROM {document})")
    return objects(engine, where, required, Rejects(engine))


def objects(
    engine: DuckDBEngine, where: str, required: tuple[str, ...], rejects: Rejects
) -> Delivered:
    """Turn the table ``lines`` into ``delivered``, and reject what is no object."""
    rejects.add_query("SELECT _line, 'not a JSON object', 'Correct the line at the source.', "
                      rf"rtrim(raw, E'\r\n') FROM lines WHERE {_NO_OBJECT}")
    if rejects.rows():
        engine.execute(f"DELETE FROM lines WHERE {_NO_OBJECT}")
    keys = [k for (k,) in engine.rows(
        "SELECT DISTINCT unnest(json_keys(raw)) AS k FROM lines ORDER BY k")]
    columns = unique_names(keys)
    if keys or rejects.rows():  # without any record nothing is lacking
        check_columns(where, columns, required)
    pointers = ", ".join(literal("/" + k.replace("~", "~0").replace("/", "~1")) for k in keys)
    picked = "".join(f", nullif(v[{i}], '') AS {quoted(c)}" for i, c in enumerate(columns, 1))
    values = f"json_extract_string(raw, [{pointers}])" if keys else "NULL"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE delivered AS SELECT _line{picked} "
                   f"FROM (SELECT _line, {values} AS v FROM lines)")
    engine.execute("DROP TABLE lines")
    return Delivered(columns, count_rows(engine, "delivered"), rejects.rows())
