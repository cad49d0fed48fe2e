"""Links whose removal parts a graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

Ints = npt.NDArray[np.int64]


def bridges(edges: pa.Table) -> pa.Table:
    """Return the edges without which a component falls apart.

    Every edge off a spanning tree gets a random 64-bit word, which its two ends note by XOR. A tree
    edge is a bridge if the words below it cancel out: no other edge leads out of there. That takes
    one pass per level of the tree instead of a walk from node to node; it errs once in 2^64.

    Parameters
    ----------
    edges
        Columns ``a``, ``b`` (BIGINT) and ``links``: how often the two are linked. Two or more links
        are no bridge.

    Returns
    -------
    pyarrow.Table
        ``a`` and ``b`` of each bridge, as given, sorted.
    """
    a, b, links = (edges.column(n).to_numpy() for n in ("a", "b", "links"))
    if len(a) == 0:
        return edges.select(["a", "b"])
    nodes, dense = np.unique(np.concatenate([a, b]), return_inverse=True)
    u, v = dense[: len(a)], dense[len(a):]
    parent, levels = _forest(u, v, len(nodes))
    in_tree = (parent[u] == v) | (parent[v] == u)
    below = np.zeros(len(nodes) + 1, dtype=np.uint64)
    words = np.random.default_rng(1).integers(1, 2**64, len(a), dtype=np.uint64)
    for end in (u, v):
        np.bitwise_xor.at(below, end[~in_tree], words[~in_tree])
    for level in reversed(levels):
        np.bitwise_xor.at(below, parent[level], below[level])
    child = np.where(parent[u] == v, u, v)
    found = in_tree & (links == 1) & (below[child] == 0)
    order = np.lexsort((b[found], a[found]))
    return pa.table({"a": a[found][order], "b": b[found][order]})


def _forest(u: Ints, v: Ints, n: int) -> tuple[Ints, list[Ints]]:
    """Return each node's parent in a breadth-first forest, and the nodes of each level but roots.

    A node ``n`` that all components hang on makes the forest one tree.
    """
    ones = np.ones(len(u), dtype=np.int8)
    _, labels = connected_components(coo_array((ones, (u, v)), shape=(n, n)), directed=False)
    _, roots = np.unique(labels, return_index=True)
    rows, columns = np.concatenate([u, np.full(len(roots), n)]), np.concatenate([v, roots])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n + 1, n + 1))
    order, parent = breadth_first_order(graph.tocsr(), n, directed=False)
    place = np.empty(n + 1, dtype=np.int64)
    place[order] = np.arange(n + 1)
    # In breadth-first order a level ends where the parents of the next one begin.
    levels: list[Ints] = []
    start, end = 1, 1 + len(roots)
    parents = place[parent[order[1:]]]
    while end < n + 1:
        start, end = end, 1 + int(np.searchsorted(parents, end))
        levels.append(order[start:end].astype(np.int64))
    return parent.astype(np.int64), levels
