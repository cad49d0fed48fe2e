"""Times the questions that notebooks ask of a publication, beside one bare pass over it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from .. import explore, pipeline
from ..explore import View
from ..printing import OUT
from .steps import generate_once

_ROUNDS = 3
_BARE = ("SELECT count(*) FROM (SELECT journey_key, min(touchpoint_no) AS low, "
         "max(touchpoint_no) AS high FROM touchpoints GROUP BY journey_key)")


def _halves(view: View, question: str) -> object:
    before, after = view.period(until="2026-02-15"), view.period("2026-02-15")
    return explore.compare(before, after, question)


#: Calls as the notebooks and docs/explore.md write them.
_CALLS: dict[str, Callable[[View], object]] = {
    '.reason("billing").period(…)': lambda v: v.reason("billing").period(
        "2026-03-01", "2026-04-01"),
    ".waits()": lambda v: v.waits(),
    ".flow()": lambda v: v.flow(),
    ".transitions()": lambda v: v.transitions(),
    ".step_matrix()": lambda v: v.step_matrix(),
    ".variants()": lambda v: v.variants(),
    ".funnel()": lambda v: v.funnel(),
    ".switches()": lambda v: v.switches(),
    ".heat_map()": lambda v: v.heat_map(),
    ".emotions()": lambda v: v.emotions(),
    ".pain_points()": lambda v: v.pain_points(),
    ".timeline(KEY)": lambda v: v.timeline(int(v.whole.value("SELECT min(journey_key) "
                                                             "FROM journeys"))),
    '.metric("fcr", by="queue")': lambda v: v.metric("fcr", by="queue"),
    '.trend("repeat_rate")': lambda v: v.trend("repeat_rate"),
    '.table("journeys")': lambda v: v.table("journeys"),
    'compare(a, b, "repeat_rate")': lambda v: _halves(v, "repeat_rate"),
    'compare(a, b, "funnel")': lambda v: _halves(v, "funnel"),
}


def bench_explore(
    touchpoints: int, progress: Callable[[str], None], keep: Path | None = None
) -> dict[str, Any]:
    """Generate data, run the pipeline on it and time questions.

    Parameters
    ----------
    touchpoints
        About how many to generate.
    keep
        Folder to generate in and leave; what is published there already is asked as it is.

    Returns
    -------
    dict
        ``seconds`` by call, each the median of three after a first one; ``bare_seconds``: one
        GROUP BY of all touchpoints by journey, likewise; ``touchpoints``, ``open_seconds``.
    """
    with tempfile.TemporaryDirectory() as temporary:
        project = keep or Path(temporary) / "project"
        generate_once(project, touchpoints, progress)
        if not pipeline.warehouse_file(project).exists():
            pipeline.run_project(project, progress=progress)
        began = time.perf_counter()
        view = explore.open(project)
        opened = time.perf_counter() - began
        try:
            seconds = {}
            for name, call in _CALLS.items():
                progress(name)
                seconds[name] = _seconds(lambda: call(view))  # noqa: B023
            return {"touchpoints": view.whole.value("SELECT count(*) FROM touchpoints"),
                    "open_seconds": opened, "seconds": seconds,
                    "bare_seconds": _seconds(lambda: view.whole.value(_BARE))}
        finally:
            view.whole.connection.close()


def _seconds(call: Callable[[], object]) -> float:
    call()
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return median(times)


def print_explore(report: dict[str, Any]) -> None:
    """Print seconds by call, and how many bare passes over the touchpoints that is."""
    table = Table(title=f"{report['touchpoints']:,} touchpoints, median of {_ROUNDS}", box=None)
    for title in ("call", "seconds", "x bare"):
        table.add_column(title, justify="left" if title == "call" else "right")
    bare = report["bare_seconds"]
    for name, seconds in report["seconds"].items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds / bare:.1f}")
    table.add_row("bare GROUP BY journey", f"{bare:.3f}", "1.0")
    OUT.print(table)
