"""JSON documents and JSON lines: one column per top-level key, nested values as JSON text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError
from .adapters import Stream
from .arriving import (
    Arriving,
    Delivered,
    Rejects,
    check_columns,
    count_rows,
    literal,
    quoted,
    unique_names,
)
from .lines import MAX_LINE, read_lines

_LINES = pa.schema([("_line", pa.int64()), ("raw", pa.string())])
_BLOCK = 8 << 20


def read_ndjson(
    engine: DuckDBEngine, path: Path, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read one JSON object per line. Blank lines are no rows."""
    rejects = Rejects(engine)
    load_lines(engine, path, rejects)
    return objects(engine, where, required, rejects)


def load_lines(engine: DuckDBEngine, path: Path, rejects: Rejects) -> None:
    """Read the lines of a file into the table ``lines``, block by block."""
    lines = Arriving(engine, "lines", _LINES)
    block: list[tuple[object, ...]] = []
    size = 0
    for number, line in enumerate(read_lines(path)[1], 1):
        if len(line) > MAX_LINE:
            rejects.add(number, "line too long", "Shorten the field at the source.", line)
        elif line and not line.isspace():
            block.append((number, line))
            size += len(line)
        if size > _BLOCK:
            lines.add(block)
            block, size = [], 0
    lines.add(block)


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
    engine.execute("ALTER TABLE lines ADD COLUMN kind VARCHAR")
    engine.execute("UPDATE lines SET kind = json_type(raw) WHERE json_valid(raw)")
    rejects.add_query("SELECT _line, 'not a JSON object', 'Correct the line at the source.', raw "
                      "FROM lines WHERE kind IS DISTINCT FROM 'OBJECT'")
    engine.execute("DELETE FROM lines WHERE kind IS DISTINCT FROM 'OBJECT'")
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
