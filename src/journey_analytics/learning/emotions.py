"""The mood behind scores that nobody gave, where a model tells it; and means with intervals.

A ridge regression from what had happened in a journey to the measured mood. It is offered only if,
on persons it had not seen, it errs less than the mean does by more than twice the standard error of
the difference. Rows are sorted first and results rounded, so that they depend on the rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.stats import t as student
from sklearn.linear_model import RidgeCV

from .resampling import mixed

Floats = npt.NDArray[np.float64]
#: With fewer persons nothing is tried.
MIN_PERSONS = 100
#: A channel or reason with fewer scores has no effect of its own.
_MIN_LEVEL = 30
_FOLDS = 10
_PENALTIES = (1.0, 10.0, 100.0, 1000.0)
#: The model has to win by more than so many standard errors.
_MARGIN = 2.0
_WORDS = ("channel", "reason", "entry_channel")
_NOT_FEATURES = {"touchpoint_key", "person_key", "instrument", "value_thousandths", "is_offered",
                 *_WORDS}
_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class _Design:
    """How facts become columns: amounts as they are, frequent words as indicators."""

    amounts: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    centre: Floats
    scale: Floats

    @classmethod
    def of(cls, facts: pd.DataFrame) -> _Design:
        """Return the design that facts with scores allow."""
        amounts = tuple(sorted(set(facts.columns) - _NOT_FEATURES))
        levels = tuple(
            (name, str(word)) for name in _WORDS
            for word, n in sorted(facts[name].value_counts().items()) if n >= _MIN_LEVEL)
        raw = cls(amounts, levels, np.zeros(0), np.ones(0))._raw(facts)
        scale = raw.std(axis=0)
        return cls(amounts, levels, raw.mean(axis=0), np.where(scale > 0, scale, 1.0))

    def columns(self, facts: pd.DataFrame) -> Floats:
        """Return facts as standardised columns."""
        standard: Floats = (self._raw(facts) - self.centre) / self.scale
        return standard

    def _raw(self, facts: pd.DataFrame) -> Floats:
        columns = [facts[name].to_numpy(np.float64) for name in self.amounts]
        columns += [(facts[name] == word).to_numpy(np.float64) for name, word in self.levels]
        return np.column_stack(columns)


class _Model:
    """Ridge regression; the penalty is chosen by leaving out each row in turn."""

    def __init__(self, facts: pd.DataFrame) -> None:
        self._design = _Design.of(facts)
        self._ridge = RidgeCV(alphas=_PENALTIES).fit(
            self._design.columns(facts), facts["value_thousandths"].to_numpy(np.float64))

    def estimate(self, facts: pd.DataFrame) -> Floats:
        """Return the mood it expects, in thousandths within the scale."""
        found: Floats = np.clip(self._ridge.predict(self._design.columns(facts)), -2000, 2000)
        return found


def emotion_trials(facts: pa.Table) -> pa.Table:
    """Return for each instrument whether its model beats the mean.

    Parameters
    ----------
    facts
        Contacts with a score, one row per instrument.

    Returns
    -------
    pyarrow.Table
        One row per instrument: scores, persons, errors on the scale -2 to +2, and the verdict.
    """
    rows = [_trial(str(name), part) for name, part in _sorted(facts).groupby("instrument")]
    numbers = ("error_of_mean", "error_of_model", "gain", "gain_error")
    return pa.table({
        "instrument": pa.array([r["instrument"] for r in rows], pa.string()),
        **{n: pa.array([r[n] for r in rows], pa.int64()) for n in ("scored", "persons")},
        **{n: pa.array([r.get(n) for r in rows], pa.float64()) for n in numbers},
        "is_offered": pa.array([r["is_offered"] for r in rows], pa.bool_()),
        "why": pa.array([r["why"] for r in rows], pa.string()),
    })


def _trial(instrument: str, facts: pd.DataFrame) -> dict[str, object]:
    persons, person = np.unique(facts["person_key"].to_numpy(np.int64), return_inverse=True)
    found: dict[str, object] = {"instrument": instrument, "scored": len(facts),
                                "persons": len(persons)}
    score = facts["value_thousandths"].to_numpy(np.float64)
    if len(persons) < MIN_PERSONS:
        return {**found, "is_offered": False, "why": f"fewer than {MIN_PERSONS} persons scored"}
    fold = (mixed(persons.astype(np.uint64)) % np.uint64(_FOLDS))[person]
    of_mean, of_model = np.empty(len(score)), np.empty(len(score))
    for number in np.unique(fold):
        unseen = fold == number
        of_mean[unseen] = score[~unseen].mean() - score[unseen]
        of_model[unseen] = _Model(facts[~unseen]).estimate(facts[unseen]) - score[unseen]
    saved: Floats = (of_mean**2 - of_model**2) / 1e6
    gain, error = _mean_by_cluster(np.bincount(person, saved), np.bincount(person))
    is_offered = bool(gain > _MARGIN * error)
    return {
        **found, "gain": round(gain, 6), "gain_error": round(error, 6), "is_offered": is_offered,
        "error_of_mean": round(float(np.sqrt((of_mean**2).mean())) / 1000, 6),
        "error_of_model": round(float(np.sqrt((of_model**2).mean())) / 1000, 6),
        "why": "it errs less than the mean by more than twice the standard error" if is_offered
        else "it does not err less than the mean by more than twice the standard error",
    }


def _mean_by_cluster(totals: npt.NDArray[Any], counts: npt.NDArray[Any]) -> tuple[float, float]:
    """Return a mean over rows and its standard error, rows of a cluster taken together."""
    clusters, rows = len(counts), int(counts.sum())
    mean = float(totals.sum()) / rows
    squares = float(((totals - mean * counts) ** 2).sum())
    return mean, float(np.sqrt(squares * clusters / (clusters - 1))) / rows


def emotion_estimates(facts: pa.Table) -> pa.Table:
    """Return what offered models estimate for contacts that their instrument did not score.

    Parameters
    ----------
    facts
        Contacts, one row per instrument that scored them (``is_offered``: by a model that is).
    """
    frame = _sorted(facts)
    keys, names, values = [], [], []
    offered = frame["is_offered"].fillna(False).astype(bool)
    for name, scored in frame[offered].groupby("instrument"):
        model = _Model(scored)
        others = frame[~frame["touchpoint_key"].isin(scored["touchpoint_key"])]
        others = others.drop_duplicates("touchpoint_key")
        for start in range(0, len(others), _CHUNK):
            part = others.iloc[start:start + _CHUNK]
            keys.append(part["touchpoint_key"].to_numpy(np.int64))
            values.append(np.round(model.estimate(part)).astype(np.int64))
            names += [str(name)] * len(part)
    return pa.table({
        "touchpoint_key": pa.array(np.concatenate(keys) if keys else [], pa.int64()),
        "instrument": pa.array(names, pa.string()),
        "value_thousandths": pa.array(np.concatenate(values) if values else [], pa.int64()),
    })


def emotion_cells(sums: pa.Table) -> pa.Table:
    """Return mean moods with 95 % intervals, persons as clusters.

    Parameters
    ----------
    sums
        Per cell: ``touchpoints``, ``persons``, ``total`` in thousandths, and ``squares``: the
        squared differences of persons' totals from what the mean makes of their touchpoints.
    """
    n, persons, total, squares = (
        sums.column(c).to_numpy().astype(np.float64)
        for c in ("touchpoints", "persons", "total", "squares"))
    mean = total / n
    error = np.sqrt(squares * persons / (persons - 1)) / n
    half = student.ppf(0.975, persons - 1) * error
    half[squares == 0] = np.nan  # all alike: how far that may be chance is not known
    words = ("stage", "step", "kind", "instrument")
    return pa.table({
        **{w: sums.column(w) for w in words},
        "mean": np.round(mean / 1000, 6),
        "mean_low": _numbers(np.maximum(mean - half, -2000) / 1000),
        "mean_high": _numbers(np.minimum(mean + half, 2000) / 1000),
        "touchpoints": sums.column("touchpoints"), "persons": sums.column("persons"),
    })


def _numbers(values: Floats) -> pa.Array:
    return pa.array(np.round(values, 6), pa.float64(), from_pandas=True)


def _sorted(facts: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = facts.to_pandas()
    return frame.sort_values(["person_key", "touchpoint_key", "instrument"], ignore_index=True)
