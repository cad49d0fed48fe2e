"""Habits of customers: how, when and about what they get in touch.

Who gets which issue is dealt by habit; how many issues there are of each reason and channel is not,
nor what happens in them. So habits change no planted pain point, and no score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .shapes import lot
from .world import CHAT, EMAIL, REASONS, VOICE, WEB_FORM, Ints


@dataclass(frozen=True, slots=True)
class Habit:
    """One way to get in touch.

    ``share`` is that of persons. ``channels`` and ``families`` say which issues are like it,
    ``hours`` from which second of the day to which (None: any time), ``searches_first`` in which
    share of issues a look at the help pages comes first, ``visits`` how many visits that lead to
    nothing there are in 90 days.
    """

    name: str
    who: str
    share: float
    channels: tuple[int, ...]
    families: tuple[str, ...]
    hours: tuple[int, int] | None
    searches_first: float
    visits: float


_FAMILY: Final = np.array([r.family for r in REASONS])
_ANY: Final = tuple({r.family for r in REASONS})
_HOUR: Final = 3_600
#: Shares are near those of the issues that are like each habit. Calls of an evening habit on a
#: Saturday, when the lines close at four, come at any time.
HABITS: Final = (
    Habit("evening_caller", "work by day, and call after it about bills and contracts", 0.32,
          (VOICE,), ("billing", "contract"), (18 * _HOUR, 19 * _HOUR + 600), 0.1, 0.1),
    Habit("morning_caller", "work from home, and call in the morning about the line", 0.29,
          (VOICE,), ("technical",), (9 * _HOUR + 300, 12 * _HOUR - 600), 0.1, 0.1),
    Habit("writer", "write e-mails in the afternoon, most of them about deliveries", 0.26,
          (EMAIL,), _ANY, (12 * _HOUR + 600, 15 * _HOUR + 1_800), 0.1, 0.1),
    Habit("digital", "search the site first, then chat or send the form, at any time", 0.13,
          (CHAT, WEB_FORM), _ANY, None, 0.9, 6.0),
)
#: Share of a person's issues, and of their times, that follow the habit; the rest is as everyone's.
KEEP: Final = 0.9


def habit_of(ids: Ints) -> Ints:
    """Return the habit of each person, as a place in :data:`HABITS`."""
    shares = np.cumsum([h.share for h in HABITS])
    return np.searchsorted(shares, lot(ids, 61)).clip(max=len(HABITS) - 1)


def deal(habit: Ints, reason: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    """Return which issue each row gets, so that most are like the habit of their person.

    Parameters
    ----------
    habit
        Of the person of each row.
    reason, channel
        The issues to deal, as many as rows.
    """
    rows = len(habit)
    dealt = np.full(rows, -1)
    follows = rng.random(rows) < KEEP
    for i, one in enumerate(HABITS):
        like = np.isin(channel, one.channels) & np.isin(_FAMILY[reason], one.families)
        mine, fitting = (rng.permutation(np.flatnonzero(mask))
                         for mask in (follows & (habit == i), like))
        most = min(len(mine), len(fitting))
        dealt[mine[:most]] = fitting[:most]
    dealt[dealt < 0] = rng.permutation(np.setdiff1d(np.arange(rows), dealt))
    return dealt
