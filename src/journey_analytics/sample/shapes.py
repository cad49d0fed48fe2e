"""Columns of text, made without a Python loop: ids, times, JSON and CSV cells.

A cell is an Arrow string; null means "empty" in CSV and ``null`` in JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .world import DAY, EPOCH, Bools, Ints, to_local

Cells = Any  # pa.StringArray; pyarrow ships no types
_DAYS_FROM, _DAYS_TO = 0, 29_220  # 1970-01-01 .. 2050-01-01


@cache
def _lookup(kind: str) -> Cells:
    if kind == "time":
        return pa.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)])
    style = {"iso": "%Y-%m-%d", "us": "%m/%d/%Y"}[kind]
    days = range(_DAYS_FROM, _DAYS_TO)
    return pa.array([(EPOCH + timedelta(days=n)).strftime(style) for n in days])


def join(*parts: Cells | str) -> Cells:
    """Concatenate cells and constants row by row; a null makes the row null."""
    cells = (pa.scalar(p) if isinstance(p, str) else p for p in parts)
    return pc.binary_join_element_wise(*cells, "")


def listed(separator: str, *cells: Cells) -> Cells:
    """Join what is there, leaving nulls out; nothing at all gives an empty text.

    Not Arrow's ``null_handling="skip"``: pyarrow 26 drops a row whose cells are all null.
    """
    led = [pc.fill_null(join(separator, c), "") for c in cells]
    return pc.utf8_slice_codeunits(join(*led), len(separator))


def stamp(t: Ints, date: str = "iso", between: str = " ", end: str = "") -> Cells:
    """Write seconds since 1970 as a date and a time of day, without any zone logic."""
    day, second = np.divmod(t, DAY)
    return join(_lookup(date).take(pa.array(day - _DAYS_FROM)), between,
                _lookup("time").take(pa.array(second)), end)


def zulu(t: Ints) -> Cells:
    """``2026-01-05T10:00:00Z``."""
    return stamp(t, between="T", end="Z")


def local(t: Ints, date: str = "iso") -> Cells:
    """UTC seconds as the naive wall clock of Berlin."""
    return stamp(to_local(t), date)


def hms(seconds: npt.ArrayLike) -> Cells:
    """``HH:MM:SS`` of a duration below a day."""
    return _lookup("time").take(pa.array(np.asarray(seconds, np.int64)))


def number(values: npt.ArrayLike, width: int = 0) -> Cells:
    """Integers as text, zero-padded to ``width``."""
    cells = pc.cast(pa.array(np.asarray(values, np.int64)), pa.string())
    return pc.utf8_lpad(cells, width, "0") if width else cells


def pick(pool: Sequence[str | None], index: npt.ArrayLike) -> Cells:
    """Entries of a small pool."""
    return pa.array(pool, pa.string()).take(pa.array(np.asarray(index, np.int64)))


def constant(value: str | None, rows: int) -> Cells:
    """One value in every row."""
    return pa.nulls(rows, pa.string()) if value is None else pa.repeat(pa.scalar(value), rows)


def only(mask: Bools, cells: Cells) -> Cells:
    """Keep the cells where ``mask`` is true, null elsewhere."""
    return pc.if_else(pa.array(mask), cells, pa.scalar(None, pa.string()))


def either(mask: Bools, yes: Cells | str, no: Cells | str) -> Cells:
    """Choose row by row."""
    return pc.if_else(pa.array(mask), yes, no)


def text(cells: Cells) -> Cells:
    """Quote cells that need no escaping (ids, times, words) for JSON."""
    return join('"', cells, '"')


def jsons(pool: Sequence[str | None]) -> list[str | None]:
    """Encode a pool of texts for JSON, once, instead of every row."""
    return [None if t is None else json.dumps(t, ensure_ascii=False) for t in pool]


def value(cells: Cells) -> Cells:
    """JSON text that may sit inside another: null becomes the word."""
    return pc.fill_null(cells, "null")


def obj(**fields: Cells | str) -> Cells:
    """A JSON object per row, from JSON texts."""
    parts: list[Cells | str] = []
    for i, (key, cells) in enumerate(fields.items()):
        parts.append(f'{"," if i else "{"}"{key}":')
        parts.append(cells if isinstance(cells, str) else value(cells))
    return join(*parts, "}")


def _mixed(index: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Splitmix64: a bijection, so different indexes give different ids."""
    with np.errstate(over="ignore"):
        z = index.astype(np.uint64) + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def lot(index: Ints, salt: int) -> npt.NDArray[np.float64]:
    """A number between 0 and 1 that depends on the index and the purpose alone."""
    return _mixed(index, salt).astype(np.float64) / 2.0**64


_HEX = np.frombuffer(b"".join(b"%02x" % i for i in range(256)), np.uint8).reshape(256, 2)


def hex32(index: Ints, salt: int) -> Cells:
    """32 hexadecimal digits, one id per index."""
    return _fixed(_digits(index, salt))


def uuid(index: Ints, salt: int) -> Cells:
    """The same with dashes, 8-4-4-4-12."""
    digits = _digits(index, salt)
    dash = np.full((len(index), 1), ord("-"), np.uint8)
    pieces = np.split(digits, [8, 12, 16, 20], axis=1)
    return _fixed(np.hstack([p for piece in pieces for p in (piece, dash)][:-1]))


def _digits(index: Ints, salt: int) -> Any:
    halves = np.stack([_mixed(index, salt), _mixed(index, salt + 1)], axis=1)
    raw = halves.astype(">u8").view(np.uint8).reshape(len(index), 16)
    return _HEX[raw].reshape(len(index), 32)


def _fixed(chars: Any) -> Cells:
    """Wrap a matrix of characters as an Arrow string array without copying row by row."""
    rows, width = chars.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(chars)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
