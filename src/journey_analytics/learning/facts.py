"""Journeys, what hit them and their contacts, as arrays by reason.

Order is by reason, person and journey, so results do not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from .regression import MIN_HIT, Bools, Floats, Ints
from .resampling import mixed

#: A place in a journey is contact number x this + milliseconds since the contact began.
CONTACT = 2**33
_NEVER = 2**62


@dataclass(frozen=True, slots=True)
class Windows:
    """Spans in milliseconds: for another contact, for a resolution; and the end of the data."""

    repeat_ms: float
    resolution_ms: float
    as_of_ms: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One pain point: the journeys it hit (rows of its reason), where in each, what each lost."""

    name: str
    kind: str
    parent: str
    is_within_parent: bool
    rows: Ints
    places: Ints
    losses: Floats


@dataclass(frozen=True, slots=True)
class Reason:
    """The journeys of one reason, and its pain points.

    Attributes
    ----------
    persons
        Keys of its persons, ascending; ``person`` says whose each journey is.
    fixed
        What is held fixed in every comparison: a constant, entry channels, first queues, months.
    kinds, first
        Kinds of moments that occur, and for each journey and kind the first place; a large number
        where it has none.
    score, ended_ms
        Empty: not scored. Infinite: still open.
    contact_at, next_at, handled_ms, first_contact, contacts
        Start of each contact and of the next one of the family, milliseconds, and how long it was
        handled; where a journey's contacts begin, and how many they are.
    luck
        A number from 0 to 1 by journey, from its key alone.
    weights
        How many journeys each scored one stands for; None: as many as any other.
    """

    persons: Ints
    person: Ints
    fixed: Floats
    entry_channel: Ints
    entry_channels: tuple[str, ...]
    entry_queue: Ints
    month: Ints
    months: tuple[str, ...]
    kinds: tuple[str, ...]
    first: Ints
    score: Floats
    ended_ms: Floats
    contact_at: Floats
    next_at: Floats
    handled_ms: Floats
    first_contact: Ints
    contacts: Ints
    luck: Floats
    windows: Windows
    cells: tuple[Cell, ...]
    weights: Floats | None = None

    @property
    def journeys(self) -> int:
        """Return how many journeys there are."""
        return len(self.person)

    @property
    def met(self) -> Bools:
        """Return by journey and kind whether it was met."""
        return self.first < _NEVER

    def following(self, rows: Ints, after: Floats, until: Floats) -> tuple[Floats, Floats]:
        """Return contacts of each journey in a span of time, and the minutes spent on them."""
        starts, *times = (t.astype(np.int64) for t in (self.contact_at, after, until))
        first = starts.min(initial=2**62)
        span = max(starts.max(initial=0), times[1].max(initial=0)) - first + 1
        keys = np.repeat(np.arange(self.journeys), self.contacts) * span + (starts - first)
        ends = [np.searchsorted(keys, rows * span + (at - first), side="right") for at in times]
        handled = np.concatenate([[0.0], np.cumsum(self.handled_ms)]) / 60_000
        return (ends[1] - ends[0]).astype(np.float64), handled[ends[1]] - handled[ends[0]]

    def compared(self, cell: Cell, rows: Ints) -> tuple[Ints, Bools, Ints]:
        """Return the rows that are compared, which the cell hit, and the place each is judged at.

        A journey that was not hit is judged where one that was could have been: at a place drawn
        from those of the journeys hit. So "before it" means the same on both sides. One that met
        the same kind elsewhere in that very contact is neither with nor without it.
        """
        hit = np.zeros(self.journeys, bool)
        hit[cell.rows] = True
        at = np.empty(self.journeys, np.int64)
        at[cell.rows] = cell.places
        drawn = np.sort(at[cell.rows[np.isin(cell.rows, rows)]])
        hit, at = hit[rows], at[rows]
        if len(drawn):
            others = ~hit
            at[others] = drawn[(self.luck[rows[others]] * len(drawn)).astype(np.int64)]
        same_kind = self.first[rows, self.kinds.index(cell.kind)] // CONTACT == at // CONTACT
        kept = hit | ~same_kind
        return rows[kept], hit[kept], at[kept]

    def controls(self, cell: Cell, rows: Ints, places: Ints) -> Floats:
        """Return what is held fixed: the fixed part, and for each kind whether it came before.

        What came before may do more harm in one queue than in another: it is held fixed apart for
        the queue that the pain point mostly enters by, where enough journeys tell. A part of
        another kind is compared with journeys that have the whole: there the parent may happen at
        the same place.
        """
        before = self.first[rows] < places[:, None]
        if cell.parent in self.kinds:
            parent = self.kinds.index(cell.parent)
            before[:, parent] = self.first[rows, parent] <= places
        varies = before.any(axis=0) & ~before.all(axis=0)
        usual = np.bincount(self.entry_queue[cell.rows]).argmax()
        here = before & (self.entry_queue[rows] == usual)[:, None]
        apart = np.minimum(here.sum(axis=0), (before & ~here).sum(axis=0)) >= MIN_HIT
        return np.hstack([self.fixed[rows], before[:, varies].astype(np.float64),
                          here[:, apart].astype(np.float64)])


