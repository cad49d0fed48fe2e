"""Holds what is published against a full rebuild from the same records."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from . import pipeline
from .contracts import TABLES
from .engines import DuckDBEngine
from .errors import DataError
from .history import ACCOUNTS, HISTORY
from .settings import load

#: Differing rows shown of a table, on each side.
SHOWN = 3


def verify_rebuild(
    project: Path, progress: pipeline.Progress = lambda line: None,
    step_begins: pipeline.StepBegins = lambda name, title: None,
) -> dict[str, Any]:
    """Rebuild everything aside from the records at hand, and compare every state table.

    Nothing of the project changes. While a run is under way it is refused.

    Returns
    -------
    dict
        ``tables`` compared, and ``differing``: per table rows that only the one or the other has,
        counted, with the first of them; of private tables their keys only.
    """
    warehouse = (project / "warehouse").resolve()
    published = pipeline.warehouse_file(project)
    if not published.exists():
        raise DataError(str(project), "nothing is published yet",
                        remedy=f"Run `journeys run {project}` first.")
    settings = load(project)
    aside = warehouse / "verify"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        step_begins("copy", "copying what is there")
        holder = DuckDBEngine(warehouse, settings.machine.memory_limit, settings.machine.threads)
        try:
            as_of = holder.value("SELECT as_of FROM state.kept")
            holder.execute("CHECKPOINT state")
            shutil.copyfile(warehouse / "state.duckdb", aside / "state.duckdb")
            shutil.copyfile(warehouse / "state.duckdb", aside / "before.duckdb")
            shutil.copyfile(published, aside / "published.duckdb")
        finally:
            holder.close()
        run = pipeline.start(project, progress, as_of, full=True, warehouse=aside)
        try:
            for name, title, step in pipeline.STEPS:
                if name in ("canonical", "as_of", "models"):
                    step_begins(name, title)
                    step(run)
            step_begins("compare", "comparing")
            return _compare(run.engine)
        finally:
            pipeline.finish(run)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _compare(engine: DuckDBEngine) -> dict[str, Any]:
    engine.attach("before")
    engine.attach("published")
    pairs = [(table, f"before.{table}", f"state.{table}") for table in TABLES]
    pairs += [(table, f"published.{table}", f"next.{table}") for (table,) in engine.rows(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY ALL")
        if table not in (*HISTORY, *ACCOUNTS)]
    differing = []
    for table, there, rebuilt in pairs:
        mine, rebuilds = _only(engine, there, rebuilt), _only(engine, rebuilt, there)
        if mine["rows"] or rebuilds["rows"]:
            differing.append(
                {"table": table, "only_published": mine, "only_rebuilt": rebuilds})
    return {"tables": len(pairs), "differing": differing}


def _only(engine: DuckDBEngine, here: str, there: str) -> dict[str, Any]:
    """Return how many rows only the first table has, and the first of them."""
    names = ", ".join(f'"{row[0]}"' for row in engine.rows(f"DESCRIBE {here}"))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE only_here AS SELECT {names} FROM {here} "
                   f"EXCEPT ALL SELECT {names} FROM {there}")
    # Canonical tables hold raw keys and texts: what is shown of them is numbers.
    shown = "*" if here.startswith(("published.", "next.")) else "source, COLUMNS('_key$')"
    first = engine.query(f"SELECT {shown} FROM only_here ORDER BY ALL LIMIT {SHOWN}").to_pylist()
    return {"rows": engine.value("SELECT count(*) FROM only_here"), "first": first}
