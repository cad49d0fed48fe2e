"""What a night costs beside a full rebuild of the same data, and how the files grow."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .. import pipeline
from ..engines import Published
from ..sample import TIMEZONE, generate
from .steps import TOUCHPOINTS_PER_PERSON

FILES = ("journeys.duckdb", "state.duckdb")
Progress = Callable[[str], None]


def bench_nights(
    touchpoints: int, night: int, nights: int, progress: Progress, keep: Path | None = None
) -> dict[str, Any]:
    """Build a history, add nights to it, then build everything anew, twice.

    A night is a day of the generated company; 5 % of its rows are late or corrections. Every step
    but the pack is timed, copying and publishing included.

    Parameters
    ----------
    touchpoints, night, nights
        About how many touchpoints the history has, and each of the nights that follow.
    keep
        Folder to work in and leave; else a temporary one.

    Returns
    -------
    dict
        ``nights``: seconds, rows and persons of each; ``full`` and ``fresh``: the rebuild from
        records and from files; ``ratio``: mean night to ``full``; ``bytes`` after the nights and
        fresh, ``growth``; ``steps`` and ``models``: seconds of a mean night and of ``full``.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        project, later = folder / "project", folder / "later"
        progress("generating")
        days = max(7, round(touchpoints / night)) + nights
        made = generate(
            project, persons=max(10, round(night * 90 / TOUCHPOINTS_PER_PERSON)), days=days,
            seed=1, nights=nights)
        for day in made.deliveries[1:]:
            _move(project / "landing", later / day.isoformat(), day)
        progress("history")
        _run(project, made.deliveries[0])
        timed = []
        for number, day in enumerate(made.deliveries[1:], 1):
            progress(f"night {number} of {nights}")
            _move(later / day.isoformat(), project / "landing", day)
            timed.append(_run(project, day))
        bytes_after = _bytes(project)
        found = _counts(project)
        progress("full rebuild from records")
        full = _run(project, made.deliveries[-1], full=True)
        progress("fresh build from files")
        shutil.rmtree(project / "warehouse")
        fresh = _run(project, made.deliveries[-1])
        bytes_fresh = _bytes(project)
        if _counts(project) != found:
            raise AssertionError(f"nights {found} differ from a fresh build {_counts(project)}")
    mean = statistics.fmean(n["seconds"] for n in timed)
    return {
        "counts": found, "nights": timed, "full": full, "fresh": fresh,
        "night_seconds": mean, "ratio": mean / full["seconds"],
        "bytes": {"nights": bytes_after, "fresh": bytes_fresh},
        "growth": {name: bytes_after[name] / bytes_fresh[name] for name in FILES},
        "steps": _beside(timed, full, "steps"), "models": _beside(timed, full, "models"),
    }


def _run(project: Path, until: date, full: bool = False) -> dict[str, Any]:
    """Run all steps but the pack, as of the local end of the day before."""
    began = time.perf_counter()
    as_of = datetime(until.year, until.month, until.day, tzinfo=ZoneInfo(TIMEZONE))
    run = pipeline.start(project, as_of=as_of, full=full)
    try:
        for name, _, step in pipeline.STEPS:
            if name != "pack":
                before = time.perf_counter()
                step(run)
                run.seconds[name] = time.perf_counter() - before
    finally:
        pipeline.finish(run)
    return {
        "seconds": time.perf_counter() - began, "rows": run.records_new,
        "persons": run.night.persons if run.night else None, "steps": run.seconds,
        "models": {b.table: b.seconds for b in run.built},
    }


def _beside(timed: list[dict[str, Any]], full: dict[str, Any], what: str) -> dict[str, Any]:
    """Seconds by name: mean of the nights, and of the full rebuild; the night's worst first."""
    found = {
        name: {"night": statistics.fmean(n[what].get(name, 0.0) for n in timed), "full": seconds}
        for name, seconds in full[what].items()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["night"]))


def _move(source: Path, target: Path, day: date) -> None:
    """Move a day's files from one landing folder into another."""
    for path in sorted(source.rglob(f"*_{day.isoformat()}*")):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, place)


def _bytes(project: Path) -> dict[str, int]:
    return {name: (project / "warehouse" / name).stat().st_size for name in FILES}


def _counts(project: Path) -> dict[str, int]:
    with Published(pipeline.warehouse_file(project)) as published:
        return {table: int(published.value(f"SELECT count(*) FROM {table}"))
                for table in ("persons", "touchpoints", "journeys", "moments")}
