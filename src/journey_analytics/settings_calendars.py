"""``[calendars.NAME]``: opening hours in one zone, holidays and exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from .errors import did_you_mean

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The calendar of everything that no other calendar names.
DEFAULT = "default"
CLOSED = "closed"
#: Where a problem lies, what it is, and what the user may do about it.
Problem = tuple[tuple[str, ...], str, dict[str, Any]]
Minutes = tuple[int, int]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a thousand files


def _known_zone(value: str) -> str:
    if value not in _zones():
        hint = did_you_mean(value, sorted(_zones()))
        raise ValueError(f"unknown time zone|'{value}'|a name like 'Europe/Berlin'|{hint}")
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]


class Strict(BaseModel):
    """A section of the settings: nothing unknown in it, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Calendar(Strict):
    """``[calendars.NAME]``: when the lines of some queues and entry points are open.

    A weekday left out is closed. Public holidays of ``country`` and ``region`` are closed;
    ``exceptions`` say otherwise for single dates: hours of their own, or ``closed``. The calendar
    called ``default`` holds for every queue that no other calendar names.
    """

    timezone: Zone
    days: dict[Weekday, str]
    queues: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    exceptions: dict[date, str] = Field(default_factory=dict)

    @field_validator("days", "exceptions")
    @classmethod
    def _hours_are_readable(cls, hours: dict[Any, str]) -> dict[Any, str]:
        for day, text in hours.items():
            _hours(str(day), text)
        return hours

    @field_validator("country")
    @classmethod
    def _country_is_known(cls, country: str | None) -> str | None:
        if country is not None and country not in _countries():
            raise ValueError(f"no holidays are known of this country|'{country}'|"
                             f"a two-letter country code like 'DE'|")
        return country

    @field_validator("region")
    @classmethod
    def _region_is_known(cls, region: str | None, given: ValidationInfo) -> str | None:
        if region is None or "country" not in given.data:  # a wrong country is told already
            return region
        country = given.data["country"]
        if country is None:
            raise ValueError("region without a country||the two-letter code of its country|"
                             "Add country = …")
        known = _countries()[country]
        if region not in known:
            raise ValueError(f"no holidays are known of this region|'{region}'|"
                             f"{', '.join(known) or 'none in this country'}|")
        return region

    def hours_on(self, day: date, holidays: frozenset[date] = frozenset()) -> list[Minutes]:
        """Return the open minutes of a date as (from, until), minutes since local midnight."""
        if day in self.exceptions:
            return _hours(str(day), self.exceptions[day])
        if day in holidays:
            return []
        weekday = WEEKDAYS[day.weekday()]
        return _hours(weekday, self.days[weekday]) if weekday in self.days else []

    def holidays(self, first: date, last: date) -> frozenset[date]:
        """Return the public holidays between two dates."""
        if self.country is None:
            return frozenset()
        import holidays  # only projects that name a country need it

        years = range(first.year, last.year + 1)
        return frozenset(holidays.country_holidays(self.country, subdiv=self.region, years=years))


def _countries() -> Mapping[str, list[str]]:
    import holidays  # only projects that name a country need it

    return holidays.list_supported_countries(include_aliases=False)


def _hours(day: str, text: str) -> list[Minutes]:
    """Read '08:00-12:00, 13:00-18:00', sorted by time; 'closed' is no hours."""
    if text.strip().lower() == CLOSED:
        return []
    found = sorted(_open_close(day, part) for part in text.split(","))
    for (_, until), (following, _) in zip(found, found[1:], strict=False):
        if following < until:
            raise ValueError(f"hours of {day} overlap|'{text}'|one span after the other|")
    return found


def _open_close(day: str, text: str) -> Minutes:
    found = re.fullmatch(r"\s*(\d\d):(\d\d)-(\d\d):(\d\d)\s*", text)
    if found:
        h1, m1, h2, m2 = map(int, found.groups())
        if h1 * 60 + m1 < h2 * 60 + m2 <= 24 * 60 and m1 < 60 and m2 < 60:
            return h1 * 60 + m1, h2 * 60 + m2
    raise ValueError(f"hours of {day} not understood|'{text}'|like '08:00-18:00'|")


def calendar_problems(calendars: Mapping[str, Calendar]) -> Iterator[Problem]:
    """Yield what no calendar can know of itself: a place that two of them name."""
    for field in ("queues", "entry_points"):
        seen: dict[str, str] = {}
        for name, calendar in calendars.items():
            for place in getattr(calendar, field):
                other = seen.setdefault(place, name)
                if other != name:
                    yield (("calendars", name, field), f"'{place}' also has [calendars.{other}]",
                           {"remedy": "A queue or entry point has one calendar."})
