"""The identity step beside scipy's bare components and key compaction, in the same run."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components as components_of

from ..identity import connected_components

Keys = npt.NDArray[np.int64]
_ROUNDS = 3


def bench_identity(links: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Time connected components over generated links.

    A fifth of the links is one path, a fifth one hub, the rest are small components as persons
    are. Keys are spread over 62 bits and links shuffled. Ours is the solver as the pipeline calls
    it: Arrow in, labels out. The bare one numbers the keys densely and calls scipy. Each runs in a
    process of its own; the better of three counts.

    Parameters
    ----------
    links
        How many.

    Returns
    -------
    dict
        ``seconds`` and ``peak_mb`` (of the process, data included) of both, and their ratio.
    """
    found: dict[str, Any] = {"links": links}
    for name in ("bare", "ours"):
        progress(name)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            found[name] = pool.submit(_timed, name, links).result()
    if found["bare"]["components"] != found["ours"]["components"]:
        raise AssertionError(f"different components: {found}")
    found["ratio"] = found["ours"]["seconds"] / found["bare"]["seconds"]
    return found


def make_links(links: int, seed: int = 1) -> pa.Table:
    """Return links ``a``, ``b``: a path, a hub and small components, shuffled."""
    rng = np.random.default_rng(seed)
    fifth = links // 5
    rest = links - 2 * fifth
    path = np.arange(fifth + 1)
    hub = path[-1] + 1 + np.arange(fifth + 1)
    # Three links on four keys each, as a customer with number, e-mail, phone and cookie has.
    first = hub[-1] + 1 + np.arange(rest) // 3 * 4
    a = np.concatenate([path[:-1], np.full(fifth, hub[0]), first])
    b = np.concatenate([path[1:], hub[1:], first + 1 + np.arange(rest) % 3])
    order = rng.permutation(links)
    swapped = rng.random(links) < 0.5
    a, b = np.where(swapped, a, b)[order], np.where(swapped, b, a)[order]
    return pa.table({"a": _spread(a), "b": _spread(b)})


def _spread(keys: Keys) -> Keys:
    """Multiply by an odd number modulo 2^62: different keys stay different."""
    with np.errstate(over="ignore"):
        spread: Keys = keys.astype(np.int64) * np.int64(0x1E3779B97F4A7C15) & np.int64(2**62 - 1)
    return spread


def _bare(edges: pa.Table) -> int:
    a, b = (edges.column(name).to_numpy() for name in ("a", "b"))
    nodes, dense = np.unique(np.concatenate([a, b]), return_inverse=True)
    links = coo_array((np.ones(len(a), np.bool_), (dense[: len(a)], dense[len(a):])),
                      shape=(len(nodes), len(nodes)))
    return int(components_of(links, directed=False)[0])


def _timed(name: str, links: int) -> dict[str, float]:
    """Run one of the two in this process."""
    edges = make_links(links)
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        result = _bare(edges) if name == "bare" else connected_components(edges)
        times.append(time.perf_counter() - began)
    count = result if isinstance(result, int) else len(result["component"].unique())
    return {"seconds": min(times), "components": count,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
