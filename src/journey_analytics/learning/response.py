"""Who answers: each journey's chance of a score, from what is known of every journey.

Calibration (Kott and Chang, J. Am. Stat. Assoc. 105, 2010): the chance is logistic, and such that
the answering, each weighted by one over it, have the traits of all. It may depend on the score
itself too; then the weighted must also have the score that is foretold of all.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgWarning, solve
from scipy.sparse import csr_array
from scipy.special import expit
from scipy.stats import rankdata

from .regression import Bools, Floats, Ints

#: Fewer answers tell nothing about who answers.
MIN_ANSWERS = 100
#: Weights above this quantile of theirs are cut down to it.
_TRUNCATED = 0.99
#: Keeps the chances of rare traits near the others' (a ridge).
_PENALTY = 1.0
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Response:
    """Weights of the answering (0: did not answer), and how answering depends on the score.

    Attributes
    ----------
    slope, slope_error
        Log odds to answer by standard deviation of the score's rank, with its standard error;
        empty where the score was not asked about.
    """

    weights: Floats
    slope: float
    slope_error: float

    @property
    def depends_on_score(self) -> bool:
        """Return whether the slope is told from none, at 5 %."""
        return bool(abs(self.slope) > 1.96 * self.slope_error)


def reached(codes: Iterable[Ints], met: Bools, answered: Bools) -> Bools:
    """Return the journeys that answers speak of: all they show is shown by some that answered.

    Parameters
    ----------
    codes
        What each journey is, one number a trait.
    met
        Journeys x kinds of moments.
    """
    silent_kinds = ~met[answered].any(axis=0)
    found: Bools = np.logical_not(np.any(met[:, silent_kinds], axis=1))
    for trait in codes:
        found &= np.isin(trait, trait[answered])
    return found


def response(
    traits: csr_array, score: Floats, foretells: csr_array | None = None
) -> Response | None:
    """Return weights under which the answering stand for all.

    Parameters
    ----------
    traits
        Journeys x what may move the chance to answer; the first column is the constant.
    score
        Empty: did not answer.
    foretells
        What tells the score of a journey, answered or not, besides the traits, and moves the
        chance to answer by nothing but the score. Left out: the chance depends on traits alone.

    Returns
    -------
    Response or None
        None where too few answer, or too few do not, or no such weights are found.
    """
    answered = ~np.isnan(score)
    if min(answered.sum(), (~answered).sum()) < MIN_ANSWERS:
        return None
    own = np.zeros((len(score), 0))
    foretold = own
    if foretells is not None:
        ranks = rankdata(score[answered]) / answered.sum() - 0.5
        own = np.zeros((len(score), 1))
        own[answered, 0] = ranks * 12**0.5
        foretold = _foretold(traits, foretells, score, answered)[:, None]
    found = _calibrate(traits, answered, own, foretold)
    if found is None:
        return None
    chance, slope, error = found
    weights = np.where(answered, 1 / chance, 0.0)
    cut = np.quantile(weights[answered], _TRUNCATED)
    return Response(np.minimum(weights, cut), slope, error)


def _foretold(traits: csr_array, foretells: csr_array, score: Floats, answered: Bools) -> Floats:
    """Return the score that is expected of each journey (ridge regression), standardised."""
    told = csr_array(foretells[answered])
    known = csr_array(traits[answered])
    gram = np.block([[_dense(known.T @ known), _dense(known.T @ told)],
                     [_dense(told.T @ known), _dense(told.T @ told)]])
    values = score[answered]
    centre, spread = values.mean(), values.std() or 1.0
    sides = np.concatenate([known.T @ (values - centre), told.T @ (values - centre)])
    found = solve(gram + _PENALTY * np.eye(len(gram)), sides, assume_a="pos")
    expected: Floats = (traits @ found[: traits.shape[1]] + foretells @ found[traits.shape[1]:])
    return expected / spread


def _calibrate(
    traits: csr_array, answered: Bools, own: Floats, foretold: Floats
) -> tuple[Floats, float, float] | None:
    """Solve the calibration equations by Newton's method: chances, slope and its error."""
    size = traits.shape[1] + own.shape[1]
    penalty = np.full(size, _PENALTY)
    penalty[[0, *range(traits.shape[1], size)]] = 0.0
    theta = np.zeros(size)
    theta[0] = np.log(answered.mean() / (1 - answered.mean()))
    for _ in range(_STEPS):
        linear = traits @ theta[: traits.shape[1]] + own @ theta[traits.shape[1]:]
        odds = np.where(answered, np.exp(-np.clip(linear, -30, 30)), 0.0)
        pull = np.where(answered, odds, -1.0)
        gap = np.concatenate([traits.T @ pull, foretold.T @ pull]) - penalty * theta
        left = csr_array(traits.multiply(odds[:, None]))
        slopes = np.block([
            [_dense(left.T @ traits), left.T @ own],
            [(traits.T @ (odds[:, None] * foretold)).T, (odds[:, None] * foretold).T @ own],
        ]) + np.diag(penalty)
        step = _solve(slopes, gap)
        if step is None:
            return None
        # No step is longer than one: far off, Newton's method overshoots.
        theta = theta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    else:
        return None
    chance: Floats = expit(traits @ theta[: traits.shape[1]] + own @ theta[traits.shape[1]:])
    if not own.shape[1]:
        return chance, float("nan"), float("nan")
    square = pull**2
    crossed = traits.T @ (square[:, None] * foretold)
    spread = np.block([
        [_dense(csr_array(traits.multiply(square[:, None])).T @ traits), crossed],
        [crossed.T, (square[:, None] * foretold).T @ foretold],
    ])
    inverse = _solve(slopes, np.eye(size))
    if inverse is None:
        return None
    row = inverse[-1]
    return chance, float(theta[-1]), float(row @ spread @ row) ** 0.5


def _solve(matrix: Floats, sides: Floats) -> Floats | None:
    """Solve linear equations; None where they have no answer, or none that can be trusted."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", LinAlgWarning)
        try:
            solved: Floats = solve(matrix, sides)
        except (np.linalg.LinAlgError, LinAlgWarning):
            return None
    return solved


def _dense(matrix: csr_array) -> Floats:
    dense: Floats = matrix.toarray()
    return dense
