"""Writes the packs of a project: drafts, made anew by every run, and issues, which are kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import DataError, JourneyError
from ..settings import Settings
from ..settings_packs import PackScope
from .forms import write_forms
from .issues import folder_of, issue_of, last_issue, now, read_issues, write_issues
from .model import PackData
from .reading import read_pack_data
from .render import render_html
from .scoping import Solvers

DRAFT = "draft"


def _write_html(data: PackData, folder: Path) -> None:
    (folder / "pack.html").write_text(render_html(data), encoding="utf-8", newline="\n")


#: Every form of a pack: each is written into an empty folder.
FORMS: tuple[Callable[[PackData, Path], None], ...] = (_write_html, write_forms)


def declared(settings: Settings) -> tuple[PackScope, ...]:
    """Return the packs of a project: those of ``[[packs]]``, else one of everything."""
    return settings.packs or (PackScope(),)


def build_packs(
    project: Path, settings: Settings, solvers: Solvers,
) -> tuple[list[Path], list[JourneyError]]:
    """Draft every declared pack anew.

    Returns
    -------
    tuple
        The packs written, and what is wrong with those that were not: their last draft stays.
    """
    written: list[Path] = []
    problems: list[JourneyError] = []
    for scope in declared(settings):
        try:
            written.append(build_pack(project, settings, scope, solvers))
        except JourneyError as error:
            problems.append(error)
    return written, problems


def build_pack(
    project: Path, settings: Settings, scope: PackScope | None = None,
    solvers: Solvers | None = None,
) -> Path:
    """Write the draft of a pack and return its HTML page.

    A draft is a function of the published warehouse, the settings and the issues so far: when
    none of them changed, its bytes do not.

    Parameters
    ----------
    project
        Folder of the project; only ``warehouse/journeys.duckdb`` is read there.
    scope
        What it is about; left out: everything.
    solvers
        Functions that rank pain points (``pipeline.SOLVERS``); only a narrower scope needs them.

    Returns
    -------
    pathlib.Path
        ``packs/NAME/draft/pack.html`` in the project, readable by its owner only.
    """
    scope = scope or PackScope()
    data = read_pack_data(project, settings, scope, solvers or {})
    folder = _pack_folder(project, scope.name)
    _replace_folder(folder / DRAFT, data)
    return folder / DRAFT / "pack.html"


def issue_pack(
    project: Path, settings: Settings, scope: PackScope, solvers: Solvers,
) -> Path:
    """Freeze a pack as its next numbered version, and draft it anew beside it.

    Returns
    -------
    pathlib.Path
        Folder of the version; its files can only be read.
    """
    folder = _pack_folder(project, scope.name)
    issues = read_issues(folder)
    version = max((i.version for i in issues), default=0) + 1
    data = read_pack_data(project, settings, scope, solvers, version)
    target = folder / folder_of(version)
    _replace_folder(target, data)
    for path in target.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    target.chmod(0o500)
    seal = sha256((target / "pack.html").read_bytes()).hexdigest()
    write_issues(folder, [*issues, issue_of(data, version, seal)])
    build_pack(project, settings, scope, solvers)
    return target


def withdraw_issue(
    project: Path, settings: Settings, scope: PackScope, solvers: Solvers,
) -> int:
    """Take the last issue back: its files stay, the register says so. Returns its version."""
    folder = _pack_folder(project, scope.name)
    issues = read_issues(folder)
    last = last_issue(issues)
    if last is None:
        raise DataError(f"pack '{scope.name}'", "there is no issue to take back")
    write_issues(folder, [replace(i, withdrawn_at=now()) if i is last else i for i in issues])
    build_pack(project, settings, scope, solvers)
    return last.version


def list_packs(project: Path, settings: Settings) -> list[dict[str, Any]]:
    """Return each declared pack with its draft and its issues."""
    found: list[dict[str, Any]] = []
    for scope in declared(settings):
        folder = project / "packs" / scope.name
        draft = folder / DRAFT / "pack.html"
        found.append({
            "name": scope.name, "question": scope.question,
            "draft": str(draft) if draft.exists() else None,
            "issues": [{
                "version": i.version, "issued_at": i.issued_at, "as_of": i.as_of,
                "workshop": i.workshop, "facilitator": i.facilitator,
                "withdrawn_at": i.withdrawn_at, "digest": i.digest, "removed_at": i.removed_at,
                "removed_because": i.removed_because,
                "folder": None if i.removed_at else str(folder / folder_of(i.version)),
            } for i in read_issues(folder)]})
    return found


def _pack_folder(project: Path, name: str) -> Path:
    for folder in (project / "packs", project / "packs" / name):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    return project / "packs" / name


def _replace_folder(target: Path, data: PackData) -> None:
    """Write every form into a fresh folder, then put it in the place of the last one."""
    fresh, gone = (target.with_name(f".{target.name}.{end}") for end in ("new", "old"))
    for left in (fresh, gone):
        shutil.rmtree(left, ignore_errors=True)
    umask = os.umask(0o077)
    try:
        fresh.mkdir(mode=0o700)
        for write in FORMS:
            write(data, fresh)
    finally:
        os.umask(umask)
    if target.exists():
        target.rename(gone)
    fresh.rename(target)
    shutil.rmtree(gone, ignore_errors=True)
