"""Forgets a person: erases, rebuilds, writes the files anew, and searches what is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import audit_log, pipeline
from .engines import Published
from .errors import DataError
from .identity import share_secret
from .identity.forget import Erased, Traces, erase, find_person, is_forgotten, mentions
from .pack.erasing import FORGOTTEN, drop_approvals, remove_versions
from .pipeline import Progress, Run, warehouse_file
from .settings import secret_of
from .sources.canonical import prepare_canonical
from .sources.records import prepare_state


def forget(
    project: Path, key: str, progress: Progress = lambda line: None,
    step_begins: pipeline.StepBegins = lambda name, title: None,
) -> dict[str, Any]:
    """Erase the person behind a key from records, tables, quarantine, warehouse and packs.

    Issued versions of packs lose their files, and those that stood are issued anew. Files in
    ``landing/`` are the user's and stay; their re-delivery is kept out by keyed hashes.

    Parameters
    ----------
    key
        A customer number, e-mail, phone or cookie, as anyone writes it.

    Returns
    -------
    dict
        ``units``, ``keys``, ``records`` (blanked, by source and stream), ``files`` (deliveries
        that still hold them), ``searched`` (tables and bytes) and ``found`` (where anything of the
        person is left: empty).

    Raises
    ------
    DataError
        No record carries the key, or it is not one person's.
    """
    run = pipeline.start(project, progress, full=True)
    try:
        step_begins("forget", "finding and blanking records")
        erased = _erase(run, key)
        for name, title, step in pipeline.STEPS:
            if name not in ("ingest", "pack"):
                step_begins(name, title)
                step(run)
    finally:
        pipeline.finish(run)
    step_begins("pack", "writing the pack")
    drop_approvals(project)
    pipeline.write_pack(run)
    step_begins("search", "searching what is left")
    if erased is None:
        return {"units": 0, "keys": 0, "records": {}, "files": [], "searched": {}, "found": {},
                "was_forgotten": True}
    audit_log.write(project, "forget", units=erased.units, records=sum(erased.records.values()))
    searched, found = search(project, erased.traces)
    return {"units": erased.units, "keys": erased.keys, "records": erased.records,
            "files": list(erased.files), "searched": searched, "found": found,
            "was_forgotten": False}


def _erase(run: Run, key: str) -> Erased | None:
    """Blank the person's records, or return None where an earlier forgetting only has to end."""
    share_secret(run.engine, secret_of(run.project))
    prepare_state(run.engine)
    prepare_canonical(run.engine)
    if is_forgotten(run.engine, run.settings, key):
        return None
    if not warehouse_file(run.project).exists():
        raise DataError(str(run.project), "nothing is published yet",
                        remedy=f"Run `journeys run {run.project}` first.")
    found = find_person(run.engine, run.settings, key)
    remove_versions(run.project, FORGOTTEN)
    return erase(run.engine, found)


def search(project: Path, traces: Traces) -> tuple[dict[str, int], dict[str, int]]:
    """Look for traces in every text of both databases and in every byte of the project's files.

    Deliveries in ``landing/`` are left out.

    Returns
    -------
    tuple of dict
        What was searched (tables, files, bytes, free blocks of the databases), and where how many
        rows or files still hold a trace.
    """
    searched = {"tables": 0, "files": 0, "bytes": 0, "free_blocks": 0}
    found: dict[str, int] = {}
    for name in ("state", "journeys"):
        with Published(project / "warehouse" / f"{name}.duckdb") as database:
            for table, columns in _texts(database):
                searched["tables"] += 1
                rows = database.value(
                    f"SELECT count(*) FROM {table} WHERE {mentions(columns, traces)}")
                if rows:
                    found[f"{name}.{table}"] = rows
            searched["free_blocks"] += database.value(
                "SELECT free_blocks FROM pragma_database_size()")
    needles = [raw.encode() for raw in traces.raw]
    files = [p for folder in project.iterdir() if folder.name != "landing"
             for p in (folder, *folder.rglob("*")) if p.is_file()]
    for path in sorted(files):
        searched["files"] += 1
        searched["bytes"] += path.stat().st_size
        if _holds(path, needles):
            found[str(path.relative_to(project))] = 1
    return searched, found


def _texts(database: Published) -> Iterator[tuple[str, list[str]]]:
    """Yield each table with its columns that can hold text."""
    rows = database.rows(
        "SELECT schema_name, table_name, list(column_name ORDER BY column_index) "
        "FROM duckdb_columns() WHERE NOT internal AND (contains(data_type, 'VARCHAR') "
        "OR contains(data_type, 'ENUM') OR data_type IN ('JSON', 'BLOB')) GROUP BY ALL")
    for schema, table, columns in rows:
        yield f'"{schema}"."{table}"', columns


def _holds(path: Path, needles: list[bytes]) -> bool:
    longest = max((len(n) for n in needles), default=1)
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            if any(n in before + chunk for n in needles):
                return True
            before = chunk[-longest:]
    return False