def reasons(facts: pa.Table) -> Iterator[Reason]:
    """Yield the reasons that have pain points, in the order of their names.

    Parameters
    ----------
    facts
        ``pain_point_facts``: rows that are journeys, hits or contacts.
    """
    columns = {n: _dense(facts.column(n)) for n in facts.column_names}
    frame = pd.DataFrame(columns, copy=False)
    frame = frame.sort_values(["reason", "person_key", "journey_key"], ignore_index=True)
    for _, part in frame.groupby("reason", observed=True, sort=True):
        hits = part[part["fact"] == "hit"]
        if len(hits):
            yield _reason(part[part["fact"] == "journey"], hits, part[part["fact"] == "contact"])


def _dense(column: pa.ChunkedArray) -> pd.Series:
    """Return a column as pandas holds it best: words as categories in alphabetic order."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return pd.Series(column.to_pandas())
    words = column.combine_chunks().dictionary_encode().to_pandas().astype("category")
    ordered: pd.Series = words.cat.reorder_categories(sorted(words.cat.categories))
    return ordered


def _reason(journeys: pd.DataFrame, hits: pd.DataFrame, contacts: pd.DataFrame) -> Reason:
    keys = journeys["journey_key"].to_numpy(np.int64)
    persons, person = np.unique(journeys["person_key"].to_numpy(np.int64), return_inverse=True)
    channel, channels = pd.factorize(journeys["entry_channel"].astype("str"), sort=True)
    month, months = pd.factorize(journeys["month"], sort=True)
    queue, _ = pd.factorize(journeys["entry_queue"].astype("str"), sort=True)
    row_of = pd.Series(np.arange(len(keys)), index=keys)
    hits = hits[hits["journey_key"].isin(keys)]
    rows = row_of.loc[hits["journey_key"].to_numpy(np.int64)].to_numpy(np.int64)
    places = hits["place"].to_numpy(np.int64)
    kind, kinds = pd.factorize(hits["kind"].astype("str"), sort=True)
    first = np.full((len(keys), len(kinds)), _NEVER, np.int64)
    np.minimum.at(first, (rows, kind), places)
    contacts = contacts[contacts["journey_key"].isin(keys)].sort_values(
        ["person_key", "journey_key", "at_ms", "next_ms"])
    of_journey = row_of.loc[contacts["journey_key"].to_numpy(np.int64)].to_numpy(np.int64)
    counts = np.bincount(of_journey, minlength=len(keys))
    hits = hits.assign(row=rows)
    cells = tuple(
        Cell(str(name), str(part["kind"].iloc[0]), str(part["parent_kind"].iloc[0]),
             bool(part["is_within_parent"].iloc[0]), part["row"].to_numpy(np.int64),
             part["place"].to_numpy(np.int64), part["loss_ms"].to_numpy(np.float64))
        for name, part in hits[hits["is_candidate"].astype(bool)].groupby(
            "pain_point", observed=True, sort=True))
    return Reason(
        persons, person, np.hstack([
            np.ones((len(keys), 1)), *(dummies(codes) for codes in (channel, queue, month))]),
        channel, tuple(channels), queue, month,
        tuple(f"{(m - 1) // 12:04d}-{(m - 1) % 12 + 1:02d}" for m in months.astype(int)),
        tuple(kinds), first,
        journeys["score"].to_numpy(np.float64), _or_never(journeys["at_ms"]),
        contacts["at_ms"].to_numpy(np.float64), _or_never(contacts["next_ms"]),
        contacts["handled_ms"].fillna(0).to_numpy(np.float64),
        np.cumsum(counts) - counts, counts, mixed(keys.astype(np.uint64)) / 2.0**64,
        Windows(*(float(journeys[n].max()) for n in ("repeat_ms", "resolution_ms", "as_of_ms"))),
        cells)


def dummies(codes: Ints) -> Floats:
    """Return an indicator column for each code but the most frequent and the very rare."""
    counts = np.bincount(codes)
    kept = np.flatnonzero(counts >= MIN_HIT)
    chosen: Floats = np.equal.outer(codes, kept[kept != counts.argmax()]).astype(np.float64)
    return chosen


def _or_never(column: pd.Series) -> Floats:
    values: Floats = column.to_numpy(np.float64)
    return np.where(np.isnan(values), np.inf, values)
