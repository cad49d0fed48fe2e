"""Takes files of issued packs away: what was erased must not live on in an old version.

The register keeps that there was such a version, its digest, and why its files are gone.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from .. import audit_log
from ..engines import Published
from ..settings import Settings
from ..sources.expired import retention_limit
from .build import declared, issue_pack
from .issues import folder_of, last_issue, now, read_issues, write_issues
from .quotes import keep_approvals
from .scoping import Solvers

FORGOTTEN = "after a request to be forgotten"
TOO_OLD = "because they print what is older than keep_days"


def remove_versions(project: Path, because: str, said_before: date | None = None) -> None:
    """Remove the files of every version of every pack, and all drafts.

    Which versions show a person cannot be told from their numbers, so all of them go. Drafts that
    are declared are made anew by the run, the others by whoever asked for them.

    Parameters
    ----------
    because
        What the register says of it.
    said_before
        Only versions that print something older than this day, and no drafts.
    """
    for pack in sorted(p for p in (project / "packs").glob("*") if p.is_dir()):
        issues = read_issues(pack)
        gone = [i for i in issues if not i.removed_at
                and (said_before is None or i.oldest < said_before.isoformat())]
        if gone:
            write_issues(pack, [replace(i, removed_at=now(), removed_because=because)
                                if i in gone else i for i in issues])
        # By the register, not by what is new in it: a kill may have come in between.
        removed = {folder_of(i.version) for i in read_issues(pack) if i.removed_at}
        for folder in pack.iterdir():
            if folder.is_dir() and (said_before is None or folder.name in removed):
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder that can only be read."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)


def drop_approvals(project: Path) -> None:
    """Erase approvals of texts that are not published any more."""
    with Published(project / "warehouse" / "journeys.duckdb") as published:
        known = published.value(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'quotes'")
        rows = published.rows("SELECT quote_id FROM quotes") if known else []
    keep_approvals(project, {quote for (quote,) in rows})


def give_up_old(project: Path, settings: Settings, as_of: datetime, solvers: Solvers) -> None:
    """Remove what is older than the project keeps, and issue anew what lost its files."""
    limit = retention_limit(as_of, settings.privacy.keep_days)
    if limit:
        remove_versions(project, TOO_OLD, limit.date())
        drop_approvals(project)
    for scope in declared(settings):
        last = last_issue(read_issues(project / "packs" / scope.name))
        if last and last.removed_at:
            version = issue_pack(project, settings, scope, solvers)
            audit_log.write(project, "issue", pack=f"{version.parent.name}/{version.name}",
                            because="the one before lost its files")
