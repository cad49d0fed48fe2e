"""The register of a pack's issues: numbered, frozen versions of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import DataError
from .asking import Row
from .model import PackData
from .read_change import REMEMBERED, SIZES

REGISTER = "issues.json"


@dataclass(frozen=True, slots=True)
class Issue:
    """One issued version.

    Attributes
    ----------
    as_of
        Up to when its data reaches.
    workshop, facilitator
        What it was issued for.
    withdrawn_at
        When it was taken back; empty: it stands.
    sizes, points
        What later drafts are compared with.
    digest
        SHA-256 of its page, by which a copy is known.
    oldest
        Day of the oldest text it prints, else ``as_of``.
    removed_at, removed_because
        When its files were removed, and why; empty: they are there.
    """

    version: int
    issued_at: str
    as_of: str
    workshop: str = ""
    facilitator: str = ""
    withdrawn_at: str = ""
    sizes: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    digest: str = ""
    oldest: str = ""
    removed_at: str = ""
    removed_because: str = ""

    def rows(self) -> tuple[Row, list[Row]]:
        """Return its sizes and pain points as answers of the table ``last_issue``."""
        points = [Row("last_issue", str(p["rank"]), p) for p in self.points]
        return Row("last_issue_totals", "all", self.sizes), points


def folder_of(version: int) -> str:
    """Return the folder of an issued version."""
    return f"v{version:03d}"


def read_issues(pack: Path) -> list[Issue]:
    """Return every issue of a pack, oldest first, withdrawn ones included."""
    try:
        entries = json.loads((pack / REGISTER).read_text(encoding="utf-8"))
        return [Issue(**entry) for entry in entries]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise DataError(str(pack / REGISTER), "the register of issues is not readable",
                        remedy="Restore it from your backup.") from None


def last_issue(issues: Sequence[Issue]) -> Issue | None:
    """Return the issue that stands, if any."""
    return next((i for i in reversed(issues) if not i.withdrawn_at), None)


def removal_of(path: Path) -> str:
    """Return what happened to the files of an issued version; empty: nothing.

    Parameters
    ----------
    path
        Where the version's folder was, or a file in it.
    """
    for folder in (path, path.parent):
        for issue in read_issues(folder.parent):
            if folder.name == folder_of(issue.version) and issue.removed_at:
                return f"removed on {issue.removed_at} {issue.removed_because}"
    return ""


def issue_of(data: PackData, version: int, digest: str) -> Issue:
    """Return the register's entry for a pack that is issued now.

    Parameters
    ----------
    digest
        That of its page.
    """
    totals = data.tables["totals"][0]
    workshop = data.scope.workshop
    said = [p.quotes.oldest for p in data.points if p.quotes and p.quotes.oldest]
    return Issue(
        version, now(), data.as_of.isoformat(), workshop.isoformat() if workshop else "",
        data.scope.facilitator, "", {column: totals[column] for column, _ in SIZES},
        [{c: _plain(row[c]) for c in REMEMBERED} for row in data.tables["pain_points"]],
        digest, min([*said, data.as_of.date()]).isoformat())


def write_issues(pack: Path, issues: Sequence[Issue]) -> None:
    """Replace the register, all or nothing."""
    aside = pack / f".{REGISTER}.new"
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        json.dump([asdict(i) for i in issues], file, ensure_ascii=False, indent=1)
        file.write("\n")
    os.replace(aside, pack / REGISTER)


def now() -> str:
    """Return the time by the clock: issuing is something that people do."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)
