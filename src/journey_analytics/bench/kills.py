"""Runs of a project in processes of their own, which can be killed at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import pipeline
from ..contracts import TABLES
from ..engines import Published
from ..history import ACCOUNTS, HISTORY

#: What may lie in a warehouse folder when no run is under way.
LASTING = {"state.duckdb", "journeys.duckdb", "snapshots"}
#: Private tables that follow from the records.
_STATE = (*TABLES, "customer_keys")


@dataclass(frozen=True, slots=True)
class Kill:
    """When a run is killed: before the step of that number (after the last: the end), or by time.

    Attributes
    ----------
    after_seconds
        So long after the run began; ignored where there is a step.
    """

    step: int | None = None
    after_seconds: float = 0.0


def draw_kill(dice: random.Random, usual_seconds: float) -> Kill:
    """Return a kill at one of the boundaries between steps, or as often at any moment."""
    if dice.random() < 0.5:
        return Kill(dice.randrange(len(pipeline.STEPS) + 1))
    return Kill(None, dice.uniform(0, usual_seconds))


def in_child(work: Callable[[], Any], after_seconds: float | None = None) -> tuple[Any, int]:
    """Do work in a forked process and return its answer, JSON, and its peak memory in bytes.

    The answer is None where the process was killed. Nothing of DuckDB may have run in this one.

    Parameters
    ----------
    after_seconds
        Kill it after so long, unless it has ended.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe:
                json.dump(work(), pipe, default=str)
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
    os.close(writer)
    timer = threading.Timer(after_seconds or 0, os.kill, (child, signal.SIGKILL))
    if after_seconds is not None:
        timer.start()
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    timer.cancel()
    _, status, used = os.wait4(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"a run failed with exit code {os.WEXITSTATUS(status)}")
    return (None if os.WIFSIGNALED(status) else json.loads(text)), used.ru_maxrss * 1024


def run_to_the_end(project: Path) -> list[str]:
    """Run a project; returns what was wrong with single files or sources."""
    return [str(p) for p in pipeline.run_project(project).problems]


def run_and_kill(project: Path, kill: Kill) -> bool:
    """Run a project in a child and kill it; returns whether it died (it may end before)."""
    if kill.step is None:
        answer, _ = in_child(lambda: run_to_the_end(project), kill.after_seconds)
        return answer is None
    in_child(lambda: _die_at(project, kill.step or 0))
    return True


def _die_at(project: Path, step: int) -> None:
    run = pipeline.start(project)
    for _, _, work in pipeline.STEPS[:step]:
        work(run)
    os.kill(os.getpid(), signal.SIGKILL)


def checksums(project: Path) -> dict[str, list[int]]:
    """Return rows and content checksum of every table that follows from the records."""
    found = {}
    for file in ("state", "journeys"):
        with Published(project / "warehouse" / f"{file}.duckdb") as database:
            for (table,) in database.rows(
                    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"):
                if (table in _STATE if file == "state" else table not in (*HISTORY, *ACCOUNTS)):
                    rows, total = database.rows(
                        "SELECT count(*), coalesce(sum(md5_number_lower(t::varchar)::hugeint), 0) "
                        f'FROM "{table}" AS t')[0]
                    found[f"{file}.{table}"] = [rows, total % 2**53]
    return found


def orphans(project: Path) -> list[str]:
    """Return what lies in the folders of a project and should not."""
    found = [p.name for p in (project / "warehouse").iterdir() if p.name not in LASTING]
    found += [p.name for p in (project / "warehouse" / "snapshots").glob("*")
              if not p.name.startswith("run_")]
    return found + [p.name for p in (project / "packs").rglob(".*")]
