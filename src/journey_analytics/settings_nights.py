"""``[nights]`` and ``[gates]`` of ``journeys.toml``: what holds when nobody watches."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .settings_calendars import Strict

#: What a gate does: no more than tell, keep the source's files of tonight out, or end the run.
Action = Literal["note", "refuse", "stop"]


class Nights(Strict):
    """``[nights]``: snapshots kept, time of the scheduled run, and who is told when one fails.

    ``at`` is the project's local time, and outside the hour that clocks skip or repeat.
    """

    keep_snapshots: int = Field(5, ge=0)
    at: str = Field("03:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    on_failure_command: tuple[str, ...] = ()
    on_failure_webhook: str | None = Field(None, pattern=r"^https?://\S+$")

    @model_validator(mode="after")
    def _clocks_show_it_once(self) -> Nights:
        if self.at.startswith("02:"):
            raise ValueError(f"clocks skip or repeat this hour|{self.at}|any other hour|")
        return self


class GateLimits(Strict):
    """Limits of the gates; a source's own stand in ``[gates.sources.NAME]``.

    Nothing is judged on fewer than ``min_rows`` rows, so that chance does not look like a fault.

    Attributes
    ----------
    stale_days
        A source whose newest row lies this far behind the newest of all is stale: it is named, and
        a contact source that is stale no longer holds back ``as_of``.
    volume_low, volume_high
        Rows of a day as a share of the median of the same weekdays before.
    empty_change
        How far the share of empty values of a column may move from what files had before.
    unknown_share
        Rows with a channel, queue or reason that was never seen before.
    quarantined_share
        Rows that cannot be used.
    """

    min_rows: int = Field(100, ge=20)
    stale_days: int = Field(7, ge=1)
    volume_low: float = Field(0.6, ge=0, lt=1)
    volume_high: float = Field(5.0, gt=1)
    empty_change: float = Field(0.5, gt=0, le=1)
    unknown_share: float = Field(0.5, gt=0, le=1)
    quarantined_share: float = Field(0.2, gt=0, le=1)
    volume: Action = "refuse"
    empty: Action = "refuse"
    unknown: Action = "refuse"
    quarantined: Action = "refuse"
    new_columns: Action = "note"


class Gates(GateLimits):
    """``[gates]``: when a source's files of tonight are kept out, or the run ends."""

    sources: dict[str, GateLimits] = Field(default_factory=dict)

    def of(self, source: str) -> GateLimits:
        """Return the limits that hold for a source: its own, else those of all."""
        own = self.sources.get(source)
        given = own.model_dump(include=own.model_fields_set) if own else {}
        return GateLimits(**{**self.model_dump(exclude={"sources"}), **given})
