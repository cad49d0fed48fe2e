"""What is different from the last issue of a pack, or from another period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import words
from .asking import Row
from .claims import Number
from .model import Changes, Delta, PointChange

#: Pain points of this rank or better, then or now, are told of.
TOLD = 10
SIZES = (("active_persons", "persons"), ("journeys", "journeys"), ("contacts", "contacts"),
         ("journeys_answered", "journeys with a survey answer"))
#: What of a pain point is remembered with an issue.
REMEMBERED = (
    "pain_point", "rank", "rank_low", "rank_high", "kind", "reason", "channel", "queue",
    "persons_hit", "active_persons", "frequency", "frequency_low", "frequency_high",
    "hit_scored", "difference", "difference_low", "difference_high", "burden")


def read_changes(
    before: tuple[Row, Sequence[Row]], now: tuple[Row, Sequence[Row]], kinds: Mapping[str, Row],
    version: Number | None = None,
) -> Changes:
    """Return what differs between two times.

    A pain point has moved where its frequency or its score difference now lies outside the 95 %
    interval it had then.

    Parameters
    ----------
    before, now
        Sizes (``totals``) and ranked pain points of either time.
    kinds
        Kinds of moments by their short name.
    """
    then = {str(r["pain_point"]): r for r in before[1]}
    here = {str(r["pain_point"]): r for r in now[1]}
    changes = []
    for name in dict.fromkeys([*here, *then]):
        row, old = here.get(name), then.get(name)
        if min(r["rank"] for r in (row, old) if r is not None) > TOLD:
            continue
        deltas = _moved(old, row) if row is not None and old is not None else ()
        what = "came" if old is None else "went" if row is None else "moved" if deltas else ""
        told = row if row is not None else old
        if what and told is not None:
            changes.append(PointChange(
                None if row is None else row["rank"], str(kinds[str(told["kind"])]["title"]),
                words.place_of(told.values), what, deltas))
    told_of = sum(r["rank"] <= TOLD for r in here.values())
    same = told_of - sum(c.rank is not None and c.rank <= TOLD for c in changes)
    return Changes(
        version,
        tuple(Delta(name, before[0].number(column), now[0].number(column))
              for column, name in SIZES if before[0][column] != now[0][column]),
        tuple(changes), Number(
            same, "count", "changes", "since_issue" if version else "compared", "same"))


def has_moved(old: Row, row: Row) -> bool:
    """Tell whether a pain point lies outside the intervals it had then."""
    return bool(_moved(old, row))


def _moved(old: Row, row: Row) -> tuple[Delta, ...]:
    found = []
    for column, form, n, name in (
        ("frequency", "percent", "active_persons", "share of persons hit"),
        ("difference", "signed_points", "hit_scored", "score difference"),
    ):
        low, high = old[f"{column}_low"], old[f"{column}_high"]
        if None in (low, high, row[column]) or low <= row[column] <= high:
            continue
        found.append(Delta(name, old.number(column, form, n=old[n], interval=True),
                           row.number(column, form, n=row[n], interval=True)))
    return tuple(found)
