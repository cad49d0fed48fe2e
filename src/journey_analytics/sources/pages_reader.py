"""JSON as interfaces hand it out: pages, arrays, lines, or documents one behind the other.

Which of them a user has depends on the tool that fetched it, so one reader takes them all: a page
that holds the records under a key, an array of records, one record per line, a single record, and
documents without anything between them (as Kinesis Firehose writes).
"""

from __future__ import annotations

import json
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import DataError
from .adapters import Stream
from .arriving import Delivered, Rejects, literal
from .json_reader import load_lines, objects
from .lines import MAX_LINE


def read_pages(
    engine: DuckDBEngine, path: Path, where: str, stream: Stream, required: tuple[str, ...]
) -> Delivered:
    """Read records out of JSON of any of these shapes; ``records`` names the key on a page.

    Where each line is a document, a broken one costs no other. A record's line is its line in the
    file, or its number where documents hold several.
    """
    rejects = Rejects(engine)
    place = "$" + "".join(f'."{part}"' for part in stream.records.split(".") if part)
    if _one_per_line(path):
        load_lines(engine, path, rejects)
    else:
        _load_documents(engine, path, where)
    kind = "CASE WHEN json_valid(raw) THEN json_type(raw) END"
    held = f"CASE WHEN {kind} = 'OBJECT' THEN json_type(raw, {literal(place)}) END = 'ARRAY'"
    if engine.value(f"SELECT count(*) FROM lines WHERE {kind} = 'ARRAY' OR ({held})"):
        items = (f"CASE WHEN {kind} = 'ARRAY' THEN json_extract(raw, '$[*]')::varchar[] "
                 f"WHEN {held} THEN json_extract(raw, {literal(place + '[*]')})::varchar[] "
                 f"ELSE [raw] END")
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE lines AS SELECT row_number() OVER () AS _line, raw "
            f"FROM (SELECT unnest({items}) AS raw FROM lines)")
    return objects(engine, where, required, rejects)


def _one_per_line(path: Path) -> bool:
    """Return whether the first line that is not blank is a whole JSON object."""
    with path.open(encoding="utf-8") as file:
        first = ""
        while not first.strip():
            first = file.readline(MAX_LINE)
            if not first:
                return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _load_documents(engine: DuckDBEngine, path: Path, where: str) -> None:
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE lines AS SELECT row_number() OVER () AS _line, "
            f"json::varchar AS raw FROM read_json_objects("
            f"{literal(str(path))}, format='unstructured', "
            f"maximum_object_size={path.stat().st_size + 1})")
    except DataError as error:
        raise DataError(where, "not readable as JSON", found=str(error),
                        remedy="Deliver it again.") from None
