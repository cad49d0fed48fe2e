"""What the database says when it fails, in our words; and values written as its literals."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import duckdb

from ..errors import DataError, JourneyError, of_system

#: Who holds the warehouse, in its scratch folder: for the message to a second run.
HOLDER = "holder.json"
#: What the database says of the file system, and the system's own number for it.
_SYSTEM = {
    "No space left on device": errno.ENOSPC, "Permission denied": errno.EACCES,
    "Read-only file system": errno.EROFS, "File too large": errno.EFBIG,
    "Disk quota exceeded": errno.EDQUOT,
}
_DAMAGED = ("not a valid DuckDB database", "Corrupt", "checksum", "Failed to deserialize",
            "Could not read")


def _holder(folder: Path) -> str:
    """Return who holds a warehouse, as far as it can be read."""
    try:
        held = json.loads((folder / "scratch" / HOLDER).read_text())
        return f"process {held['pid']} on {held['host']} since {held['since']}"
    except (OSError, ValueError, KeyError):
        return ""


def literal(value: object) -> str:
    """Return a value as SQL writes it; for settings and paths of our own, never for data."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def explain(error: duckdb.Error, folder: Path) -> JourneyError:
    """Return what a failed statement means for whoever runs a project, and what to do."""
    text = str(error)
    if "Could not set lock" in text:
        return DataError(str(folder), "another run holds this warehouse", found=_holder(folder),
                         remedy="Wait until it has ended, or stop it, then run again.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError(str(folder), "the memory limit is reached",
                         remedy="Raise memory_limit in [machine], or free disk space for scratch.")
    for sign, number in _SYSTEM.items():
        if sign in text:
            return of_system(OSError(number, sign, str(folder)))
    if any(sign in text for sign in _DAMAGED):
        return DataError(str(folder), "a database file is damaged", found=text.splitlines()[0],
                         remedy="A damaged state.duckdb: move it away and run again, it is rebuilt "
                                "from landing/. A damaged journeys.duckdb: `journeys rollback`, or "
                                "`journeys run --full`.")
    return DataError("database", "a statement failed",
                     found=text.splitlines()[0] if text else type(error).__name__)
