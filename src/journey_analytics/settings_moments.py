"""Settings of moments: what customers may expect, higher tiers, thresholds of single places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from .settings_calendars import DEFAULT, Calendar, Problem, Strict

#: The vocabulary of channels, as the contracts have it.
Channel = Literal["voice", "email", "chat", "message", "sms", "social", "web", "app", "web_form",
                  "in_person", "letter", "bot", "other"]
_WITHIN = ("within_hours", "within_days", "within_business_hours", "within_business_days")


class Expectation(Strict):
    """``[[expectations]]``: after one thing the customer may expect another, within a time.

    ``after`` and ``expect`` are words of the sources: an event's name or type, a wrap-up code or
    reason, a call's outcome, ``outbound_call``, ``email_ticket`` (or any channel's), a
    ticket's new status, ``message_in``, ``message_out`` or ``survey_sent``. A business day ends
    with its last closing; ``within_business_days = 2`` on a Friday is Tuesday evening.
    """

    name: str = Field(min_length=1, max_length=80)
    after: str = Field(min_length=1)
    expect: str = Field(min_length=1)
    within_hours: int | None = Field(None, ge=1, le=8784)
    within_days: int | None = Field(None, ge=1, le=366)
    within_business_hours: int | None = Field(None, ge=1, le=500)
    within_business_days: int | None = Field(None, ge=1, le=60)

    @model_validator(mode="after")
    def _one_time(self) -> Expectation:
        given = [name for name in _WITHIN if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"one time within which it has to come|{', '.join(given) or 'none'}|"
                             f"one of {', '.join(_WITHIN)}|")
        return self

    @property
    def clock(self) -> timedelta | None:
        """The time by the clock; None where business time counts."""
        if self.within_hours is not None:
            return timedelta(hours=self.within_hours)
        return timedelta(days=self.within_days) if self.within_days is not None else None

    @property
    def is_business(self) -> bool:
        """Whether the time depends on opening hours."""
        return self.clock is None


class Escalations(Strict):
    """``[escalations]``: queues of a higher tier or of supervisors, and families of complaints."""

    queues: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


class Place(Strict):
    """``[channels.NAME]``, ``[queues.NAME]``: thresholds that differ there from [thresholds].

    A queue's threshold goes before its channel's.
    """

    wait_seconds: int | None = Field(None, ge=0)
    first_reply_hours: int | None = Field(None, ge=1)
    hold_seconds: int | None = Field(None, ge=0)
    silent_wait_hours: int | None = Field(None, ge=1)
    aftercare_hours: int | None = Field(None, ge=1)
    resolution_days: int | None = Field(None, ge=1)


def moment_problems(
    expectations: Sequence[Expectation], calendars: Mapping[str, Calendar],
) -> Iterator[Problem]:
    """Yield what no single section can know of itself."""
    names: set[str] = set()
    for number, expectation in enumerate(expectations):
        where = ("expectations", str(number))
        if expectation.name in names:
            yield (*where, "name"), "two expectations have this name", {
                "found": f"'{expectation.name}'", "remedy": "Give each its own name."}
        names.add(expectation.name)
        if expectation.is_business and not calendars:
            yield where, "business time without opening hours", {
                "remedy": f"Declare [calendars.{DEFAULT}], or use within_hours or within_days."}
