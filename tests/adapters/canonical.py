"""Runs shipped adapters on files and reads the canonical rows they give, as text."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journey_analytics.contracts import TABLES
from journey_analytics.engines import DuckDBEngine
from journey_analytics.settings import load
from journey_analytics.sources.adapters import find_adapters
from journey_analytics.sources.canonical import build_canonical
from journey_analytics.sources.records import ingest, prepare_state

FOLDER = Path(__file__).parent
CASES = sorted(p.parent.name for p in FOLDER.glob("*/source.toml"))


def make_project(case: str, folder: Path) -> Path:
    """Copy a case into a project: its section of journeys.toml and its landing files."""
    shutil.copytree(FOLDER / case / "landing", folder / "landing", dirs_exist_ok=True)
    text = (FOLDER / case / "source.toml").read_text(encoding="utf-8")
    if "[project]" not in text:
        text = '[project]\nname = "Test"\n\n' + text
    (folder / "journeys.toml").write_text(text, encoding="utf-8")
    return folder


@contextmanager
def built(
    project: Path, state: Path | None = None, complete: bool = True
) -> Iterator[DuckDBEngine]:
    """Read a project's files into canonical tables; the same ``state`` again is the next night.

    Unless ``complete``, streams may lack their files still.
    """
    settings = load(project)
    adapters = {n: find_adapters(s.adapter, project, n) for n, s in settings.sources.items()}
    engine = DuckDBEngine(state or project / "warehouse")
    try:
        prepare_state(engine)
        report = ingest(engine, project, settings, adapters, lambda line: None)
        problems = report.problems + build_canonical(engine, settings, adapters, lambda line: None)
        missing = "no file matches"
        assert [str(p) for p in problems if complete or missing not in str(p)] == []
        yield engine
    finally:
        engine.close()


def rows(engine: DuckDBEngine, table: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return a canonical table's rows as a CSV would hold them, in order."""
    shown = ", ".join(f"coalesce({_text(table, c)}, '')" for c in columns)
    return sorted(engine.rows(f"SELECT {shown} FROM state.{table}"))


def quarantine(engine: DuckDBEngine) -> list[tuple[str, str]]:
    """Return stream and rule of what was set aside."""
    return engine.rows("SELECT stream, rule FROM state.quarantine ORDER BY ALL")


def ignored(engine: DuckDBEngine) -> dict[tuple[str, str], int]:
    """Return how many records of a stream were left out by each rule."""
    return {(s, r): n for s, r, n in engine.rows(
        "SELECT stream, rule, records FROM state.account WHERE fate = 'ignored'")}


def sources_of(case: str) -> dict[str, dict[str, object]]:
    """Return the sources a case declares."""
    return dict(tomllib.loads((FOLDER / case / "source.toml").read_text())["sources"])


def _text(table: str, name: str) -> str:
    column = TABLES[table].column(name)
    assert column is not None, f"{table}.{name}"
    if column.type == "time":
        return f"rtrim(rtrim(strftime({name}, '%Y-%m-%d %H:%M:%S.%g'), '0'), '.')"
    return f"{name}::varchar"


def project_of(
    folder: Path, adapter: str, files: dict[str, str], settings: str = "",
) -> Path:
    """Write a project with one source from texts; a file's name begins with its stream.

    ``files`` is text by name, like ``tickets_2026-01-05.csv``.
    """
    landing = folder / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (landing / name).write_text(text, encoding="utf-8")
    streams = sorted({name.rsplit("_", 1)[0] for name in files})
    listed = ", ".join(f'{s} = "landing/{s}_*"' for s in streams)
    (folder / "journeys.toml").write_text(
        f'[sources.it]\nadapter = "{adapter}"\nfiles = {{ {listed} }}\n{settings}',
        encoding="utf-8")
    return folder
