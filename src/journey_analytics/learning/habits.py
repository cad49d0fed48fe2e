"""Habits of persons: how they get in touch, about what and when; never how it went.

Features come from the first contact of each issue and from visits that led to none. What came
later in a journey (a repeat, a switch, a wait) is no habit, and never enters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_array

from .regression import Floats, Ints

#: An issue's words, by the feature they are a share of.
WORDS = {"channel": "entry_channel", "reason family": "reason_family", "time of day": "hours"}
#: As much weight as so many issues is given to what everyone does.
_PRIOR_ISSUES = 1.0
#: How much each group of features weighs; the others weigh 1. How long and how often somebody has
#: been a customer says less of habits than how, when and about what they get in touch.
_WEIGHTS = {"relationship": 0.5}
#: A spread below this is no difference: a tenth of the issues; for times and rates, a doubling.
_LEAST_SPREAD = 0.1
_LEAST_SPREADS = {"relationship": float(np.log(2))}
#: No value counts for more than so many spreads from the middle.
_CLIP = 3.0
_MONTH_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Habits:
    """Persons and their issues.

    Attributes
    ----------
    persons
        Keys, ascending.
    issues
        How many each has.
    of_person
        Whose each issue is; issues in order of person and journey.
    marks
        Issues x words: 1 where an issue has the word.
    feature, value
        What each word is a share of, and the word.
    visits, tenure_days
        By person: visits that led to no contact, days since first seen.
    """

    persons: Ints
    issues: Floats
    of_person: Ints
    marks: csr_array
    feature: tuple[str, ...]
    value: tuple[str, ...]
    visits: Floats
    tenure_days: Floats

    def only(self, places: Ints) -> Habits:
        """Return the habits of the persons at some places."""
        number = np.full(len(self.persons), -1)
        number[places] = np.arange(len(places))
        owner = number[self.of_person]
        kept = owner >= 0
        return Habits(self.persons[places], self.issues[places], owner[kept], self.marks[kept],
                      self.feature, self.value, self.visits[places], self.tenure_days[places])

    def shares(self, order: Ints | None = None) -> Floats:
        """Return persons x words: the share of a person's issues that has the word.

        Parameters
        ----------
        order
            Issues dealt out anew: which issue stands at each place.
        """
        marks = self.marks if order is None else self.marks[order]
        return self._by_person(marks) / self.issues[:, None]

    def _by_person(self, marks: csr_array) -> Floats:
        ones = np.ones(len(self.of_person))
        owner = csr_array((ones, (self.of_person, np.arange(len(ones)))),
                          shape=(len(self.persons), len(ones)))
        summed: Floats = (owner @ marks).toarray()
        return summed

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the group of features that each scaled column belongs to."""
        own = ["hours" if f in ("time of day", "weekend") else f for f in self.feature]
        return (*own, "self-service", "relationship", "relationship")

    def numbers(self) -> dict[str, Floats]:
        """Return the features that are no share of issues."""
        return {
            "self-service share": self.visits / (self.visits + self.issues),
            "tenure days": self.tenure_days,
            "issues per month": self.issues / np.maximum(self.tenure_days / _MONTH_DAYS, 1),
        }

    def scaled(self, dice: np.random.Generator | None = None) -> Floats:
        """Return persons x columns in which distances mean something.

        Shares are drawn toward everyone's, as few issues tell little; each group of features,
        however many columns it has, has the weight it is given; values far out are cut off.

        Parameters
        ----------
        dice
            Where given, issues are dealt out anew among the persons, each keeping how many it
            has, and visits likewise: what the data would be if nobody had habits.
        """
        order = None if dice is None else dice.permutation(len(self.of_person))
        shares, weight = self.shares(order), self.issues / (self.issues + _PRIOR_ISSUES)
        shares = weight[:, None] * (shares - shares.mean(axis=0))
        numbers = self.numbers()
        if dice is not None:
            numbers["self-service share"] = dice.permutation(numbers["self-service share"])
        numbers["tenure days"] = np.log1p(numbers["tenure days"])
        numbers["issues per month"] = np.log(numbers["issues per month"])
        columns = np.column_stack([shares, *numbers.values()])
        blocks = [_robust(columns[:, [g == name for g in self.groups]],
                          _LEAST_SPREADS.get(name, _LEAST_SPREAD))
                  * np.sqrt(_WEIGHTS.get(name, 1)) for name in dict.fromkeys(self.groups)]
        scaled: Floats = np.hstack(blocks).round(9)
        return scaled


def habits(issues: pa.Table) -> Habits:
    """Return the habits of all persons in a table of issues, whatever the order of its rows."""
    frame = issues.to_pandas().sort_values(["person_key", "journey_key"], ignore_index=True)
    persons, of_person = np.unique(frame["person_key"].to_numpy(np.int64), return_inverse=True)
    names: list[tuple[str, str]] = []
    columns: list[npt.NDArray[np.bool_]] = []
    for feature, column in WORDS.items():
        words = frame[column].astype("str")
        for word in sorted(words.unique()):
            names.append((feature, word))
            columns.append((words == word).to_numpy())
    names.append(("weekend", "weekend"))
    columns.append(frame["is_weekend"].to_numpy(bool))
    first = np.searchsorted(of_person, np.arange(len(persons)))
    return Habits(
        persons, np.bincount(of_person, minlength=len(persons)).astype(np.float64), of_person,
        csr_array(np.column_stack(columns).astype(np.float64)),
        tuple(f for f, _ in names), tuple(v for _, v in names),
        frame["visits"].to_numpy(np.float64)[first],
        frame["tenure_days"].to_numpy(np.float64)[first])


def _robust(block: Floats, least: float) -> Floats:
    """Return a feature's columns around their medians, with a spread of one in all.

    The spread is the larger of the standard deviation and that of the middle half: where most
    values are alike, the middle half has none.
    """
    middle = block - np.median(block, axis=0)
    low, high = np.quantile(block, [0.25, 0.75], axis=0)
    spread = np.maximum(block.std(axis=0), (high - low) / 1.349)
    total = max(float(np.sqrt((spread**2).sum())), least)
    scaled: Floats = np.clip(middle / total, -_CLIP, _CLIP)
    return scaled
