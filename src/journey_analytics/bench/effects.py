"""Whether the statistics of pain points keep their word: worlds with planted effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from ..learning import impact
from ..printing import OUT
from .effects_world import SCENARIOS, World, make_world

#: How many of the worst are looked at.
TOP = 5


def bench_effects(
    seeds: int, journeys: int, progress: Callable[[str], None],
) -> dict[str, Any]:
    """Draw worlds of every scenario and hold the estimates against what was planted.

    Parameters
    ----------
    seeds
        Worlds of each scenario; seeds count from 1.
    journeys
        Journeys in each.

    Returns
    -------
    dict
        ``summary``: per scenario, over all pain points of all its worlds, what
        :func:`summarise` says.
    """
    summary = []
    for scenario in SCENARIOS:
        worlds = []
        for seed in range(1, seeds + 1):
            progress(f"{scenario}, seed {seed}")
            worlds.append(judge(make_world(scenario, seed, journeys)))
        summary.append({"scenario": scenario, **summarise(worlds)})
    return {"seeds": seeds, "journeys": journeys, "summary": summary}


def judge(world: World) -> pd.DataFrame:
    """Return what was found of each pain point beside what was planted."""
    found = impact(world.facts).to_pandas()
    hits = world.facts.group_by("pain_point").aggregate([("journey_key", "count")]).to_pandas()
    size = dict(zip(hits["pain_point"], hits["journey_key_count"], strict=True))
    judged: pd.DataFrame = found.assign(
        truth=found["pain_point"].map(world.truth), naive=found["pain_point"].map(world.naive),
        journeys_hit=found["pain_point"].map(size)).dropna(subset=["difference"])
    return judged


def summarise(worlds: list[pd.DataFrame]) -> dict[str, float | int | None]:
    """Return how often intervals hold the truth, what is found, and how far off estimates are.

    Returns
    -------
    dict
        ``coverage`` and ``shrunk_coverage``: share of 95 % intervals, over all candidates, that
        hold the planted effect. ``top``: share of the planted worst five among the worst five
        found; ``rank_correlation`` of burdens. Both empty where nothing is planted. ``found``:
        share of planted losses called clear. ``false_discoveries``: mean share of those called
        clear that lose nothing (Benjamini and Hochberg's rate). ``naive_error``,
        ``adjusted_error``, ``shrunk_error``: root mean squared errors, points.
    """
    every = pd.concat(worlds)
    truth = every["truth"]
    is_planted = bool((truth < 0).any())
    clear = [w[w["is_clear"].astype(bool)] for w in worlds]
    return {
        "candidates": len(every),
        "coverage": _held(every, "difference"), "shrunk_coverage": _held(every, "impact"),
        "top": float(np.mean([_top(w) for w in worlds])) if is_planted else None,
        "rank_correlation": float(np.mean([_correlation(w) for w in worlds]))
        if is_planted else None,
        "found": float(sum((c["truth"] < 0).sum() for c in clear) / (truth < 0).sum())
        if is_planted else None,
        "false_discoveries": float(np.mean([(c["truth"] >= 0).mean() if len(c) else 0.0
                                            for c in clear])),
        "naive_error": _error(every, "naive"), "adjusted_error": _error(every, "difference"),
        "shrunk_error": _error(every, "impact"),
    }


def _held(cells: pd.DataFrame, name: str) -> float:
    return float(cells["truth"].between(cells[f"{name}_low"], cells[f"{name}_high"]).mean())


def _error(cells: pd.DataFrame, name: str) -> float:
    return float(np.sqrt(((cells[name] - cells["truth"]) ** 2).mean()))


def _top(cells: pd.DataFrame) -> float:
    planted = (cells["truth"] * cells["journeys_hit"]).nsmallest(TOP).index
    found = (cells["impact"] * cells["journeys_hit"]).nsmallest(TOP).index
    return len(planted.intersection(found)) / TOP


def _correlation(cells: pd.DataFrame) -> float:
    result = spearmanr(cells["truth"] * cells["journeys_hit"],
                       cells["impact"] * cells["journeys_hit"])
    return float(result.statistic)


def print_effects(report: dict[str, Any]) -> None:
    """Print the table, ready for docs/method.md."""
    OUT.print(f"{report['seeds']} worlds of {report['journeys']:,} journeys each", end="\n\n")
    OUT.print(markdown(report), soft_wrap=True, markup=False, highlight=False)


def markdown(report: dict[str, Any]) -> str:
    """Return the report as the table that stands in docs/method.md."""
    names = {"scenario": "world", "candidates": "candidates", "coverage": "coverage",
             "shrunk_coverage": "coverage, shrunk", "top": f"top {TOP} found",
             "rank_correlation": "rank correlation", "found": "planted losses clear",
             "false_discoveries": "false discoveries", "naive_error": "error, naive",
             "adjusted_error": "error, adjusted", "shrunk_error": "error, shrunk"}
    lines = ["| " + " | ".join(names.values()) + " |", "|---" * len(names) + "|"]
    for row in report["summary"]:
        lines.append("| " + " | ".join(_cell(name, row[name]) for name in names) + " |")
    return "\n".join(lines)


def _cell(name: str, value: object) -> str:
    if isinstance(value, float):
        is_share = name in ("coverage", "shrunk_coverage", "top", "found", "false_discoveries")
        return f"{value:.1%}" if is_share else f"{value:.2f}"
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
