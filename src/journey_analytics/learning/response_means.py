"""Mean scores as observed, and as they would be had everyone answered like those who did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import csr_array, hstack

from .facts import dummies
from .regression import Bools, Floats, Ints
from .response import Response, reached, response

_COUNTS = ("journeys", "journeys_beyond", "answered_journeys", "answered_persons")
_NUMBERS = ("observed", "observed_low", "observed_high", "reweighted", "reweighted_low",
            "reweighted_high", "effective_answers", "odds_by_score", "odds_low", "odds_high")
_TRAITS = ("reason", "entry_channel", "entry_queue", "month")
_Z95 = 1.959964


def response_means(facts: pa.Table) -> pa.Table:
    """Return mean scores by instrument, observed and reweighted, and who answers.

    Parameters
    ----------
    facts
        Rows that are journeys, what hit them, or scores (``response_means.sql``).

    Returns
    -------
    pyarrow.Table
        One row per instrument; values rounded to a millionth.
    """
    frame = facts.to_pandas()
    journeys = frame[frame["fact"] == "journey"].sort_values(
        ["person_key", "journey_key"], ignore_index=True)
    hits = frame[(frame["fact"] == "hit") & frame["journey_key"].isin(journeys["journey_key"])]
    rows = [_of_instrument(str(name), journeys, hits, part.set_index("journey_key")["score"])
            for name, part in frame[frame["fact"] == "score"].groupby("instrument", sort=True)]

    def column(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([r.get(name) for r in rows], kind)

    return pa.table({
        "instrument": column("instrument", pa.string()),
        **{n: column(n, pa.int64()) for n in _COUNTS},
        "weights_rest_on": column("weights_rest_on", pa.string()),
        **{n: column(n, pa.float64()) for n in _NUMBERS},
    })


def _of_instrument(
    name: str, journeys: pd.DataFrame, hits: pd.DataFrame, scores: pd.Series
) -> dict[str, object]:
    score = journeys["journey_key"].map(scores)
    row_of = pd.Series(np.arange(len(journeys)), index=journeys["journey_key"])
    met = _met(row_of.loc[hits["journey_key"]].to_numpy(np.int64), hits["kind"], len(journeys))
    within = reached((pd.factorize(journeys[t])[0] for t in _TRAITS), met.toarray() > 0,
                     score.notna().to_numpy())
    spoken_of = journeys[within].reset_index(drop=True)
    values = score[within].to_numpy(np.float64)
    answered = ~np.isnan(values)
    persons = spoken_of["person_key"].to_numpy(np.int64)
    row: dict[str, object] = {
        "instrument": name, "journeys": len(spoken_of),
        "journeys_beyond": int((~within).sum()), "answered_journeys": int(answered.sum()),
        "answered_persons": len(np.unique(persons[answered])),
        **_mean("observed", values, answered.astype(np.float64), persons),
    }
    plain, by_score = _responses(spoken_of, hits, values)
    chosen = by_score if by_score is not None and by_score.depends_on_score else plain
    if chosen is not None:
        weights = chosen.weights
        row |= _mean("reweighted", values, weights, persons)
        row["effective_answers"] = _rounded(weights.sum() ** 2 / (weights**2).sum())
        row["weights_rest_on"] = "what is known of all" if chosen is plain else "the score too"
    if by_score is not None:
        half = _Z95 * by_score.slope_error
        row |= {f"odds_{end}": _rounded(np.exp(by_score.slope + shift))
                for end, shift in (("by_score", 0.0), ("low", -half), ("high", half))}
    return row


def _responses(
    journeys: pd.DataFrame, hits: pd.DataFrame, score: Floats
) -> tuple[Response | None, Response | None]:
    """Return the response by what is known of all journeys, and by the score too."""
    row_of = pd.Series(np.arange(len(journeys)), index=journeys["journey_key"])
    hits = hits[hits["journey_key"].isin(row_of.index)]
    rows = row_of.loc[hits["journey_key"]].to_numpy(np.int64)
    traits = csr_array(hstack([
        np.ones((len(journeys), 1)),
        *(csr_array(dummies(pd.factorize(journeys[t].astype("str"), sort=True)[0]))
          for t in _TRAITS),
        _met(rows, hits["kind"], len(journeys))]))
    is_candidate = hits["pain_point"].notna().to_numpy()
    cells = _met(rows[is_candidate], hits["pain_point"][is_candidate], len(journeys))
    return response(traits, score), response(traits, score, cells) if cells.shape[1] else None


def _met(rows: Ints, words: pd.Series, journeys: int) -> csr_array:
    """Return by journey and word whether they stand together."""
    codes, names = pd.factorize(words.astype("str"), sort=True)
    pairs = np.unique(np.column_stack([rows, codes]), axis=0)
    return csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])),
                     shape=(journeys, len(names)))


def _mean(name: str, values: Floats, weights: Floats, persons: Ints) -> dict[str, object]:
    """Return the weighted mean with its interval, clustered by person."""
    told: Bools = weights > 0
    if not told.any():
        return {}
    weight, value = weights[told], values[told]
    mean = float(weight @ value) / float(weight.sum())
    _, person = np.unique(persons[told], return_inverse=True)
    sums = np.bincount(person, weight * (value - mean))
    error = float(np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1)) / weight.sum())
    return {name: _rounded(mean), f"{name}_low": _rounded(mean - _Z95 * error),
            f"{name}_high": _rounded(mean + _Z95 * error)}


def _rounded(value: float) -> float:
    return round(float(value), 6)
