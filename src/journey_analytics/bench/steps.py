"""Times each step on generated data, as ratios to a bare sort and write in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import pipeline
from ..engines.duckdb import NEXT
from ..sample import generate

#: About so many touchpoints a generated customer leaves in 90 days.
TOUCHPOINTS_PER_PERSON = 20
_BARE = ("CREATE OR REPLACE TABLE bare.sorted AS FROM shuffled "
         "ORDER BY person_key, started_at, touchpoint_key")


def bench_steps(
    touchpoints: int, progress: Callable[[str], None], keep: Path | None = None
) -> dict[str, Any]:
    """Generate data, run the pipeline on it and time its steps.

    Parameters
    ----------
    touchpoints
        About how many to generate.
    keep
        Folder to generate in and leave; else a temporary one.

    Returns
    -------
    dict
        ``seconds`` by step and, within models, by folder; ``bare_seconds``: DuckDB's
        ``ORDER BY person, time`` and write of the same touchpoints, the better of two;
        ``models_seconds``: canonical tables to moments.
    """
    with tempfile.TemporaryDirectory() as temporary:
        project = keep or Path(temporary) / "project"
        if not (project / "journeys.toml").exists():
            progress("generating")
            generate(project, persons=max(10, touchpoints // TOUCHPOINTS_PER_PERSON), days=90,
                     seed=1)
        run = pipeline.start(project, progress)
        try:
            for name, title, step in pipeline.STEPS:
                if name == "publish":
                    bare, rows = _bare_seconds(run)
                progress(title)
                began = time.perf_counter()
                step(run)
                run.seconds[name] = time.perf_counter() - began
        finally:
            pipeline.finish(run)
    folders: dict[str, float] = {}
    for built in run.built:
        folders[built.folder] = folders.get(built.folder, 0.0) + built.seconds
    to_moments = sum(s for f, s in folders.items() if f < "60")
    return {
        "touchpoints": rows, "threads": run.settings.machine.threads, "bare_seconds": bare,
        "models_seconds": to_moments, "seconds": {**run.seconds, **folders},
        "models": {b.table: b.seconds for b in run.built},
    }


def _bare_seconds(run: pipeline.Run) -> tuple[float, int]:
    """Sort and write the run's own touchpoints, from a shuffled copy, twice; return the better."""
    run.engine.execute(f"CREATE TEMP TABLE shuffled AS FROM {NEXT}.touchpoints "
                       "ORDER BY touchpoint_key")
    run.engine.execute(f"ATTACH '{run.engine.scratch / 'bare.duckdb'}' AS bare")
    times = []
    for _ in range(2):
        began = time.perf_counter()
        run.engine.execute(_BARE)
        times.append(time.perf_counter() - began)
    rows = int(run.engine.value("SELECT count(*) FROM shuffled"))
    run.engine.execute("DROP TABLE shuffled")
    run.engine.execute("DETACH bare")
    return min(times), rows
