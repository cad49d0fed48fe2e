"""What people believe, held against the data: shares of journeys, and adjusted differences.

A belief is *supported* where the 95 % interval lies wholly on the claimed side of its threshold,
*contradicted* where it lies wholly on the other, and else there is *not enough data*: the logic
of equivalence tests (Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987), so that a belief in "no
difference" needs evidence too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import norm
from scipy.stats import t as student

from ..metrics.intervals import wilson
from . import outcomes
from .answering import answering
from .facts import reasons
from .multiplicity import q_values
from .regression import Ints

SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "not enough data"
_CONFIDENCE = 0.975
#: Chance to be shown that the smallest effect has.
_POWER = 0.8
_Z_CONFIDENCE, _Z_POWER = (float(norm.ppf(p)) for p in (_CONFIDENCE, _POWER))
_NUMBERS = ("effect", "effect_low", "effect_high", "smallest", "q_value")


@dataclass(frozen=True, slots=True)
class Tested:
    """A belief held against the data.

    Attributes
    ----------
    verdict
        ``supported``, ``contradicted`` or ``not enough data``.
    effect, low, high
        Share or difference, with its 95 % interval.
    smallest
        The nearest value on the claimed side that would have been called supported four times of
        five (of no difference: the narrowest margin, were there none at all); None: none at all.
    p_value
        Of the data if the truth lay exactly on the threshold.
    n_with, n_without
        Journeys with and without the moment that went into it.
    """

    verdict: str
    effect: float
    low: float
    high: float
    smallest: float | None
    p_value: float
    n_with: int
    n_without: int


def beliefs(facts: pa.Table) -> pa.Table:
    """Return what the data say to each belief that they can say something to.

    Parameters
    ----------
    facts
        Rows that are beliefs, and the journeys and hits of each; beside them, without a belief,
        the journeys and hits of pain points, where a score is asked about: who answers is the same
        for both.

    Returns
    -------
    pyarrow.Table
        One row per belief that could be tested; values rounded to a millionth.
    """
    kind, owner = facts.column("fact"), facts.column("belief")
    asked = facts.filter(pc.equal(kind, "belief")).to_pylist()
    own = facts.filter(pc.and_(pc.not_equal(owner, ""), pc.not_equal(kind, "belief")))
    told = _weights(facts.filter(pc.equal(owner, "")))
    keys = _journeys(own)
    fits = {}
    for reason in reasons(own):
        for cell in reason.cells:
            weights = None if told is None else told.reindex(keys[cell.name]).fillna(0).to_numpy()
            fits[cell.name] = outcomes.of_score(replace(reason, weights=weights), cell)
    tested: dict[str, Tested] = {}
    for row in sorted(asked, key=lambda r: str(r["reason"])):
        name, direction, threshold = str(row["reason"]), row["direction"], row["threshold"]
        if row["is_share"]:
            tested[name] = of_share(direction, threshold, row["journeys_hit"], row["journeys"],
                                    row["effective_journeys"])
        elif fit := fits.get(name):
            tested[name] = of_score(direction, threshold, fit.estimate, fit.variance, fit.df,
                                    fit.hits, fit.others)
    return _table(tested)


def _weights(facts: pa.Table) -> pd.Series | None:
    """Return the weights that pain points give to scored journeys; None: all count alike."""
    names = sorted(set(facts.filter(pc.equal(facts.column("fact"), "hit"))
                       .column("reason").to_pylist()))
    found = [r for r in answering(reasons(facts)) if r.weights is not None]
    if not found:
        return None
    keys = _journeys(facts)
    weights: pd.Series = pd.concat([
        pd.Series(r.weights, keys[name]) for name, r in zip(names, found, strict=True)])
    return weights


def _journeys(facts: pa.Table) -> dict[str, Ints]:
    """Return the journeys of each reason, in the order that ``reasons`` has them."""
    columns = ["reason", "person_key", "journey_key"]
    frame = facts.filter(pc.equal(facts.column("fact"), "journey")).select(columns).to_pandas()
    frame = frame.sort_values(columns)
    return {str(name): part.to_numpy(np.int64)
            for name, part in frame.groupby("reason", observed=True)["journey_key"]}


def of_share(direction: str, threshold: float, hits: int, n: int, effective: float) -> Tested:
    """Hold a share of journeys against "at least" or "at most" so many.

    The interval is Wilson's for as many independent journeys as tell as much (``effective``). It is
    the score test turned round, so verdict and p-value agree. The smallest effect is the share p
    with power 80 % in that test: it solves
    |p - p0| = z(.975) sqrt(p0 (1 - p0) / n) + z(.8) sqrt(p (1 - p) / n)  (Fleiss, Levin and Paik,
    Statistical Methods for Rates and Proportions, 2003, section 2.5).
    """
    share = hits / n
    ends = wilson(share * effective, effective)
    low, high = ends.low or 0.0, ends.high or 0.0
    error = sqrt(threshold * (1 - threshold) / effective)
    side = 1 if direction == "at least" else -1
    return Tested(
        _verdict(low >= threshold, high < threshold) if side > 0
        else _verdict(high <= threshold, low > threshold),
        share, low, high, _smallest_share(threshold, side, effective),
        float(2 * norm.sf(abs(share - threshold) / error)), hits, n - hits)


def of_score(
    direction: str, threshold: float, estimate: float, variance: float, df: float, hits: int,
    others: int,
) -> Tested:
    """Hold an adjusted difference of scores against "worse", "better" or "no difference".

    The smallest effect lies (t(.975) + t(.8)) standard errors beyond the threshold (Bloom, Eval.
    Rev. 19, 1995). For "no difference" it is the margin (t(.975) + t(.9)) standard errors wide,
    which holds the interval four times of five when there is none (Julious, Stat. Med. 23, 2004).
    """
    error = sqrt(variance)
    sure = float(student.ppf(_CONFIDENCE, df)) * error
    low, high = estimate - sure, estimate + sure
    beyond = sure + float(student.ppf(_POWER, df)) * error
    if direction == "no difference":
        verdict = _verdict(-threshold < low and high < threshold,
                           high < -threshold or low > threshold)
        margin = sure + float(student.ppf((1 + _POWER) / 2, df)) * error
        distance, smallest = abs(abs(estimate) - threshold), margin
    elif direction == "worse":
        verdict = _verdict(high <= -threshold, low > -threshold)
        distance, smallest = abs(estimate + threshold), -threshold - beyond
    else:
        verdict = _verdict(low >= threshold, high < threshold)
        distance, smallest = abs(estimate - threshold), threshold + beyond
    return Tested(verdict, estimate, low, high, smallest,
                  float(2 * student.sf(distance / error, df)), hits, others)


def _verdict(is_claimed: bool, is_other: bool) -> str:
    return SUPPORTED if is_claimed else CONTRADICTED if is_other else OPEN


def _smallest_share(threshold: float, side: int, n: float) -> float | None:
    """Return the nearest share that is shown with the power asked for, by halving."""
    sure = _Z_CONFIDENCE * sqrt(threshold * (1 - threshold) / n)

    def is_shown(share: float) -> bool:
        luck = _Z_POWER * sqrt(share * (1 - share) / n)
        return side * (share - threshold) >= sure + luck

    near, far = threshold, 1.0 if side > 0 else 0.0
    if not is_shown(far):
        return None
    for _ in range(50):
        middle = (near + far) / 2
        near, far = (near, middle) if is_shown(middle) else (middle, far)
    return far


def _table(tested: dict[str, Tested]) -> pa.Table:
    frame = pd.DataFrame([
        {"belief": name, "verdict": t.verdict, "effect": t.effect, "effect_low": t.low,
         "effect_high": t.high, "smallest": t.smallest, "p_value": t.p_value,
         "n_with": t.n_with, "n_without": t.n_without} for name, t in tested.items()],
        columns=["belief", "verdict", "p_value", "n_with", "n_without", *_NUMBERS])
    frame["q_value"] = q_values(frame["p_value"].to_numpy(float))

    def rounded(name: str) -> pa.Array:
        values = frame[name].to_numpy(float)
        return pa.array([None if np.isnan(v) else round(float(v), 6) for v in values],
                        pa.float64())

    return pa.table({
        "belief": pa.array(frame["belief"].tolist(), pa.string()),
        "verdict": pa.array(frame["verdict"].tolist(), pa.string()),
        **{n: pa.array(frame[n].tolist(), pa.int64()) for n in ("n_with", "n_without")},
        **{n: rounded(n) for n in _NUMBERS},
    })
