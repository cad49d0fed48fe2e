"""``[[packs]]``: what a workshop is about; each declared pack is drafted anew by every run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from .errors import did_you_mean
from .settings_calendars import Problem, Strict
from .settings_moments import Channel

#: The pack of a project that declares none.
EVERYTHING = "everything"
NAME = r"[a-z][a-z0-9_]*"


class PackScope(Strict):
    """``[[packs]]``: one pack, its question, the journeys it is about and the workshop it is for.

    Journeys count by the day they began in the project's zone; ``until`` is the last day. What is
    left out does not narrow.
    """

    name: str = Field(EVERYTHING, max_length=40)
    question: str = Field("", max_length=300)
    persona: str | None = None
    segment: str | None = None
    reason: str | None = None
    family: str | None = None
    stage: str | None = None
    entry_channel: Channel | None = None
    since: date | None = None
    until: date | None = None
    compare_since: date | None = None
    compare_until: date | None = None
    workshop: date | None = None
    facilitator: str = Field("", max_length=90)
    length: Literal["brief", "full", "review"] = "full"

    @model_validator(mode="after")
    def _check(self) -> PackScope:
        if not re.fullmatch(NAME, self.name):
            raise ValueError(f"not a usable name of a pack|'{self.name}'|"
                             "lower-case letters, digits and underscores|It names a folder.")
        for first, last in (("since", "until"), ("compare_since", "compare_until")):
            begins, ends = getattr(self, first), getattr(self, last)
            if begins and ends and ends < begins:
                raise ValueError(f"'{last}' lies before '{first}'|{ends}|{begins} or later|")
        return self

    @property
    def narrows(self) -> bool:
        """Tell whether it is about less than everything."""
        return any(getattr(self, n) is not None for n in (*FILTERS, "since", "until"))

    @property
    def compares(self) -> bool:
        """Tell whether another period is set beside its own."""
        return self.compare_since is not None or self.compare_until is not None

    def before(self) -> PackScope:
        """Return the same scope in the period it is compared with."""
        return self.model_copy(update={"since": self.compare_since, "until": self.compare_until})


#: What narrows a pack, besides its period.
FILTERS = ("persona", "segment", "reason", "family", "stage", "entry_channel")


def pack_problems(packs: Sequence[PackScope], stages: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with packs together."""
    names = [p.name for p in packs]
    for number, pack in enumerate(packs):
        where = ("packs", str(number))
        if pack.name in names[:number]:
            yield (*where, "name"), "two packs of one name", {"found": f"'{pack.name}'"}
        if pack.stage is not None and pack.stage not in stages:
            yield (*where, "stage"), "no such stage", {
                "found": f"'{pack.stage}'", "allowed": ", ".join(stages),
                "remedy": did_you_mean(pack.stage, list(stages)) or "Declare it in [stages]."}
