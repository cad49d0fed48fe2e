"""Personas: persons with like habits, where habits fall into groups that hold still.

K-means, because its groups can be told in a sentence (nearest to the middle of one's own group) and
because shares of few issues are no bell curves, which a mixture of normal distributions would need.
A number of groups is taken seriously only if the groups come back when persons are drawn again, and
if they explain more than groups of the same persons with their issues dealt out anew: k-means
finds stable groups in anything, and persons with few issues look different by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from warnings import catch_warnings

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from .habits import Habits, habits
from .regression import Floats, Ints
from .resampling import draws, mixed

#: Fewer persons than this tell nothing.
ENOUGH_PERSONS = 100
#: Numbers of groups that are tried.
TRIED = range(2, 9)
#: Mean adjusted Rand index over resamples from which on groups count as stable.
STABLE = 0.75
#: Explained variation beyond chance, as a share of all variation, and in its own spreads.
BEYOND_CHANCE, SURE = 0.05, 3.0
#: Persons that are clustered and resampled; the others are assigned to the nearest group.
CLUSTERED, RESAMPLED = 50_000, 4_000
_RESAMPLES = 10
_STARTS = 5
_OUTPUT = pa.schema([
    ("fact", pa.string()), ("groups", pa.int32()), ("stability", pa.float64()),
    ("silhouette", pa.float64()), ("explained", pa.float64()), ("by_chance", pa.float64()),
    ("chance_spread", pa.float64()), ("smallest", pa.int64()), ("is_chosen", pa.bool_()),
    ("status", pa.string()), ("persona", pa.string()), ("person_key", pa.int64()),
])


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one number of groups.

    Attributes
    ----------
    centres
        Middles of the groups, the largest group first.
    stability, each
        Mean adjusted Rand index between the groups and those of persons drawn again; for each
        group how much of it came back (mean Jaccard index of its nearest; Hennig, 2007).
    explained, by_chance, chance_spread
        Share of the variation between groups; the same, mean and spread, after dealing out issues:
        asked of stable groups only.
    """

    centres: Floats
    smallest: int
    stability: float
    each: Floats
    silhouette: float
    explained: float
    by_chance: float | None
    chance_spread: float | None

    @property
    def status(self) -> str:
        """Return what speaks against these groups, or ``holds``."""
        if self.by_chance is None or self.chance_spread is None:
            return "not stable"
        beyond = self.explained - self.by_chance
        if beyond < BEYOND_CHANCE or beyond < SURE * self.chance_spread:
            return "no more than chance"
        return "holds"


def personas(issues: pa.Table) -> pa.Table:
    """Return every number of groups tried, and each person's persona where personas are found.

    Parameters
    ----------
    issues
        ``person_issues`` of persons with two issues or more, and ``min_group``.

    Returns
    -------
    pyarrow.Table
        Rows that are a ``trial``, a ``persona`` (with its own stability) or a ``person``.
    """
    rows: list[dict[str, object]] = []
    if issues.num_rows == 0:
        return pa.Table.from_pylist(rows, schema=_OUTPUT)
    found = habits(issues)
    smallest = int(issues.column("min_group")[0].as_py())
    # Sums of many threads differ from run to run; a resample may have fewer habits than groups.
    with threadpool_limits(1), catch_warnings(category=ConvergenceWarning, action="ignore"):
        scaled = found.scaled()
        trials = list(_trials(found, scaled))
        best = chosen(trials, smallest)
        for trial in trials:
            rows.append({
                "fact": "trial", "groups": len(trial.centres), "stability": trial.stability,
                "silhouette": trial.silhouette, "explained": trial.explained,
                "by_chance": trial.by_chance, "chance_spread": trial.chance_spread,
                "smallest": trial.smallest, "is_chosen": trial is best,
                "status": trial.status if trial.smallest >= smallest else "a group is too small"})
        if best is None:
            return pa.Table.from_pylist(rows, schema=_OUTPUT)
        names = np.array([f"P{n}" for n in range(1, len(best.centres) + 1)])
        rows += [{"fact": "persona", "persona": str(name), "stability": float(own)}
                 for name, own in zip(names, best.each, strict=True)]
        nearest = names[_nearest(scaled, best.centres)]
    persons = pa.table({"fact": pa.array(["person"] * len(nearest)),
                        "persona": pa.array(nearest.tolist(), pa.string()),
                        "person_key": pa.array(found.persons)})
    blank = {name: pa.nulls(len(nearest), _OUTPUT.field(name).type) for name in _OUTPUT.names
             if name not in persons.column_names}
    persons = pa.table({**dict(zip(persons.column_names, persons.columns, strict=True)), **blank})
    return pa.concat_tables([pa.Table.from_pylist(rows, schema=_OUTPUT),
                             persons.select(_OUTPUT.names)])


