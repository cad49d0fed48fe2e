"""``[triggers]`` of ``journeys.toml``: when the map has to be looked at again."""

from __future__ import annotations

from pydantic import Field

from .settings_calendars import Strict


class Triggers(Strict):
    """``[triggers]``: limits of the update triggers.

    Attributes
    ----------
    map_days
        An issued pack older than this is out of date.
    false_discovery_rate
        Share of nights that may raise a false alarm while nothing changes.
    min_contacts
        Contacts a week below which a place is not watched, and a channel not new.
    min_answers
        Answers a week below which scores are not watched.
    migration_share
        Contacts at places never seen before, from which on it is a migration.
    """

    map_days: int = Field(180, ge=1)
    false_discovery_rate: float = Field(0.01, gt=0, le=0.2)
    min_contacts: int = Field(20, ge=5)
    min_answers: int = Field(30, ge=5)
    migration_share: float = Field(0.5, gt=0, le=1)
