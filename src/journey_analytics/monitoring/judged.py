"""What a rule says of each subject in each night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .days import Bools, Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule's answers: a row per subject, a column per night.

    Attributes
    ----------
    value, expected, low, high
        What the week showed, and what was expected with its 95 % interval.
    n, n_before
        Rows of the week, and of the weeks before.
    p
        Chance of as much or more if nothing had changed; empty for a rule without a test.
    asked
        Whether there is enough to judge.
    is_on
        Of a rule without a test: whether it is on.
    """

    rule: str
    subjects: pd.DataFrame
    value: Floats
    expected: Floats
    low: Floats
    high: Floats
    n: Floats
    n_before: Floats
    p: Floats
    asked: Bools
    is_on: Bools | None = None

    def rows(self) -> pd.DataFrame:
        """Return what could be judged as rows; ``night`` is the column."""
        subject, night = np.nonzero(self.asked)
        found = self.subjects.iloc[subject].reset_index(drop=True)
        numbers = {name: getattr(self, name)[subject, night] for name in (
            "value", "expected", "low", "high", "n", "n_before")}
        is_on = np.zeros(len(found), bool) if self.is_on is None else self.is_on[subject, night]
        return found.assign(rule=self.rule, night=night, **numbers,
                            p_value=self.p[subject, night], is_on=is_on)
