"""Connected components against an independent implementation, on graphs drawn at random."""

from __future__ import annotations

import random

import networkx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_analytics.identity import bridges, connected_components

EDGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=60)


def solved(edges: list[tuple[int, int]]) -> dict[int, int]:
    table = pa.table({"a": pa.array([a for a, _ in edges], pa.int64()),
                      "b": pa.array([b for _, b in edges], pa.int64())})
    found = connected_components(table)
    return dict(zip(found["node"].to_pylist(), found["component"].to_pylist(), strict=True))


def oracle(edges: list[tuple[int, int]]) -> dict[int, int]:
    graph = networkx.Graph(edges)
    return {n: min(c) for c in networkx.connected_components(graph) for n in c}


@given(EDGES)
@settings(max_examples=300, derandomize=True)
def test_components_equal_networkx(edges: list[tuple[int, int]]) -> None:
    assert solved(edges) == oracle(edges)


@given(EDGES, st.randoms(use_true_random=False))
@settings(max_examples=100, derandomize=True)
def test_order_direction_and_repetition_change_nothing(
    edges: list[tuple[int, int]], dice: random.Random
) -> None:
    other = [(b, a) if dice.random() < 0.5 else (a, b) for a, b in edges for _ in range(2)]
    dice.shuffle(other)
    assert solved(edges) == solved(other)


@pytest.mark.parametrize("edges", [
    [(i, i + 1) for i in range(100_000)],
    [(0, i) for i in range(1, 100_000)],
    [(-(2**62), 2**62), (2**62, 5)],
], ids=["a path", "a hub", "wide numbers"])
def test_shapes_that_break_naive_solvers(edges: list[tuple[int, int]]) -> None:
    assert set(solved(edges).values()) == {min(min(e) for e in edges)}


def test_no_edges() -> None:
    assert solved([]) == {}


def oracle_bridges(edges: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    graph = networkx.MultiGraph()
    for a, b, links in edges:
        graph.add_edges_from([(a, b)] * links)
    single = networkx.Graph(graph)
    return {(min(e), max(e)) for e in networkx.bridges(single) if graph.number_of_edges(*e) == 1}


@given(st.dictionaries(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda e: e[0] < e[1]),
    st.integers(1, 2), max_size=45))
@settings(max_examples=300, derandomize=True)
def test_bridges_equal_networkx(drawn: dict[tuple[int, int], int]) -> None:
    edges = [(a, b, links) for (a, b), links in drawn.items()]
    table = pa.table({name: pa.array([e[i] for e in edges], pa.int64())
                      for i, name in enumerate(("a", "b", "links"))})
    found = bridges(table).to_pylist()
    assert {(r["a"], r["b"]) for r in found} == oracle_bridges(edges)
    assert len(found) == len(oracle_bridges(edges))


def test_every_link_of_a_path_is_a_bridge_and_none_of_a_ring() -> None:
    path = [(i, i + 1) for i in range(3000)]
    for edges, expected in ((path, 3000), ([*path, (0, 3000)], 0)):
        table = pa.table({"a": [a for a, _ in edges], "b": [b for _, b in edges],
                          "links": [1] * len(edges)})
        assert bridges(table).num_rows == expected
