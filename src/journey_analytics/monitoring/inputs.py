"""What monitoring is told beside the records: limits, holidays, announcements, issued packs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from ..errors import JourneyError
from ..settings import Settings
from .actions import read_actions
from .announcements import Announcement, read_announcements

#: Tables that monitoring gives to the models.
GIVEN = ("trigger_inputs",)
_INPUTS = pa.schema([
    ("fact", pa.string()), ("subject", pa.string()), ("channel", pa.string()),
    ("day", pa.date32()), ("until_day", pa.date32()), ("issued_day", pa.date32()),
    ("value", pa.float64()),
])


def tables(
    project: Path, settings: Settings, words: Mapping[str, Collection[str]], first: datetime,
    as_of: datetime,
) -> tuple[dict[str, pa.Table], list[JourneyError]]:
    """Return what a project says to its triggers, and what is wrong in its list.

    Parameters
    ----------
    words
        The words that can occur in the data, by what they name.
    first, as_of
        UTC times between which the data lies.
    """
    announcements, problems = read_announcements(project, words["channel"])
    rows = [
        *({"fact": "limit", "subject": name, "value": float(value)}
          for name, value in settings.triggers.model_dump().items()),
        {"fact": "night", "day": night_of(settings, as_of)},
        *({"fact": "holiday", "day": day} for day in _holidays(settings, first, as_of)),
        *(_announced(a) for a in announcements),
        *_issues(project),
    ]
    return {"trigger_inputs": pa.Table.from_pylist(rows, schema=_INPUTS)}, problems


def bad_lines(
    project: Path, kinds: Collection[str], words: Mapping[str, Collection[str]],
) -> list[JourneyError]:
    """Return what is wrong in a project's announcements and actions."""
    return (read_announcements(project, words["channel"])[1]
            + read_actions(project, kinds, words)[1])


def night_of(settings: Settings, as_of: datetime) -> date:
    """Return the project's date at ``as_of``: the first day that is not a whole one."""
    zone = ZoneInfo(settings.project.timezone)
    return as_of.replace(tzinfo=as_of.tzinfo or UTC).astimezone(zone).date()


def _holidays(settings: Settings, first: datetime, last: datetime) -> list[date]:
    """Return the days on which any calendar keeps other hours than on its weekday."""
    found: set[date] = set()
    begin, end = first.date() - timedelta(days=1), last.date() + timedelta(days=1)
    for calendar in settings.calendars.values():
        found |= {d for d in calendar.holidays(begin, end) if begin <= d <= end}
        found |= set(calendar.exceptions)
    return sorted(found)


def _announced(announcement: Announcement) -> dict[str, Any]:
    return {"fact": "announcement", "subject": announcement.what,
            "channel": announcement.channel or None, "day": announcement.start,
            "until_day": announcement.end}


def _issues(project: Path) -> list[dict[str, Any]]:
    """Return every issue of every pack: up to when its data reach, and while it stood."""
    folders = sorted(p.parent for p in (project / "packs").glob("*/issues.json"))
    if not folders:
        return []
    from ..pack.issues import read_issues  # the pack is imported when needed

    def day(text: str) -> date | None:
        return datetime.fromisoformat(text).date() if text else None

    return [{"fact": "issue", "subject": folder.name, "day": day(issue.as_of),
             "until_day": day(issue.withdrawn_at), "issued_day": day(issue.issued_at)}
            for folder in folders for issue in read_issues(folder)]
