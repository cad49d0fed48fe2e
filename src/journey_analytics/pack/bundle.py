"""The bundle: every number of a pack as tables, with what it takes to check the other forms.

``tables/NAME.parquet`` and ``.csv`` hold, of each question's answer, what the pack's model carries:
numbers that are claims, and the words beside them. What was held back because a group is too small
is not in it. ``claims.json`` lists every claim, ``manifest.json`` what they were made from. Nothing
in it knows the time by the clock: the same numbers give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from ..models import sql_folder
from .asking import FOLDER, Row
from .claims import Number
from .definitions import LEVEL, RESAMPLES
from .forms.pdf_reading import number_counts
from .model import PackData
from .quotes import safe_cell

BUNDLE, CLAIMS, MANIFEST, TABLES = "bundle", "claims.json", "manifest.json", "tables"
#: Libraries whose version can change the bytes of a form.
_LIBRARIES = ("duckdb", "journey_analytics", "pyarrow", "typst", "XlsxWriter")

#: A claim without its format: table, key and column.
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """One number that a pack may print, and the texts it is printed as, by format."""

    table: str
    key: str
    column: str
    value: float
    n: int | None
    texts: Mapping[str, str]


def numbers(part: object) -> Iterator[Number]:
    """Yield every known number of a part of the model, ends of intervals included."""
    if isinstance(part, Number):
        if part.known:
            yield part
            if part.low is not None and part.high is not None:
                yield from (part.lower, part.upper)
    elif isinstance(part, list | tuple):
        for piece in part:
            yield from numbers(piece)
    elif is_dataclass(part) and not isinstance(part, type):
        for name in (*(f.name for f in fields(part)), *_properties(type(part))):
            if name != "tables":
                yield from numbers(getattr(part, name))


@cache
def _properties(kind: type) -> tuple[str, ...]:
    return tuple(n for base in kind.__mro__ for n, v in vars(base).items()
                 if isinstance(v, property))


def printed_claims(html: str) -> set[Place]:
    """Return the claims that a page prints, as table, key and column."""
    found = (unescape(claim).split("|") for claim in re.findall(r'data-claim="([^"]*)"', html))
    return {(table, key, column) for table, key, column, _ in found}


def claims_of(data: PackData, printed: Collection[Place]) -> dict[Place, Claim]:
    """Return the claims that a pack prints, by table, key and column.

    What its model knows beside them, like the size of a group too small to be shown, stays out.

    Raises
    ------
    RuntimeError
        Two numbers say that they are the same and are not: a mistake of the program.
    """
    found: dict[Place, Claim] = {}
    for number in numbers((data, LEVEL, RESAMPLES)):
        table, key, column, _ = number.claim.split("|")
        if (table, key, column) not in printed:
            continue
        value = float(number.value or 0.0)
        claim = found.setdefault(
            (table, key, column), Claim(table, key, column, value, number.n, {}))
        if claim.value != value or claim.texts.get(number.form, number.text) != number.text:
            raise RuntimeError(f"two values of one claim: {number.claim}, {claim.value}, {value}")
        claim.texts[number.form] = number.text  # type: ignore[index]
    return found


def tables_of(data: PackData, claims: Mapping[Place, Claim]) -> dict[str, pa.Table]:
    """Return the tables that the claims are about: words of the answers, numbers of the model."""
    claimed: dict[str, dict[str, dict[str, float]]] = {}
    for (table, key, column), claim in claims.items():
        claimed.setdefault(table, {}).setdefault(key, {})[column] = claim.value
    for week in (w for a in data.review.actions for w in a.weeks) if data.review else ():
        claimed.setdefault(week.value.table, {}).setdefault(week.value.key, {})[
            week.value.column] = week.value.value or 0.0  # what the figures of weeks draw
    for point in () if data.scope.is_brief or data.review else data.points:
        for cell in point.hours:
            if cell.level:  # what the figures of hours draw
                claimed.setdefault("point_hours", {})[
                    f"{point.rank}/{cell.weekday}/{cell.block}"] = {
                        "weekday": cell.weekday, "hour": 3 * cell.block, "moments": cell.moments}
    return {name: _table(claimed[name], data.tables.get(name, ())) for name in sorted(claimed)}


def _table(rows: Mapping[str, Mapping[str, float]], answers: Sequence[Row]) -> pa.Table:
    """Return one table: its keys, the words beside them, the numbers claimed."""
    said = {row.key.replace("|", "/"): row.values for row in answers}
    keys = [k for k in said if k in rows] + sorted(k for k in rows if k not in said)
    columns: dict[str, pa.Array] = {"key": pa.array(keys, pa.string())}
    for name in dict.fromkeys(n for values in said.values() for n in values):
        cells = [said[k].get(name) if k in said else None for k in keys]
        kinds = {type(c) for c in cells if c is not None}
        if name != "key" and kinds and kinds <= {str, bool, date, datetime}:
            columns[name] = pa.array(cells)
    for name in dict.fromkeys(c for k in keys for c in rows[k]):
        numbers = [rows[k].get(name) for k in keys]
        whole = all(v is None or float(v).is_integer() for v in numbers)
        columns[name] = pa.array([None if v is None else int(v) if whole else v for v in numbers],
                                 pa.int64() if whole else pa.float64())
    return pa.table(columns)


def write_bundle(
    data: PackData, claims: Mapping[Place, Claim], tables: Mapping[str, pa.Table], folder: Path,
) -> None:
    """Write the bundle of a pack beside its forms, which are sealed in its manifest.

    Written last: the manifest holds the digest of every file of the folder.
    """
    bundle = folder / BUNDLE
    (bundle / TABLES).mkdir(parents=True, mode=0o700)
    for name, table in tables.items():
        pa_parquet.write_table(table, bundle / TABLES / f"{name}.parquet")
        pa_csv.write_csv(safe_text(table), bundle / TABLES / f"{name}.csv")
    _dump(bundle / CLAIMS, [
        {"table": c.table, "key": c.key, "column": c.column, "n": c.n, "texts": dict(c.texts)}
        for c in claims.values()])
    _dump(bundle / MANIFEST, {
        "pack": data.scope.name,
        "version": int(data.scope.version.value or 0) if data.scope.version else None,
        "as_of": data.as_of.isoformat(), "snapshot": snapshot_of(data),
        "settings": data.settings_digest, "sql": sql_digests(), "min_group": data.min_group,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "pdf_numbers": {p.name: number_counts(p) for p in sorted(folder.glob("*.pdf"))},
        "files": {str(p.relative_to(folder)): digest(p.read_bytes())
                  for p in sorted(folder.rglob("*")) if p.is_file()},
    })


def safe_text(table: pa.Table) -> pa.Table:
    """Return a table whose texts no spreadsheet takes for formulas."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            cells = [None if c is None else safe_cell(c) for c in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(cells, pa.string()))
    return table


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def snapshot_of(data: PackData) -> str:
    """Return what names the state of the warehouse as far as the pack saw it."""
    answers = {name: [dict(row.values) for row in rows] for name, rows in data.tables.items()
               if name != "last_run"}
    text = json.dumps(answers, default=str, sort_keys=True, ensure_ascii=False)
    return digest(f"{data.as_of.isoformat()}\n{text}".encode())[:16]


@cache
def sql_digests() -> dict[str, str]:
    """Return the digests of the pack's questions and of the warehouse's models."""
    return {name: digest(b"\n".join(p.name.encode() + p.read_bytes()
                                    for p in sorted(folder.rglob("*.sql"))))
            for name, folder in (("questions", FOLDER), ("models", sql_folder()))}


def _dump(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
