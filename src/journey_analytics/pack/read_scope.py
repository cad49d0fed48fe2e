"""The scope of a pack in words."""

from __future__ import annotations

from ..settings_packs import FILTERS, PackScope
from . import words
from .claims import Number
from .model import Filter, Period, Scope

_NAMES = {"reason": words.reason_name, "family": words.reason_name, "stage": words.stage_name,
          "entry_channel": words.channel_name}


def read_scope(scope: PackScope, version: int | None) -> Scope:
    """Return what a pack is about, in words.

    Parameters
    ----------
    version
        Number of the issue; None: a draft.
    """
    filters = tuple(
        Filter(name.replace("_", " "), _NAMES.get(name, words.clean)(getattr(scope, name)))
        for name in FILTERS if getattr(scope, name) is not None)
    own = Period(scope.since, scope.until) if scope.since or scope.until else None
    before = Period(scope.compare_since, scope.compare_until) if scope.compares else None
    return Scope(
        scope.name, words.clean(scope.question, words.LONGEST_QUESTION), filters, own, before,
        scope.workshop, words.clean(scope.facilitator), scope.length == "brief",
        None if version is None else Number(version, "count", "issue", scope.name, "version"))
