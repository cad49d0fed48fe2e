"""Times each step on generated data, as ratios to a bare sort and write in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import pipeline
from ..engines.duckdb import NEXT
from ..models import load_models
from ..sample import generate
from .measuring import measured

#: About so many touchpoints a generated customer leaves in 90 days.
TOUCHPOINTS_PER_PERSON = 20
_BARE = "CREATE OR REPLACE TABLE bare.sorted AS FROM shuffled ORDER BY person_key, started_at"


def bench_steps(
    touchpoints: int, progress: Callable[[str], None], keep: Path | None = None
) -> dict[str, Any]:
    """Generate data, run the pipeline on it in a process of its own, and time its steps.

    Parameters
    ----------
    touchpoints
        About how many to generate.
    keep
        Folder to generate in and leave; else a temporary one.

    Returns
    -------
    dict
        ``seconds`` and ``cpu_seconds`` by step, and ``models``, by table: both. ``bare``: DuckDB's
        ``ORDER BY person, time`` and write of the same touchpoints, the best of three;
        ``to_moments``: the tables that moments rest on, from canonical tables on, and their
        ``ratios`` to it. ``peak_mb``: of the process up to the publication.
    """
    with tempfile.TemporaryDirectory() as temporary:
        project = keep or Path(temporary) / "project"
        generate_once(project, touchpoints, progress)
        progress("records to published")
        taken = measured(_run, project)
    found: dict[str, Any] = taken["result"]
    rests = _rests_of("50_moments")
    to_moments = {cost: sum(row[cost] for table, row in found["models"].items() if table in rests)
                  for cost in ("seconds", "cpu_seconds")}
    return {
        **found, "peak_mb": taken["peak_mb"], "written_mb": taken["written_mb"],
        "to_moments": to_moments,
        "ratios": {cost: spent / found["bare"][cost] for cost, spent in to_moments.items()},
    }


def generate_once(project: Path, touchpoints: int, progress: Callable[[str], None]) -> None:
    """Generate a project of about so many touchpoints where there is none yet."""
    if not (project / "journeys.toml").exists():
        progress("generating")
        generate(project, persons=max(10, touchpoints // TOUCHPOINTS_PER_PERSON), days=90, seed=1)


def _run(project: Path) -> dict[str, Any]:
    """Run every step but the pack, which the bare sort comes before: it needs the tables."""
    marks: list[tuple[str, float, float]] = []

    def mark(line: str) -> None:
        marks.append((line, time.perf_counter(), time.process_time()))

    steps: dict[str, dict[str, float]] = {}
    models: dict[str, dict[str, float]] = {}
    bare, rows = {"seconds": 0.0, "cpu_seconds": 0.0}, 0
    run = pipeline.start(project)
    try:
        for name, _, step in pipeline.STEPS:
            if name == "pack":
                break
            if name == "publish":
                bare, rows = _bare(run)
            marks.clear()
            run.progress = mark
            mark(name)
            began = marks[0]
            step(run)
            mark("")
            if name == "models":
                models = {a[0]: _between(a, b) for a, b in zip(marks[1:], marks[2:], strict=False)}
            steps[name] = _between(began, marks[-1])
    finally:
        pipeline.finish(run)
    return {"touchpoints": rows, "threads": run.settings.machine.threads,
            "memory_limit": run.settings.machine.memory_limit, "steps": steps, "models": models,
            "bare": bare}


def _between(a: tuple[str, float, float], b: tuple[str, float, float]) -> dict[str, float]:
    return {"seconds": b[1] - a[1], "cpu_seconds": b[2] - a[2]}


def _rests_of(folder: str) -> set[str]:
    """Return the tables of a folder and all that they are made from."""
    inputs: dict[str, set[str]] = {}
    for model in load_models():
        inputs.setdefault(model.table, set()).update(model.inputs)
    found: set[str] = set()
    open_tables = {m.table for m in load_models() if m.path.parent.name == folder}
    while open_tables:
        found |= open_tables
        open_tables = set().union(*(inputs[t] for t in open_tables)) & inputs.keys() - found
    return found


def _bare(run: pipeline.Run) -> tuple[dict[str, float], int]:
    """Sort and write the run's own touchpoints, from a shuffled copy; return the best of three."""
    run.engine.execute(f"CREATE TEMP TABLE shuffled AS FROM {NEXT}.touchpoints "
                       "ORDER BY touchpoint_key")
    run.engine.execute(f"ATTACH '{run.engine.scratch / 'bare.duckdb'}' AS bare")
    taken = []
    for _ in range(3):
        before = ("", time.perf_counter(), time.process_time())
        run.engine.execute(_BARE)
        taken.append(_between(before, ("", time.perf_counter(), time.process_time())))
    rows = int(run.engine.value("SELECT count(*) FROM shuffled"))
    run.engine.execute("DROP TABLE shuffled")
    run.engine.execute("DETACH bare")
    return {cost: min(t[cost] for t in taken) for cost in ("seconds", "cpu_seconds")}, rows
