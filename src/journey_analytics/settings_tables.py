"""Settings as tables and parameters, in the shape the SQL models read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from .models import ByFamily, Parameter
from .settings import STAGES, WEEKDAYS, Calendar, Settings

#: Tables that settings give to the models.
GIVEN = ("reason_settings", "stage_settings", "calendars", "open_hours")


def parameters(settings: Settings, as_of: datetime) -> dict[str, Parameter]:
    """Return every parameter of the models: thresholds, privacy limits and ``as_of``."""
    return {
        **settings.thresholds.parameters(),
        **{name: by_family(settings, f"{name}_days") for name in ("quiet_window", "repeat_window")},
        **{f"shared_key_{name}": limit for name, limit in settings.identity.limits().items()},
        "min_group": settings.privacy.min_group,
        "as_of": as_of.astimezone(UTC) if as_of.tzinfo else as_of,
    }


def by_family(settings: Settings, name: str) -> Parameter:
    """Return a threshold in days, with the reason families that have their own."""
    default = timedelta(days=getattr(settings.thresholds, name))
    own = tuple((family, timedelta(days=getattr(f, name)))
                for family, f in sorted(settings.families.items()) if getattr(f, name))
    return ByFamily(default, own) if own else default


def tables(settings: Settings, first: datetime, last: datetime) -> dict[str, pa.Table]:
    """Return the settings as tables.

    Parameters
    ----------
    first, last
        UTC times between which opening hours are needed.
    """
    reasons = [
        {"word": word, "reason": name, "reason_family": r.family, "stage": r.stage}
        for name, r in settings.reasons.items()
        for word in dict.fromkeys(w.lower() for w in (name, *r.match))
    ]
    stages = [{"word": word, "stage": stage} for stage, words in settings.stages.items()
              for word in dict.fromkeys(w.lower() for w in words)]
    calendars = _calendars(settings)
    hours = [row for name, c in calendars.items() for row in _open_hours(name, c, first, last)]
    listed = [{"queue": name, "calendar": name or "default"} for name in calendars]
    return {
        "reason_settings": _table(reasons, word=pa.string(), reason=pa.string(),
                                  reason_family=pa.string(), stage=pa.string()),
        "stage_settings": _table(stages, word=pa.string(), stage=pa.string()),
        "calendars": _table(listed, queue=pa.string(), calendar=pa.string()),
        "open_hours": _table(hours, calendar=pa.string(), day=pa.date32(),
                             opens_at=pa.timestamp("us"), closes_at=pa.timestamp("us")),
    }


def stage_words(settings: Settings) -> tuple[str, ...]:
    """Return every stage that can occur."""
    named = [r.stage for r in settings.reasons.values() if r.stage]
    return tuple({*STAGES, *settings.stages, *named})


def _table(rows: Sequence[Mapping[str, object]], **types: pa.DataType) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=pa.schema(list(types.items())))


def _calendars(settings: Settings) -> dict[str, Calendar]:
    """Return calendars by queue; the default's queue is empty."""
    found = dict(settings.hours.queues)
    if settings.hours.default is not None:
        found[""] = settings.hours.default
    return found


def _open_hours(
    name: str, calendar: Calendar, first: datetime, last: datetime
) -> list[dict[str, object]]:
    """Return the open intervals of a calendar in UTC, cut at midnight UTC."""
    zone = ZoneInfo(calendar.timezone)
    rows: list[dict[str, object]] = []
    day = first.date() - timedelta(days=1)
    while day <= last.date() + timedelta(days=14):
        if day not in calendar.holidays:
            for opens, closes in calendar.intervals(WEEKDAYS[day.weekday()]):
                start, end = _utc(day, opens, zone), _utc(day, closes, zone)
                rows += [{"calendar": name or "default", "day": a.date(), "opens_at": a,
                          "closes_at": b} for a, b in _cut_at_midnight(start, end)]
        day += timedelta(days=1)
    return rows


def _utc(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    day, minutes = day + timedelta(days=minutes // 1440), minutes % 1440
    local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _cut_at_midnight(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    midnight = datetime.combine(start.date() + timedelta(days=1), time())
    if end <= midnight:
        return [(start, end)]
    return [(start, midnight), *_cut_at_midnight(midnight, end)]