def chosen(trials: list[Trial], smallest: int) -> Trial | None:
    """Return the groups that hold and lie furthest apart; None: no stable personas.

    Parameters
    ----------
    smallest
        No group may have fewer persons.
    """
    holding = [t for t in trials if t.status == "holds" and t.smallest >= smallest]
    return max(holding, key=lambda t: t.silhouette, default=None)


def _trials(found: Habits, scaled: Floats) -> Iterator[Trial]:
    if len(found.persons) < ENOUGH_PERSONS:
        return
    clustered, few = (_lot(found.persons, n) for n in (CLUSTERED, RESAMPLED))
    resampled = found.only(few)
    weights = draws(resampled.persons, _RESAMPLES).astype(np.float64)
    dealt = [resampled.scaled(np.random.default_rng(seed)) for seed in range(_RESAMPLES)]
    own = resampled.scaled()
    different = len(np.unique(scaled[few], axis=0))
    for groups in (n for n in TRIED if n <= different):
        centres, sizes = _fit(scaled[clustered], groups)
        nearest = _nearest(scaled[few], centres)
        again = [_nearest(scaled[few], _fit(scaled[few], groups, w)[0]) for w in weights.T]
        stability = _rounded(np.mean([adjusted_rand_score(nearest, a) for a in again]))
        chance = [_explained(d, groups) for d in dealt] if stability >= STABLE else []
        yield Trial(
            centres, int(sizes.min() * len(scaled) / len(clustered)), stability,
            np.mean([_came_back(nearest, a, groups) for a in again], axis=0).round(6),
            _rounded(silhouette_score(scaled[few], nearest)) if np.ptp(nearest) else 0.0,
            _rounded(_explained(own, groups)),
            _rounded(np.mean(chance)) if chance else None,
            _rounded(np.std(chance, ddof=1)) if chance else None)


def _lot(keys: Ints, most: int) -> Ints:
    """Return the places of so many persons, drawn by their keys alone, in order."""
    drawn: Ints = np.sort(np.argsort(mixed(keys.astype(np.uint64)), kind="stable")[:most])
    return drawn


def _fit(scaled: Floats, groups: int, weights: Floats | None = None) -> tuple[Floats, Ints]:
    """Return the middles of the groups and how many are in each, the largest group first."""
    fitted = KMeans(groups, n_init=_STARTS, random_state=groups).fit(scaled, sample_weight=weights)
    centres: Floats = fitted.cluster_centers_.round(6)
    sizes = np.bincount(_nearest(scaled, centres), minlength=groups)
    order = np.lexsort((*centres.T[::-1], -sizes))
    return centres[order], sizes[order]


def _nearest(scaled: Floats, centres: Floats) -> Ints:
    distance = (centres**2).sum(axis=1) - 2 * scaled @ centres.T
    nearest: Ints = distance.round(6).argmin(axis=1)
    return nearest


def _explained(scaled: Floats, groups: int) -> float:
    inertia = KMeans(groups, n_init=_STARTS, random_state=groups).fit(scaled).inertia_
    return float(1 - inertia / ((scaled - scaled.mean(axis=0)) ** 2).sum())


def _came_back(nearest: Ints, again: Ints, groups: int) -> Floats:
    """Return for each group the largest Jaccard index with a group of the other labels."""
    shared: npt.NDArray[np.float64] = np.zeros((groups, groups))
    np.add.at(shared, (nearest, again), 1)
    either = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    best: Floats = (shared / np.maximum(either, 1)).max(axis=1)
    return best


def _rounded(value: float | np.floating[npt.NBitBase]) -> float:
    return round(float(value), 6)
