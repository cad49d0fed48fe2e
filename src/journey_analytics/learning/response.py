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
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.stats import rankdata

from .regression import Bools, Floats, Ints

#: Fewer answers tell nothing about who answers.
MIN_ANSWERS = 100
#: Weights above this quantile of theirs are cut down to it.
_TRUNCATED = 0.99
#: Keeps the chances of rare traits near the others' (a ridge).
_PENALTY = 1.0
_STEPS = 20
#: Log odds beyond this are no chance but a group that (practically) never answers: nobody's answers
#: can be weighted to stand for it.
_MOST_ODDS = 30.0
#: Journeys by which the totals of a trait may differ.
_GAP = 1e-6


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
    weights = np.zeros(len(score))
    weights[answered] = np.minimum(1 / chance, np.quantile(1 / chance, _TRUNCATED))
    return Response(weights, slope, error)


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
    """Solve the calibration equations: chances of the answering, slope of the score, its error.

    Only what the answering carry is asked again at every step; the others, mostly the many, enter
    once, as totals. On traits alone the equations are the slope of a convex function, which a trust
    region finds from anywhere; with the score they start from there.
    """
    known, own, told = csr_array(traits[answered]), own[answered], foretold[answered]
    rest, beyond = csr_array(traits[~answered]), foretold[~answered]
    shown, size = known.T.tocsr(), known.shape[1]
    others = rest.sum(axis=0)
    penalty = np.full(size, _PENALTY)
    penalty[0] = 0.0

    def odds(theta: Floats) -> Floats:
        """Return the odds not to answer."""
        linear = known @ theta[:size] + own[:, : len(theta) - size] @ theta[size:]
        found: Floats = np.exp(-np.clip(linear, -_MOST_ODDS, _MOST_ODDS))
        return found

    def weighed(weights: Floats) -> Floats:
        """Return weights times traits times traits."""
        return _dense(csr_array(shown * weights) @ known)

    start = np.zeros(size)
    start[0] = np.log(answered.mean() / (1 - answered.mean()))
    theta: Floats = minimize(
        lambda t: odds(t).sum() + others @ t + (penalty * t) @ t / 2, start, method="trust-exact",
        jac=lambda t: others + penalty * t - shown @ odds(t),
        hess=lambda t: weighed(odds(t)) + np.diag(penalty), options={"gtol": _GAP}).x
    if np.abs(theta).max() > _MOST_ODDS:
        return None
    if not own.shape[1]:
        return 1 / (1 + odds(theta)), float("nan"), float("nan")

    def crossed(weights: Floats, right: Floats) -> Floats:
        beside = weights[:, None] * told
        return np.block([[weighed(weights), shown @ (weights[:, None] * right)],
                         [(shown @ beside).T, beside.T @ right]])

    theta, penalty = np.append(theta, 0.0), np.append(penalty, 0.0)
    others = np.append(others, beyond.sum())
    for _ in range(_STEPS):
        now = odds(theta)
        gap = np.concatenate([shown @ now, told.T @ now]) - others - penalty * theta
        slopes = crossed(now, own) + np.diag(penalty)
        step = _solve(slopes, gap)
        if step is None:
            return None
        # No step is longer than one: far off, Newton's method overshoots.
        theta = theta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    else:
        return None
    inverse = _solve(slopes, np.eye(len(theta)))
    if inverse is None:
        return None
    spread = crossed(now**2, told) + np.block(
        [[_dense(rest.T @ rest), rest.T @ beyond], [(rest.T @ beyond).T, beyond.T @ beyond]])
    row = inverse[-1]
    return 1 / (1 + odds(theta)), float(theta[-1]), float(row @ spread @ row) ** 0.5


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
