"""Earlier publications, and the way back to one.

A snapshot is the file that a run is about to replace, under a second name: it costs no copy, and
whoever reads it is not disturbed. Its name is the number of the run that published it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from . import audit_log
from .engines import DuckDBEngine, Published
from .errors import DataError, JourneyError, SettingsError

FOLDER = "snapshots"
_LAST_RUN = "SELECT run_no, as_of, published_at FROM runs ORDER BY run_no DESC LIMIT 1"


def snapshots(folder: Path) -> dict[int, Path]:
    """Return the snapshots in a warehouse folder by number of the run, oldest first."""
    found = (folder / FOLDER).glob("run_*.duckdb")
    return dict(sorted((int(p.stem.removeprefix("run_")), p) for p in found))


def keep(folder: Path) -> None:
    """Keep what is published as a snapshot, before it is replaced.

    Later ones are what somebody rolled back from; with the next publication they are given up.
    """
    published = folder / "journeys.duckdb"
    Path(f"{published}.wal").unlink(missing_ok=True)  # somebody's; nobody could read beside it
    run_no = _number_of(published)
    if run_no is None:
        return
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    target = folder / FOLDER / f"run_{run_no:06d}.duckdb"
    if not target.exists():
        _second_name(published, target, folder / "scratch" / "snapshot.duckdb")
    for later in [n for n in snapshots(folder) if n > run_no]:
        snapshots(folder)[later].unlink()


def prune(folder: Path, keep_snapshots: int, erased_after: int) -> None:
    """Remove snapshots that are too many, or show what was erased since.

    Parameters
    ----------
    erased_after
        Number of the last run before something was erased: up to it, snapshots show that.
    """
    kept = snapshots(folder)
    for place, number in enumerate(kept):
        if number <= erased_after or place < len(kept) - keep_snapshots:
            kept[number].unlink()


def rollback(project: Path, to: int | None = None) -> dict[str, Any]:
    """Publish an earlier run again; readers see the one or the other, never a mixture.

    The next run publishes from the records as ever, and ends the detour.

    Parameters
    ----------
    to
        Number of the run; None: the one before what is published now. A later one undoes a
        rollback.

    Returns
    -------
    dict
        ``run_no``, ``as_of`` and ``published_at`` of what is published now, and ``before``: the
        number of the run that was.

    Raises
    ------
    DataError
        A run is under way, or there is no such snapshot.
    """
    folder = (project / "warehouse").resolve()
    published = folder / "journeys.duckdb"
    if not published.exists():
        raise DataError(str(project), "nothing is published yet",
                        remedy=f"Run `journeys run {project}` first.")
    engine = DuckDBEngine(folder)  # holds the warehouse, so that no run publishes meanwhile
    try:
        before = _number_of(published)
        kept = snapshots(folder)
        if to is None:
            to = max((n for n in kept if before is None or n < before), default=None)
        if to is None or to not in kept:
            raise SettingsError(
                str(folder / FOLDER), "no such snapshot", found="none" if to is None else to,
                allowed=", ".join(map(str, kept)) or "none is kept",
                remedy="[nights].keep_snapshots says how many are kept.")
        if before is not None and before not in kept:
            _second_name(published, folder / FOLDER / f"run_{before:06d}.duckdb",
                         engine.scratch / "snapshot.duckdb")
        found = _last_run(kept[to])
        aside = engine.scratch / "rollback.duckdb"
        _second_name(kept[to], aside, aside)
        Path(f"{published}.wal").unlink(missing_ok=True)
        os.replace(aside, published)
    finally:
        engine.close()
    audit_log.write(project, "rollback", run_no=to, before=before)
    return {**found, "before": before}


def _number_of(published: Path) -> int | None:
    """Return the run that published a file; None: nothing is, or it is damaged."""
    try:
        return int(_last_run(published)["run_no"])
    except JourneyError:
        return None


def _last_run(path: Path) -> dict[str, Any]:
    with Published(path) as warehouse:
        return warehouse.dicts(_LAST_RUN)[0]


def _second_name(path: Path, target: Path, aside: Path) -> None:
    """Give a file a second name; a copy where the file system has no such thing."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, aside)
        aside.chmod(0o600)
        os.replace(aside, target)
