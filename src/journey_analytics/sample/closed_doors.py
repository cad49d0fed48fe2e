"""Chats that find the door closed, and the calls they lead to: forced switches.

Issues of their own, with dice of their own, beside those of :mod:`plan`: they cost no points, and
nothing else in the sample moves with them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .habits import HABITS
from .people import People
from .plan import BY_NUMBER, Plan, _contacts, _moment
from .world import CHAT, DAY, OUT_OF_HOURS, REASON, SWITCH, VOICE, Ints, World, to_local, to_utc

#: As a share of all customers; they are of the habit that chats.
SHARE = 0.03
#: Added to a chunk's number where ids are made: these issues count from 1 again.
IDS = 1_000
#: Days without any other contact of the person, before and after: no two issues meet.
_APART = 14
_CHATTY = next(i for i, habit in enumerate(HABITS) if CHAT in habit.channels)


def make_closed_doors(world: World, people: People, plan: Plan, rng: np.random.Generator) -> Plan:
    """Draw who wants to chat in the evening about a payment and has to call on the next open day.

    Parameters
    ----------
    plan
        The other issues of the same persons.
    """
    person = rng.permutation(np.flatnonzero(people.habit == _CHATTY))
    day = world.first_day + rng.integers(2, max(3, world.days - 10), len(person))
    voice, none = np.full(len(day), VOICE), np.full(len(day), -1)
    called = _moment(world, day, voice, none, rng)
    evening = (to_local(called) // DAY - 1) * DAY + rng.integers(73_800, 80_000, len(day))
    kept = np.flatnonzero(_is_alone(plan, person, called))[: round(SHARE * len(people.ids))]
    person, called, chatted = person[kept], called[kept], to_utc(evening[kept])

    n = len(kept)
    journeys = pd.DataFrame({
        "person": person, "reason": REASON["payment"], "extra": False, "hit": -1,
        "is_known": True, "background_forced_switch": True, "started_at": chatted})
    rows = np.arange(n)
    contacts = pd.concat([
        _contacts(journeys, rows, chatted, np.full(n, CHAT), OUT_OF_HOURS),
        _contacts(journeys, rows, called, np.full(n, VOICE), SWITCH),
    ], ignore_index=True)
    contacts["wait"] = rng.integers(5, 55, 2 * n)
    contacts["hold"], contacts["transfer"], contacts["named"] = 0, False, BY_NUMBER
    contacts = contacts.sort_values(["journey", "t"], kind="stable", ignore_index=True)
    return Plan(journeys, contacts)


def _is_alone(plan: Plan, person: Ints, t: Ints) -> np.ndarray:
    """Return whether a person has no other contact around a time."""
    far = 2 * int(max(plan.contacts["t"].max(), t.max(initial=0)))
    others = np.sort((plan.contacts["person"] * far + plan.contacts["t"]).to_numpy())
    at = person * far + t
    first, last = (np.searchsorted(others, at + sign * _APART * DAY) for sign in (-1, 1))
    return np.asarray(first == last)
