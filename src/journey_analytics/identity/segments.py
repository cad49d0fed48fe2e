"""Segments that the user declares: keys from a file, hashed as they are read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..engines import DuckDBEngine
from ..errors import SettingsError
from ..settings import Settings, place
from ..settings_segments import KeyKind, Segments
from ..sources.casting import key_cast, key_columns, key_hash
from .keys import readings

#: The table that segments give to the models.
GIVEN = ("segment_keys",)
_LONGEST = 80
_EMPTY = pa.table({"key_hash": pa.array([], pa.int64()), "segment": pa.array([], pa.string())})


def share_segments(
    engine: DuckDBEngine, project: Path, settings: Settings,
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Store which key is in which segment; keys are kept as hashes only.

    Returns
    -------
    list of tuple
        A mark of the file's content; when it changes, everything is built anew.
    list of str
        Warnings.

    Raises
    ------
    SettingsError
        The file is missing, no CSV, or lacks a column or value.
    """
    engine.register("segment_keys", _EMPTY)
    if settings.segments is None:
        return [], []
    content = _content(project, settings.segments)
    rows = _read(project, settings.segments, content)
    engine.register("declared_segments", rows)
    parts = [
        f"SELECT {key_hash(column.name, scope, 'value')} AS key_hash, segment FROM (SELECT "
        f"{key_cast(column.type, 'key', region)} AS value, segment FROM declared_segments "
        f"WHERE kind = '{column.name}') WHERE value IS NOT NULL"
        for column in key_columns() for scope, region in sorted(
            readings(settings, column), key=str)]
    engine.execute("CREATE OR REPLACE TEMP TABLE segment_keys AS " + " UNION ".join(parts))
    engine.execute("DROP TABLE declared_segments")
    known = int(engine.value("SELECT count(*) FROM segment_keys WHERE key_hash IN "
                             "(SELECT key_hash FROM state.customer_keys)"))
    warnings = [] if known or not rows.num_rows else [
        "[segments]: none of its keys is on a record; check kind and key"]
    return [("segments", hashlib.sha256(content).hexdigest())], warnings


def _content(project: Path, segments: Segments) -> bytes:
    path = project / segments.file
    try:
        return path.read_bytes()
    except OSError:
        raise SettingsError(place(project, "segments", "file"), "no such file",
                            found=f"'{segments.file}'",
                            remedy="Write its path from the project folder.") from None


def _read(project: Path, segments: Segments, content: bytes) -> pa.Table:
    """Return the file's rows: kind, key, segment, trimmed and all there."""
    where = str(project / segments.file)
    try:
        table = csv.read_csv(pa.BufferReader(content.removeprefix(b"\xef\xbb\xbf")),
                             convert_options=csv.ConvertOptions(auto_dict_encode=False))
        table = table.cast(pa.schema([(n, pa.string()) for n in table.column_names]))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise SettingsError(where, "not readable as CSV in UTF-8", found=str(error)) from None
    wanted = {"key": segments.key, "segment": segments.column}
    if segments.kind is None:
        wanted["kind"] = "kind"
    for column in wanted.values():
        if column not in table.column_names:
            raise SettingsError(where, f"no column '{column}'",
                                found=", ".join(table.column_names),
                                remedy="Name its columns in [segments].")
    rows = {name: pc.utf8_trim_whitespace(table.column(column)) for name, column in wanted.items()}
    rows.setdefault("kind", pa.array([segments.kind] * table.num_rows, pa.string()))
    kinds = get_args(KeyKind)
    for name, wrong, allowed in (
        ("kind", pc.invert(pc.is_in(rows["kind"], pa.array(kinds))), ", ".join(kinds)),
        ("key", pc.equal(pc.utf8_length(rows["key"]), 0), "a customer's key"),
        ("segment", pc.invert(pc.is_in(pc.utf8_length(rows["segment"]),
                                       pa.array(range(1, _LONGEST + 1), pa.int32()))),
         f"1 to {_LONGEST} characters"),
    ):
        first = pc.index(pc.fill_null(wrong, True), True).as_py()
        if first >= 0:
            raise SettingsError(where, f"row {first + 1}: no usable {name}",
                                found=repr(rows[name][first].as_py()), allowed=allowed)
    return pa.table({name: rows[name] for name in ("kind", "key", "segment")})
