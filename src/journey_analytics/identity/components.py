"""Connected components of a table of edges."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components as components_of


def connected_components(edges: pa.Table) -> pa.Table:
    """Return the component of every node, named by its smallest node.

    Parameters
    ----------
    edges
        Columns ``a`` and ``b``, BIGINT.

    Returns
    -------
    pyarrow.Table
        ``node`` and ``component``, one row per node, sorted by node. The result depends on the set
        of edges alone: not on their order, direction or repetition.
    """
    a, b = (edges.column(name).to_numpy() for name in ("a", "b"))
    nodes, dense = np.unique(np.concatenate([a, b]), return_inverse=True)
    if len(nodes) == 0:
        empty = pa.array([], pa.int64())
        return pa.table({"node": empty, "component": empty})
    dense = dense.astype(np.int32 if len(nodes) < 2**31 else np.int64)
    links = coo_array(
        (np.ones(len(a), dtype=np.bool_), (dense[: len(a)], dense[len(a) :])),
        shape=(len(nodes), len(nodes)),
    )
    count, labels = components_of(links, directed=False)
    # Nodes are sorted, so the first of each label is its smallest.
    smallest = np.empty(count, dtype=np.int64)
    smallest[labels[::-1]] = nodes[::-1]
    return pa.table({"node": nodes, "component": smallest[labels]})
