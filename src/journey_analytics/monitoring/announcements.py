"""``announcements.csv``: what was announced, so that nobody is alarmed by it.

    start_date,end_date,what,channel
    2026-02-02,2026-02-08,New billing system: longer answers expected,voice
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..errors import JourneyError, SettingsError, did_you_mean
from ..settings_lists import Line, read_list

FILE_NAME = "announcements.csv"
COLUMNS = ("start_date", "end_date", "what", "channel")


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that may lower scores from one day through another; no channel: everywhere."""

    start: date
    end: date
    what: str
    channel: str


def read_announcements(
    folder: Path, channels: Collection[str],
) -> tuple[list[Announcement], list[JourneyError]]:
    """Return the announcements of a project, and what is wrong with other lines of its file."""
    lines, problems = read_list(folder / FILE_NAME, COLUMNS, COLUMNS[:3])
    found = []
    for line in lines:
        try:
            found.append(_announcement(line, channels))
        except SettingsError as error:
            problems.append(error)
    return found, problems


def _announcement(line: Line, channels: Collection[str]) -> Announcement:
    start, end = day_of(line, "start_date"), day_of(line, "end_date")
    if end < start:
        raise line.error("end_date", "before the start", found=f"{end}", allowed=f"from {start} on")
    channel = line["channel"]
    if channel and channel not in channels:
        raise line.error("channel", "no such channel", found=f"'{channel}'",
                         allowed=", ".join(sorted(channels)),
                         remedy=did_you_mean(channel, sorted(channels)))
    return Announcement(start, end, line["what"], channel)


def day_of(line: Line, column: str) -> date:
    """Return a cell as a date."""
    try:
        return date.fromisoformat(line[column])
    except ValueError:
        raise line.error(column, "not a date", found=f"'{line[column]}'",
                         allowed="like 2026-03-31") from None
