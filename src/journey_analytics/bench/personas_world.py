"""Persons with and without planted personas, as the rows that the solver reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ..learning.regression import Floats, Ints

#: planted: four habits, persons keep to theirs. same: everyone draws from one habit. gradient:
#: everyone has a habit of their own, and there are no groups among them.
SCENARIOS = ("planted", "same", "gradient")
CHANNELS = ("voice", "chat", "email", "web_form")
FAMILIES = ("billing", "delivery", "technical", "account", "contract")
HOURS = ("morning", "afternoon", "evening", "night")
PERSONAS = 4
#: How persons spread over the planted personas.
_SIZES = (0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class World:
    """First contacts of issues, and which persona was planted in each person."""

    issues: pa.Table
    person_keys: Ints
    planted: Ints


def make_world(scenario: str, seed: int, persons: int, separation: float = 0.7) -> World:
    """Draw persons with two to about twelve issues each.

    Parameters
    ----------
    separation
        Share of a planted person's issues that follow the persona's habit; the rest is drawn as
        everyone's. Channel, reason family and time of day are drawn apart from each other.
    """
    dice = np.random.default_rng([seed, SCENARIOS.index(scenario)])
    planted = dice.choice(PERSONAS, persons, p=_SIZES)
    count = 2 + dice.poisson(4, persons)
    person = np.repeat(np.arange(persons), count)
    drawn = {name: _draw(dice, scenario, separation, planted, person, len(words), shift)
             for name, words, shift in
             (("channel", CHANNELS, 0), ("family", FAMILIES, 1), ("hours", HOURS, 2))}
    tenure = dice.integers(30, 400, persons)
    visits = dice.poisson(2 + 4 * (planted % 2) * (scenario == "planted"))
    keys = np.sort(dice.choice(10**9, persons, replace=False)).astype(np.int64)
    issues = pa.table({
        "person_key": keys[person], "journey_key": np.arange(len(person), dtype=np.int64),
        "entry_channel": np.array(CHANNELS)[drawn["channel"]],
        "reason_family": np.array(FAMILIES)[drawn["family"]],
        "hours": np.array(HOURS)[drawn["hours"]],
        "is_weekend": dice.random(len(person)) < 0.15,
        "visits": visits[person], "tenure_days": tenure[person],
    })
    return World(issues, keys, planted)


def _draw(
    dice: np.random.Generator, scenario: str, separation: float, planted: Ints, person: Ints,
    words: int, shift: int,
) -> Ints:
    """Return one word for each issue, from the habit of its person."""
    common: Floats = dice.dirichlet(np.full(words, 3.0))
    persons = len(planted)
    if scenario == "gradient":
        shares: Floats = dice.dirichlet(common * 4, persons)
    else:
        own = np.eye(words)[(planted + shift) % words]
        keep = separation if scenario == "planted" else 0.0
        shares = keep * own + (1 - keep) * common
    place = dice.random(len(person))[:, None]
    drawn: Ints = (place > np.cumsum(shares, axis=1)[person]).sum(axis=1).clip(max=words - 1)
    return drawn
