"""The benches: pairs against brute force, the truth's floors, and that the others measure."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_analytics.bench.effects import bench_effects
from journey_analytics.bench.identity import bench_identity, make_links
from journey_analytics.bench.nights import bench_nights
from journey_analytics.bench.pairs import Agreement, agreement, broken_pairs
from journey_analytics.bench.personas import bench_personas
from journey_analytics.bench.printing import print_all_truth, print_nights
from journey_analytics.bench.steps import _rests_of
from journey_analytics.bench.truth import MEASURES, bench_truth
from journey_analytics.engines import DuckDBEngine
from journey_analytics.identity import connected_components
from tests.test_docs import journeys

#: Aims at the middle level, as floors: (measure, rate) to the least that passes.
AIMS = {
    ("identity", "precision"): 0.999, ("identity", "recall"): 0.98, ("contacts", "f1"): 0.99,
    ("journeys", "f1"): 0.95,
}
ROWS = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 3)),
                max_size=14)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return DuckDBEngine(tmp_path_factory.mktemp("pairs") / "warehouse")


def put(engine: DuckDBEngine, rows: list[tuple[int | None, int]]) -> None:
    engine.register("grouped", pa.table({
        "t": pa.array([t for t, _ in rows], pa.int64()),
        "f": pa.array([f for _, f in rows], pa.int64())}))


@given(ROWS)
@settings(max_examples=150, derandomize=True, deadline=None)
def test_pairs_are_those_of_a_list_of_all_pairs(
    engine: DuckDBEngine, rows: list[tuple[int | None, int]]
) -> None:
    put(engine, rows)
    pairs = list(combinations([r for r in rows if r[0] is not None], 2))
    true = [p for p in pairs if p[0][0] == p[1][0]]
    found = [p for p in pairs if p[0][1] == p[1][1]]
    both = [p for p in true if p in found]
    counted = agreement(engine, "grouped", "t", "f")
    assert counted == Agreement(len(true), len(found), len(both))
    missed = sum(int(str(r["pairs"])) for r in broken_pairs(engine, "grouped", "t", "f", "'x'"))
    wrong = sum(int(str(r["pairs"])) for r in broken_pairs(engine, "grouped", "f", "t", "'x'"))
    assert (missed, wrong) == (len(true) - len(both), len(found) - len(both))


def test_rates_of_a_worked_example(engine: DuckDBEngine) -> None:
    put(engine, [(1, 1), (1, 1), (1, 2), (2, 2)])
    found = agreement(engine, "grouped", "t", "f")
    assert (found.precision, found.recall, found.f1) == (1 / 2, 1 / 3, 2 / 5)
    put(engine, [])
    assert agreement(engine, "grouped", "t", "f").f1 == 1


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return bench_truth(1, 2000, lambda line: None, ("middle",))


@pytest.mark.parametrize(("measure", "rate"), AIMS)
def test_the_truth_is_found(truth: dict[str, Any], measure: str, rate: str) -> None:
    found = next(row for row in truth["summary"] if row["measure"] == measure)
    run = truth["runs"][0][measure]
    assert found[rate]["mean"] >= AIMS[measure, rate], (run["missed"], run["wrong"])


def test_every_lost_pair_has_a_reason(truth: dict[str, Any]) -> None:
    run = truth["runs"][0]
    for name in MEASURES:
        found = run[name]
        assert found["true_pairs"] > 100
        lost = found["true_pairs"] - found["both_pairs"]
        assert sum(r["pairs"] for r in found["missed"]) == lost
    assert run["identity"]["recall"] <= run["identity_reach"] <= 1


def test_links_are_a_path_a_hub_and_small_components() -> None:
    links = make_links(3000)
    found = connected_components(links)
    sizes = found.group_by("component").aggregate([("node", "count")])["node_count"].to_pylist()
    assert sorted(sizes) == [4] * 600 + [601, 601]


def test_identity_is_timed_beside_scipy() -> None:
    found = bench_identity(20_000, lambda line: None)
    assert found["ours"]["components"] == found["bare"]["components"] > 1000
    assert found["ratio"] > 0 and found["ours"]["peak_mb"] > 10


def test_nights_are_timed_and_weighed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = bench_nights(4000, 400, 2, lambda line: None, tmp_path)
    assert [n["persons"] is not None for n in found["nights"]] == [True, True]
    assert sum(n["rows"] for n in found["nights"]) > 200
    assert found["ratio"] > 0 and set(found["growth"]) == {"journeys.duckdb", "state.duckdb"}
    assert {"ingest", "canonical", "plan", "models", "publish"} <= set(found["steps"])
    assert found["models"]["touchpoints"]["full"] > 0
    print_nights(found)
    shown = capsys.readouterr().out
    assert "full rebuild" in shown and "a fresh build" in shown


def test_steps_are_timed_beside_the_bare_sort() -> None:
    found = json.loads(journeys("bench", "steps", "--touchpoints", "2000", "--json").stdout)
    rests = _rests_of("50_moments")
    assert {"touchpoints", "contact_order", "moments"} <= rests < set(found["models"])
    assert found["to_moments"]["seconds"] == pytest.approx(
        sum(found["models"][table]["seconds"] for table in rests))
    assert found["ratios"]["seconds"] > 0 and found["peak_mb"] > 50
    assert 1000 < found["touchpoints"] < 4000


def test_reading_is_timed_beside_the_bare_read() -> None:
    found = json.loads(journeys("bench", "reading", "--megabytes", "1", "--json").stdout)
    assert {"csv", "quoted csv", "ndjson"} < set(found)
    assert all(found[kind]["speed_ratio"] > 0 and found[kind]["rows"] > 1000
               for kind in found if kind != "megabytes")


def test_identity_prints() -> None:
    shown = journeys("bench", "identity", "--links", "5000")
    assert shown.returncode == 0, shown.stderr
    assert "ratio" in shown.stdout and "peak MB" in shown.stdout


def test_truth_prints_rates_and_reasons(
    truth: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    print_all_truth({"records": truth, "effects": bench_effects(1, 1000, lambda line: None),
                     "personas": bench_personas(1, 100, lambda line: None)})
    shown = capsys.readouterr().out
    for word in ("middle", "recall", "no record joins them", "| mediation |", "| gradient |"):
        assert word in shown
