"""Weights of the effort index: what each burden costs in points of CES, where enough answered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import nnls

from ..engines import Published
from ..models import Parameter
from .query import facts_text

#: Fewer scored journeys than this fit nothing; the printed defaults stand.
MIN_SCORED = 200
_COMPONENTS = {
    "weight_repeats": "repeats", "weight_switches": "switches", "weight_transfers": "transfers",
    "weight_wait": "wait_over_ms / 60000.0", "weight_closed_door": "out_of_hours",
    "weight_reopens": "reopens",
}


def fitted_weights(
    warehouse: Published, params: Mapping[str, Parameter]
) -> tuple[dict[str, float], int]:
    """Return weights fitted to CES by least squares, none below zero, and the journeys used.

    Each is what one more of its kind costs in score points, the others held fixed: association,
    not proof. Without 200 scored journeys there are none.
    """
    columns = list(_COMPONENTS.values())
    score = "-s.score_thousandths / 1000.0"  # effort rises where the score falls
    terms = [*columns, score]
    sums = [f"coalesce(sum(round({a}, 6)::decimal(38, 6)), 0)::double" for a in terms]
    sums += [f"coalesce(sum(round(({a}) * ({b}), 6)::decimal(38, 6)), 0)::double"
             for i, a in enumerate(terms) for b in terms[: i + 1]]
    text = (f"WITH facts AS ({facts_text('journey_facts', params)}) "
            f"SELECT count(*), {', '.join(sums)} FROM facts JOIN journey_scores AS s "
            f"USING (journey_key) WHERE s.instrument LIKE 'CES %' AND excluded_rule IS NULL "
            "AND contacts > 0")
    n, *values = warehouse.rows(text)[0]
    if n < MIN_SCORED:
        return {}, n
    size = len(terms)
    means = np.array(values[:size]) / n
    products = np.zeros((size, size))
    products[np.tril_indices(size)] = values[size:]
    covariance = (products + np.tril(products, -1).T) / n - np.outer(means, means)
    among, with_score = covariance[:-1, :-1], covariance[:-1, -1]
    # The sums hold all that least squares needs: a root of the matrix stands for the rows.
    roots, vectors = np.linalg.eigh(among)
    kept = roots > 1e-12
    root = (vectors[:, kept] * np.sqrt(roots[kept])).T
    target = (vectors[:, kept] / np.sqrt(roots[kept])).T @ with_score
    if not kept.any():
        return {}, n
    weights, _ = nnls(root, target)
    return {name: round(float(w), 6) for name, w in zip(_COMPONENTS, weights, strict=True)}, n
