"""Settings as tables and parameters, in the shape the SQL models read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from . import calendars
from .models import ByFamily, Parameter
from .settings import Settings
from .settings_stages import STAGES, mapped_pages, mapped_words

#: Tables that settings give to the models.
GIVEN = (
    "reason_settings", "mapped_words", "mapped_pages", "place_thresholds", "escalation_targets",
    "expectations",
    *calendars.GIVEN,
)
#: Thresholds that a channel or a queue may have of its own.
_OF_PLACES = ("wait_seconds", "first_reply_hours", "hold_seconds", "silent_wait_hours",
              "aftercare_hours", "resolution_days")

#: Groups of fewer persons are not quoted.
QUOTE_GROUP = 8
_MILLISECOND = timedelta(milliseconds=1)
_MAPPED = {name: pa.string() for name in ("own_stage", "own_step", "stage", "step")}


def parameters(settings: Settings, as_of: datetime) -> dict[str, Parameter]:
    """Return every parameter of the models: thresholds, privacy limits and ``as_of``."""
    return {
        **settings.thresholds.parameters(),
        **{name: by_family(settings, f"{name}_days") for name in ("quiet_window", "repeat_window")},
        **{f"shared_key_{name}": limit for name, limit in settings.identity.limits().items()},
        **settings.costs.parameters(),
        **settings.priorities.parameters(),
        "min_group": settings.privacy.min_group,
        "quote_group": max(QUOTE_GROUP, settings.privacy.min_group),
        "regions": ",".join(sorted({r for r in (
            settings.project.region, *(s.region for s in settings.sources.values())) if r})),
        "timezone": settings.project.timezone,
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
        UTC times between which the data lies.
    """
    return {
        **mappings(settings),
        **_moments(settings),
        **calendars.tables(settings.calendars, first, last),
    }


def mappings(settings: Settings) -> dict[str, pa.Table]:
    """Return what words and pages of the sources mean: reasons, stages, steps."""
    reasons = [
        {"word": word, "reason": name, "reason_family": r.family, "stage": r.stage}
        for name, r in settings.reasons.items()
        for word in dict.fromkeys(w.lower() for w in (name, *r.match))
    ]
    return {
        "reason_settings": _table(reasons, word=pa.string(), reason=pa.string(),
                                  reason_family=pa.string(), stage=pa.string()),
        "mapped_words": _table(mapped_words(settings.stages, settings.steps),
                               word=pa.string(), **_MAPPED),
        "mapped_pages": _table(mapped_pages(settings.stages, settings.steps),
                               pattern=pa.string(), rank=pa.int32(), **_MAPPED),
    }


def stage_words(settings: Settings) -> tuple[str, ...]:
    """Return every stage that can occur."""
    named = [r.stage for r in settings.reasons.values() if r.stage]
    return tuple({*STAGES, *settings.stages, *named})


def _table(rows: Sequence[Mapping[str, object]], **types: pa.DataType) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=pa.schema(list(types.items())))


def _moments(settings: Settings) -> dict[str, pa.Table]:
    """Return what moments read: thresholds of places, higher tiers, expectations."""
    places = [
        {"place_kind": kind, "place": name, **{
            f"{stem}_ms": None if value is None else timedelta(**{unit: value}) // _MILLISECOND
            for field in _OF_PLACES
            for (stem, _, unit), value in [(field.rpartition("_"), getattr(place, field))]}}
        for kind, listed in (("channel", settings.channels), ("queue", settings.queues))
        for name, place in listed.items()
    ]
    targets = [{"target_kind": kind, "target": name}
               for kind, names in (("queue", settings.escalations.queues),
                                   ("family", settings.escalations.families)) for name in names]
    expectations = [
        {"expectation": e.name, "after_word": e.after.lower(), "expected_word": e.expect.lower(),
         "within_ms": None if e.clock is None else e.clock // _MILLISECOND,
         "within_business_ms": e.within_business_hours and e.within_business_hours * 3_600_000,
         "within_workdays": e.within_business_days}
        for e in settings.expectations
    ]
    return {
        "place_thresholds": _table(
            places, place_kind=pa.string(), place=pa.string(),
            **{f"{field.rpartition('_')[0]}_ms": pa.int64() for field in _OF_PLACES}),
        "escalation_targets": _table(targets, target_kind=pa.string(), target=pa.string()),
        "expectations": _table(
            expectations, expectation=pa.string(), after_word=pa.string(),
            expected_word=pa.string(), within_ms=pa.int64(), within_business_ms=pa.int64(),
            within_workdays=pa.int32()),
    }
