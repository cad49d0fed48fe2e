"""Whether planted personas are recovered, and whether data without any gives none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.metrics import adjusted_rand_score

from ..learning import personas
from .personas_world import SCENARIOS, World, make_world

_MIN_GROUP = 5


def bench_personas(
    seeds: int, persons: int, progress: Callable[[str], None],
) -> dict[str, Any]:
    """Draw worlds of every scenario and look for personas in each.

    Parameters
    ----------
    seeds
        Worlds of each scenario; seeds count from 1.
    persons
        Persons in each.

    Returns
    -------
    dict
        ``summary``: per scenario the share of worlds in which personas are found, and of the
        planted ones the mean and least adjusted Rand index.
    """
    summary = []
    for scenario in SCENARIOS:
        rands = []
        for seed in range(1, seeds + 1):
            progress(f"{scenario}, seed {seed}")
            rands.append(recovery(make_world(scenario, seed, persons)))
        found = [r for r in rands if r is not None]
        is_planted = scenario == "planted" and found
        summary.append({
            "scenario": scenario, "found": len(found) / seeds,
            "mean_rand": float(np.mean(found)) if is_planted else None,
            "least_rand": min(found) if is_planted else None})
    return {"seeds": seeds, "persons": persons, "summary": summary}


def recovery(world: World) -> float | None:
    """Return the adjusted Rand index between planted and found personas; None: none found."""
    found = personas(issues_of(world)).to_pandas()
    found = found[found["fact"] == "person"].sort_values("person_key")
    if found.empty:
        return None
    return round(float(adjusted_rand_score(world.planted, found["persona"])), 6)


def issues_of(world: World) -> pa.Table:
    """Return a world's issues as the solver reads them."""
    rows = world.issues.num_rows
    return world.issues.append_column("min_group", pa.array([_MIN_GROUP] * rows, pa.int32()))


def markdown(report: dict[str, Any]) -> str:
    """Return the report as the table that stands in docs/personas.md."""
    lines = ["| world | personas found | adjusted Rand, mean | adjusted Rand, least |",
             "|---|---|---|---|"]
    for row in report["summary"]:
        rand = [f"{row[n]:.2f}" if row[n] is not None else "–" for n in ("mean_rand", "least_rand")]
        lines.append(f"| {row['scenario']} | {row['found']:.0%} | {' | '.join(rand)} |")
    return "\n".join(lines)
