"""Readers beside the database's bare read of the same file, in the same run."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..engines import DuckDBEngine
from ..sources.adapters import Stream
from ..sources.arriving import literal
from ..sources.prepare import copy_text
from ..sources.readers import read

_ROUNDS = 3
_BARE = {
    "csv": "read_csv({file}, all_varchar=true)",
    "quoted csv": "read_csv({file}, all_varchar=true)",
    "ndjson": "read_json({file}, format='newline_delimited')",
}


def bench_reading(megabytes: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Time the readers over generated files.

    Ours is all that happens between the landing file and rows to be stored: the checked copy, its
    hash, and the reader. Bare is DuckDB's own reader with types guessed, into a table.

    Parameters
    ----------
    megabytes
        Size of each file.

    Returns
    -------
    dict
        Per kind of file ``bare_seconds``, ``our_seconds`` (the best of three, taken in turns),
        ``speed_ratio``: our speed as a share of the bare one, and ``rows``.
    """
    found: dict[str, Any] = {"megabytes": megabytes}
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(Path(folder))
        try:
            for kind in _BARE:
                progress(kind)
                file = engine.scratch / f"landing.{kind.split()[-1]}"
                rows = _write(file, kind, megabytes * 1_000_000)
                times = [(_timed(lambda: _bare(engine, kind, file)),  # noqa: B023
                          _timed(lambda: _ours(engine, kind, file, rows)))  # noqa: B023
                         for _ in range(_ROUNDS)]
                bare, ours = (min(t) for t in zip(*times, strict=True))
                found[kind] = {"rows": rows, "bare_seconds": bare, "our_seconds": ours,
                               "speed_ratio": bare / ours}
        finally:
            engine.close()
    return found


def _write(file: Path, kind: str, size: int) -> int:
    """Write tickets until the file is large enough; return how many."""
    text = "I was on hold, twice" if kind == "quoted csv" else "I was on hold twice"
    rows = written = 0
    with file.open("w", encoding="utf-8") as out:
        if kind != "ndjson":
            out.write("id,created_at,status,group_id,requester,subject,tags,score\n")
        while written < size:
            rows += 1
            ticket = {
                "id": 40_000_000 + rows, "created_at": f"2026-01-{rows % 28 + 1:02d}T10:00:00Z",
                "status": ("open", "solved", "closed")[rows % 3], "group_id": rows % 97,
                "requester": {"email": f"customer{rows % 5003}@example.org", "locale": "en-GB"},
                "subject": text, "tags": ["billing", f"wave_{rows % 7}"],
                "satisfaction_rating": {"score": "good", "id": rows}}
            line = json.dumps(ticket)
            if kind != "ndjson":
                line = ",".join((
                    str(ticket["id"]), str(ticket["created_at"]), str(ticket["status"]),
                    str(ticket["group_id"]), f"customer{rows % 5003}@example.org",
                    f'"{text}"' if "," in text else text, f"wave_{rows % 7}", "good"))
            written += out.write(line + "\n")
    return rows


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare(engine: DuckDBEngine, kind: str, file: Path) -> None:
    source = _BARE[kind].format(file=literal(str(file)))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE bare AS FROM {source}")


def _ours(engine: DuckDBEngine, kind: str, file: Path, rows: int) -> None:
    form = kind.split()[-1]
    copy = engine.scratch / f"delivery.{form}"
    copy_text(file, "", copy, None, file.name)
    delivered = read(engine, copy, form, file.name, Stream("tickets"), None, ())
    if delivered.rows != rows:
        raise AssertionError(f"{kind}: {delivered.rows} rows read of {rows}")
