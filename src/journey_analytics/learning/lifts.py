"""Hints of cause: what is over-represented where a pain point happens."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from .multiplicity import q_values

#: Fewer contacts than this on either side say nothing.
_ENOUGH = 5


def lifts(counts: pa.Table) -> pa.Table:
    """Return how much larger one share is than the other, with interval and q-value.

    The interval is Katz's on the logarithm of a ratio of shares (Biometrics 34, 1978). Contacts of
    one person count as independent here: the groups are about contacts, and hints are no proof.

    Parameters
    ----------
    counts
        ``hits`` of ``hits_of`` contacts against ``others`` of ``others_of``.

    Returns
    -------
    pyarrow.Table
        The rows that can be judged, with ``lift``, ``lift_low``, ``lift_high`` and ``q_value``,
        rounded to a millionth.
    """
    frame = counts.to_pandas()
    hits, hits_of, others, others_of = (
        frame[n].to_numpy(float) for n in ("hits", "hits_of", "others", "others_of"))
    known = (hits >= _ENOUGH) & (others >= _ENOUGH) & (hits + others < hits_of + others_of)
    frame = frame[known].sort_values(["pain_point", "trait", "value"], ignore_index=True)
    hits, hits_of, others, others_of = (
        frame[n].to_numpy(float) for n in ("hits", "hits_of", "others", "others_of"))
    log = np.log(hits * others_of / (others * hits_of))
    error = np.sqrt(1 / hits - 1 / hits_of + 1 / others - 1 / others_of)
    half = float(norm.ppf(0.975)) * error
    frame = frame.assign(
        lift=np.exp(log).round(6), lift_low=np.exp(log - half).round(6),
        lift_high=np.exp(log + half).round(6),
        q_value=q_values(2 * norm.sf(np.abs(log) / error)).round(6))
    return pa.table({
        **{n: pa.array(frame[n].tolist(), pa.string()) for n in ("pain_point", "trait", "value")},
        **{n: pa.array(frame[n].to_numpy(np.int64))
           for n in ("hits", "hits_of", "others", "others_of")},
        **{n: pa.array(frame[n].to_numpy(float)) for n in
           ("lift", "lift_low", "lift_high", "q_value")},
    })
