"""Opening hours as tables of UTC segments, in which business time is a lookup.

A calendar is cut at its openings and closings, at local midnights and at midnights UTC. So a time
finds its one segment by calendar and day, and a segment carries how much open time lies before it:
business time between two times is the difference of two lookups, however far they lie apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from .settings_calendars import DEFAULT, Calendar

#: Tables that calendars give to the models.
GIVEN = ("calendar_places", "calendar_segments", "calendar_days")
#: How far beyond the data calendars reach, so that a deadline ahead can be dated.
AHEAD = timedelta(days=400)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1)
_SEGMENTS = pa.schema([
    ("calendar", pa.string()), ("day", pa.date32()),
    ("begins_at", pa.timestamp("us")), ("ends_at", pa.timestamp("us")), ("is_open", pa.bool_()),
    ("open_ms_before", pa.int64()), ("next_opens_at", pa.timestamp("us")),
    ("workdays_so_far", pa.int32()),
])
_DAYS = pa.schema([("calendar", pa.string()), ("workday_no", pa.int32()),
                   ("closes_at", pa.timestamp("us"))])
_PLACES = pa.schema([("place_kind", pa.string()), ("place", pa.string()),
                     ("calendar", pa.string()), ("timezone", pa.string())])


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """One calendar between two dates; all times are naive UTC.

    Attributes
    ----------
    intervals
        Open intervals in order, touching ones merged.
    day_starts
        When each local date begins.
    is_workday
        Whether that date has any open time.
    closes
        When each workday closes for the last time.
    """

    intervals: list[tuple[datetime, datetime]]
    day_starts: list[datetime]
    is_workday: list[bool]
    closes: list[datetime]


def open_times(calendar: Calendar, first: date, last: date) -> OpenTimes:
    """Return when a calendar is open from one UTC date through another.

    Open is every instant at which the clock on the wall shows a time within the hours of its
    date: an hour that the wall shows twice is open twice, one that it skips is not there.
    """
    holidays = calendar.holidays(first - _DAY, last + _DAY)
    found: list[tuple[datetime, datetime]] = []
    starts: dict[date, datetime] = {}
    closes: dict[date, datetime] = {}
    for begin, end, offset in _offsets(ZoneInfo(calendar.timezone), first, last):
        day = (begin + offset).date()
        while datetime.combine(day, time()) < end + offset:
            midnight = datetime.combine(day, time())
            starts.setdefault(day, max(begin, midnight - offset))
            for opens, until in calendar.hours_on(day, holidays):
                opens_at = max(begin, midnight + timedelta(minutes=opens) - offset)
                closes_at = min(end, midnight + timedelta(minutes=until) - offset)
                if opens_at < closes_at:
                    closes[day] = max(closes.get(day, closes_at), closes_at)
                    if found and found[-1][1] == opens_at:
                        opens_at = found.pop()[0]
                    found.append((opens_at, closes_at))
            day += _DAY
    days = sorted(starts)
    return OpenTimes(found, [starts[d] for d in days], [d in closes for d in days],
                     [closes[d] for d in days if d in closes])


def _offsets(zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[datetime, datetime,
                                                                       timedelta]]:
    """Yield the stretches of UTC time in which the zone's offset stays the same."""
    def offset(at: datetime) -> timedelta:
        return at.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()

    begin = at = datetime.combine(first, time())
    end = datetime.combine(last + _DAY, time())
    while at < end:
        following = min(at + _DAY, end)
        if offset(at) != offset(following):
            early, late = at, following
            while late - early > timedelta(seconds=1):
                middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
                early, late = (early, middle) if offset(middle) != offset(at) else (middle, late)
            yield begin, late, offset(at)
            begin = late
        at = following
    if begin < end:
        yield begin, end, offset(begin)


def tables(calendars: dict[str, Calendar], first: datetime, last: datetime) -> dict[str, pa.Table]:
    """Return the calendars as tables.

    Parameters
    ----------
    first, last
        UTC times between which the data lies.
    """
    begin, end = first.date() - _DAY, (last + AHEAD).date()
    segments, days = [_SEGMENTS.empty_table()], [_DAYS.empty_table()]
    for name, calendar in calendars.items():
        times = open_times(calendar, begin, end)
        segments.append(_segments(name, times, begin, end))
        days.append(pa.table(
            [pa.array([name] * len(times.closes), pa.string()),
             pa.array(range(1, len(times.closes) + 1), pa.int32()),
             pa.array(times.closes, pa.timestamp("us"))], schema=_DAYS))
    places = [(kind, place, name, calendar.timezone) for name, calendar in calendars.items()
              for kind, listed in (("queue", calendar.queues),
                                   ("entry_point", calendar.entry_points))
              for place in listed]
    if DEFAULT in calendars:
        places.append(("default", "", DEFAULT, calendars[DEFAULT].timezone))
    return {
        "calendar_places": pa.Table.from_pylist(
            [dict(zip(_PLACES.names, row, strict=True)) for row in places], schema=_PLACES),
        "calendar_segments": pa.concat_tables(segments),
        "calendar_days": pa.concat_tables(days),
    }


def library_versions(calendars: dict[str, Calendar]) -> list[tuple[object, ...]]:
    """Return the libraries that public holidays rest on, with their versions."""
    named = any(calendar.country for calendar in calendars.values())
    return [("holidays", version("holidays"))] if named else []


def _segments(name: str, times: OpenTimes, first: date, last: date) -> pa.Table:
    """Cut a calendar into segments of one UTC day, one local day, and one state."""
    midnights = np.arange(np.datetime64(first), np.datetime64(last) + 2).astype("datetime64[us]")
    opens = np.array([a for a, _ in times.intervals], "datetime64[us]")
    closes = np.array([b for _, b in times.intervals], "datetime64[us]")
    starts = np.array(times.day_starts, "datetime64[us]")
    cuts = np.unique(np.concatenate([midnights, opens, closes, starts]))
    begins, ends = cuts[:-1], cuts[1:]
    opened = np.searchsorted(opens, begins, "right")
    is_open = opened > np.searchsorted(closes, begins, "right")
    open_us = np.where(is_open, (ends - begins).astype("int64"), 0)
    following = np.append(opens, np.datetime64("NaT"))[opened]
    workdays = np.append(0, np.cumsum(times.is_workday))[np.searchsorted(starts, begins, "right")]
    return pa.table([
        pa.array([name] * len(begins), pa.string()),
        pa.array(begins.astype("datetime64[D]"), pa.date32()),
        pa.array(begins, pa.timestamp("us")), pa.array(ends, pa.timestamp("us")),
        pa.array(is_open), pa.array((np.cumsum(open_us) - open_us) // 1000, pa.int64()),
        pa.array(following, pa.timestamp("us")), pa.array(workdays, pa.int32()),
    ], schema=_SEGMENTS)
