"""Scores that were given, weighted for those that were not, where answering depends on the score.

Traits that every journey shows (reason, entry channel, queue, month, kinds of moments) are held
fixed in each comparison anyway: answers that depend on these alone bias nothing. Whether answers
depend on the score itself shows where a pain point hurts more than another of its kind: if more of
those journeys answer than the kind accounts for, it is for the score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import block_diag, csr_array, hstack

from .facts import Reason
from .regression import Bools
from .response import reached, response


def answering(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons, with weights where answers depend on the score itself."""
    found = list(reasons)
    if not found:
        return found
    kinds = sorted({kind for reason in found for kind in reason.kinds})
    met = np.vstack([_kinds(r, kinds) for r in found])
    score = np.concatenate([r.score for r in found])
    ends = np.cumsum([r.journeys for r in found])[:-1]
    within = reached([], met, ~np.isnan(score)) & np.concatenate([
        reached((r.entry_channel, r.entry_queue, r.month), r.met[:, :0], ~np.isnan(r.score))
        for r in found])
    traits = csr_array(hstack([
        np.ones((len(score), 1)), block_diag([csr_array(r.fixed) for r in found]), met]))
    cells = csr_array(block_diag([_cells(r) for r in found]))
    told = response(csr_array(traits[within]), score[within], csr_array(cells[within]))
    if told is None or not told.depends_on_score:
        return found
    weights = np.zeros(len(score))
    weights[within] = told.weights
    parts = np.split(weights, ends)
    return [replace(r, weights=part) for r, part in zip(found, parts, strict=True)]


def _kinds(reason: Reason, kinds: list[str]) -> Bools:
    met = np.zeros((reason.journeys, len(kinds)), bool)
    met[:, [kinds.index(kind) for kind in reason.kinds]] = reason.met
    return met


def _cells(reason: Reason) -> csr_array:
    """Return which pain point hit which journey."""
    rows = np.concatenate([np.zeros(0, np.int64), *(c.rows for c in reason.cells)])
    columns = np.repeat(np.arange(len(reason.cells)), [len(c.rows) for c in reason.cells])
    return csr_array((np.ones(len(rows)), (rows, columns)),
                     shape=(reason.journeys, len(reason.cells)))
