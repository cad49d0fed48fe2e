"""Daily counts as matrices, and the one comparison of all rules: a week and the weeks before it.

A night's week is its last seven whole days. Each day of it is held against the same weekdays of
the eight weeks before, so weekdays need no model. Public holidays and exceptions are in no
comparison, on either side. Every function here works on all nights at once: a matrix has one row
per subject and one column per night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

WEEK = 7
WEEKS_BEFORE = 8
#: With fewer weeks to compare with, nothing is said.
FEWEST_WEEKS = 4
_SUBJECT = ["measure", "dimension", "subject", "channel", "reason", "queue"]


@dataclass(frozen=True, slots=True)
class Days:
    """Counts of subjects on days.

    Attributes
    ----------
    subjects
        One row each: measure, dimension, subject, channel, reason, queue.
    first
        The day of the first column.
    n, total
        Per subject and day: how many; of scores, their sum in thousandths.
    is_open
        Per day: no holiday.
    nights
        Columns of the last days of the weeks that are judged.
    """

    subjects: pd.DataFrame
    first: np.datetime64
    n: Floats
    total: Floats
    is_open: Bools
    nights: Ints

    def of(self, chosen: Bools) -> Days:
        """Return some of the subjects."""
        return Days(self.subjects[chosen].reset_index(drop=True), self.first, self.n[chosen],
                    self.total[chosen], self.is_open, self.nights)

    def day(self, column: int) -> date:
        """Return the day of a column."""
        return pd.Timestamp(self.first + np.timedelta64(column, "D")).date()


def arrange(counts: pd.DataFrame, holidays: Sequence[date], last: Sequence[date]) -> Days:
    """Return daily counts as matrices; what happened on a holiday is left out.

    Parameters
    ----------
    counts
        Rows of ``monitored_days``.
    last
        The last days of the weeks that are judged.
    """
    ends = np.array(sorted(last), "datetime64[D]")
    days = counts["day"].to_numpy("datetime64[D]")
    first = ends[0] - np.timedelta64(WEEK * (WEEKS_BEFORE + 1) - 1, "D")
    width = int((ends[-1] - first).astype(int)) + 1
    column = (days - first).astype(int)
    inside = (column >= 0) & (column < width)
    keyed = counts[_SUBJECT].astype(object).fillna("")
    subjects = keyed.drop_duplicates().sort_values(_SUBJECT, ignore_index=True)
    rows = keyed.merge(subjects.assign(row=range(len(subjects))), on=_SUBJECT)["row"].to_numpy()
    matrices = []
    for name in ("n", "total"):
        matrix = np.zeros((len(subjects), width))
        matrix[rows[inside], column[inside]] = counts[name].to_numpy(float)[inside]
        matrices.append(matrix)
    is_open = ~np.isin(first + np.arange(width).astype("timedelta64[D]"),
                       np.array(list(holidays), "datetime64[D]"))
    n, total = (m * is_open for m in matrices)
    return Days(subjects, first, n, total, is_open, (ends - first).astype(np.int64))


def in_week(values: Floats, nights: Ints, weeks_ago: int = 0) -> Floats:
    """Return the sum over each night's week, or over the week so many weeks before it."""
    ends = nights + 1 - WEEK * weeks_ago
    until = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    found: Floats = until[:, ends] - until[:, ends - WEEK]
    return found


def weeks_before(values: Floats, nights: Ints) -> Floats:
    """Return the sums over each of the weeks before: subjects, nights, weeks."""
    return np.stack([in_week(values, nights, k) for k in range(1, WEEKS_BEFORE + 1)], axis=-1)


def before(values: Floats, weeks_ago: int) -> Floats:
    """Return for each day the value of the same weekday so many weeks before; none: 0."""
    shift = WEEK * weeks_ago
    moved = np.zeros_like(values)
    moved[:, shift:] = values[:, :-shift]
    return moved


def divided(above: Floats, below: Floats) -> Floats:
    """Divide where there is something to divide by; else the answer is empty."""
    found: Floats = np.divide(
        above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return found
