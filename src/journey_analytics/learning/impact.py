"""What each pain point does, how sure that is, and how stable its rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array
from scipy.stats import norm

from . import outcomes
from .answering import answering
from .facts import Cell, Reason, reasons
from .multiplicity import ACCEPTED, q_values
from .regression import Fit, Floats
from .resampling import resampled, stability
from .shrinkage import shrink

_COUNTS = ("hit_scored", "other_scored", "rank_low", "rank_high", "tied_from")
_NUMBERS = (
    "difference", "difference_low", "difference_high", "p_value", "q_value", "impact",
    "impact_low", "impact_high", "repeat_difference", "repeat_low", "repeat_high",
    "hours_difference", "hours_low", "hours_high", "knock_on_difference", "knock_on_low",
    "knock_on_high", "handle_difference", "handle_low", "handle_high", "top_3",
)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Of the pain points of one reason, by resample: change of the difference, size of the hit.

    The size is journeys hit, or what they lost, as the ranking goes by score or time.
    """

    change: Floats
    size: Floats


def impact(facts: pa.Table) -> pa.Table:
    """Return difference, intervals, shrunk impact and rank stability for each pain point.

    Parameters
    ----------
    facts
        ``pain_point_facts``.

    Returns
    -------
    pyarrow.Table
        One row per pain point of ``facts``; values rounded to a millionth. Empty where too few
        journeys tell.
    """
    found: list[dict[str, object]] = []
    fits: list[Fit | None] = []
    drawn: list[_Drawn] = []
    is_score = bool(pc.any(facts.column("is_score")).as_py())
    for reason in answering(reasons(facts)):
        if not reason.cells:
            continue
        scores = [outcomes.of_score(reason, cell) for cell in reason.cells]
        found += [
            {"pain_point": c.name, "kind": c.kind, "is_within_parent": c.is_within_parent,
             "journeys_hit": len(c.rows), "loss": c.losses.sum(), **_of_score(s),
             **_interval("repeat", outcomes.of_repeat(reason, c)),
             **_interval("hours", outcomes.of_resolution(reason, c)),
             **_knock_on(reason, c)}
            for c, s in zip(reason.cells, scores, strict=True)]
        fits += scores
        drawn.append(_draw(reason, scores, is_score))
    cells = pd.DataFrame(found, columns=[
        "pain_point", "kind", "is_within_parent", "journeys_hit", "loss", "variance",
        *_COUNTS, *_NUMBERS])
    cells["q_value"] = q_values(cells["p_value"].to_numpy(float))
    cells["is_clear"] = (cells["q_value"] <= ACCEPTED) & (cells["difference"] < 0)
    if drawn:
        _rank(cells, _shrink(cells, np.vstack([d.change for d in drawn])), drawn,
              is_score)
    return _table(cells)


def _of_score(found: Fit | None) -> dict[str, object]:
    if found is None:
        return {}
    low, high = found.interval
    return {"difference": found.estimate, "difference_low": low, "difference_high": high,
            "p_value": found.p_value, "hit_scored": found.hits, "other_scored": found.others,
            # Student's t has a larger variance than the normal that stands for it in shrinking.
            "variance": found.variance * found.df / max(found.df - 2, 1.0)}


def _interval(name: str, found: Fit | None) -> dict[str, object]:
    if found is None:
        return {}
    low, high = found.interval
    return {f"{name}_difference": found.estimate, f"{name}_low": low, f"{name}_high": high}


def _knock_on(reason: Reason, cell: Cell) -> dict[str, object]:
    contacts, minutes = outcomes.of_knock_on(reason, cell)
    return {**_interval("knock_on", contacts), **_interval("handle", minutes)}


def _draw(reason: Reason, fits: list[Fit | None], is_score: bool) -> _Drawn:
    """Draw the reason's persons again.

    The difference is estimated anew from each person's own sums, with the projection off the
    controls as it was (one step of Newton's method from the estimate).
    """
    size = _by_person(reason, is_score)
    if not is_score:
        (sizes,) = resampled(reason.persons, size)
        return _Drawn(np.zeros(sizes.shape), sizes)
    none = np.zeros(len(reason.persons))
    sums = np.column_stack([none if f is None else f.scores for f in fits]
                           + [none if f is None else f.weights for f in fits])
    both, sizes = resampled(reason.persons, sums, size)
    scores, weights = np.split(both, 2)
    return _Drawn(np.divide(scores, weights, out=np.zeros(scores.shape), where=weights > 0), sizes)


def _by_person(reason: Reason, is_score: bool) -> csr_array:
    """Return journeys hit (or what they lost) by person and pain point."""
    cells = reason.cells
    person = np.concatenate([reason.person[c.rows] for c in cells])
    column = np.repeat(np.arange(len(cells)), [len(c.rows) for c in cells])
    values = np.concatenate([np.ones(len(c.rows)) if is_score else np.nan_to_num(c.losses)
                             for c in cells])
    return csr_array((values, (person, column)), shape=(len(reason.persons), len(cells)))


def _shrink(cells: pd.DataFrame, change: Floats) -> Floats:
    """Fill the impacts, kind by kind; returns the impact in each resample."""
    again = np.full(change.shape, np.nan)
    z95 = float(norm.ppf(0.975))
    for _, group in cells.groupby("kind", sort=True):
        known = group.index[group["difference"].notna()]
        if not len(known):
            continue
        estimates = cells.loc[known, "difference"].to_numpy(float)
        shrunk = shrink(estimates, cells.loc[known, "variance"].to_numpy(float))
        cells.loc[known, "impact"] = shrunk.mean
        cells.loc[known, "impact_low"] = shrunk.mean - z95 * shrunk.error
        cells.loc[known, "impact_high"] = shrunk.mean + z95 * shrunk.error
        again[known] = shrunk.mix @ (estimates[:, None] + change[known])
    return again


def _rank(cells: pd.DataFrame, again: Floats, drawn: list[_Drawn], is_score: bool) -> None:
    """Fill how stable the ranks are, among the pain points that are ranked."""
    if is_score:
        loss = -cells["impact"].to_numpy(float) * cells["journeys_hit"].to_numpy(float)
        losses = -again * np.vstack([d.size for d in drawn])
    else:
        loss = cells["loss"].to_numpy(float)
        losses = np.vstack([d.size for d in drawn])
    within = cells["is_within_parent"].to_numpy(bool)
    if is_score:
        # A part that adds to the whole is ranked beside it.
        within = within & ~cells["is_clear"].to_numpy(bool)
    ranked = np.flatnonzero((loss > 0) & ~within)
    found = stability(loss[ranked], losses[ranked])
    for name, values in (("rank_low", found.low), ("rank_high", found.high),
                         ("top_3", found.top_3), ("tied_from", found.tied_from)):
        cells.loc[ranked, name] = values


def _table(cells: pd.DataFrame) -> pa.Table:
    def column(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([None if pd.isna(v) else round(float(v), 6) for v in cells[name]],
                        pa.float64()).cast(kind)

    return pa.table({
        "pain_point": pa.array(cells["pain_point"].tolist(), pa.string()),
        **{n: column(n, pa.int64()) for n in _COUNTS},
        **{n: column(n, pa.float64()) for n in _NUMBERS},
        "is_clear": pa.array([bool(c) if pd.notna(q) else None for c, q in
                              zip(cells["is_clear"], cells["q_value"], strict=True)], pa.bool_()),
    })
