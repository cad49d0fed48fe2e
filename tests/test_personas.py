"""Personas: recovered where planted, none where there are none, never made of pain, and lasting."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from journey_analytics import pipeline
from journey_analytics.bench.personas import bench_personas, issues_of, recovery
from journey_analytics.bench.personas_world import World, make_world
from journey_analytics.engines import Published
from journey_analytics.errors import JourneyError
from journey_analytics.learning import persona_labels, personas
from journey_analytics.learning.persona_names import match
from journey_analytics.verify import verify_rebuild
from tests.project import write_csv, write_project

START = datetime(2026, 1, 5)
HOUR = {"morning": 9, "afternoon": 14, "evening": 19, "night": 2}
UNTOUCHED = ("personas", "person_personas", "persona_trials", "persona_traits", "persona_goals")


def deliveries(world: World, painful: bool = False) -> dict[str, list[dict[str, Any]]]:
    """A world's issues as calls, tickets and visits; where painful, much goes wrong in them."""
    tables: dict[str, list[dict[str, Any]]] = {
        "calls": [], "tickets": [], "channel_events": [], "surveys": []}
    frame = world.issues.to_pandas()
    frame["number"] = frame.groupby("person_key").cumcount()
    for row in frame.itertuples():
        who, journey = f"c{row.person_key}", f"j{row.journey_key}"
        at = START + timedelta(days=14 * row.number + 5 * row.is_weekend, hours=HOUR[row.hours])
        if row.entry_channel in ("voice", "chat"):
            leg = {"leg_id": journey, "call_id": journey, "started_at": at, "queue": "front",
                   "channel": row.entry_channel, "queue_wait_ms": 900_000 if painful else 5_000,
                   "talk_ms": 60_000, "disposition": row.reason_family, "external_id": who}
            tables["calls"].append({**leg, "outcome": "transferred_out" if painful else "answered"})
            if painful:
                tables["calls"].append({**leg, "leg_id": f"{journey}b", "queue": "back",
                                        "started_at": at + timedelta(minutes=17)})
            tables["surveys"].append({
                "response_id": journey, "score": 1 if painful else 9, "call_id": journey,
                "answered_at": at + timedelta(hours=2)})
        else:
            tables["tickets"].append({
                "ticket_id": journey, "created_at": at, "solved_at": at + timedelta(hours=1),
                "channel": row.entry_channel, "contact_reason": row.reason_family,
                "external_id": who})
        if row.number == 0:
            tables["channel_events"] += [
                {"event_id": f"{who}v{n}", "occurred_at": at + timedelta(days=5, hours=n),
                 "external_id": who} for n in range(row.visits)]
    return tables


@pytest.fixture(scope="module")
def world() -> World:
    return make_world("planted", 3, 220, 0.8)


@pytest.fixture(scope="module")
def project(
    world: World, tmp_path_factory: pytest.TempPathFactory, _session_secret: None
) -> Path:
    """Planted personas as delivered files, and persons who got in touch once."""
    rows = deliveries(world)
    rows["calls"] += [{**rows["calls"][0], "leg_id": f"once{n}", "call_id": f"once{n}",
                       "external_id": f"once{n}"} for n in range(9)]
    folder = write_project(tmp_path_factory.mktemp("personas") / "project",
                           as_of="2026-12-31T00:00:00Z", settings=SEGMENTS, **rows)
    segments = [{"kind": "external_id", "key": f" c{key} ", "segment": f"tier {place % 2}"}
                for place, key in enumerate(world.person_keys)]
    write_csv(folder / "segments.csv", segments)
    build(folder)
    return folder


SEGMENTS = '[segments]\nfile = "segments.csv"\n'


def build(folder: Path) -> None:
    """Run a project but for its packs."""
    run = pipeline.start(folder)
    try:
        for name, _, step in pipeline.STEPS:
            if name != "pack":
                step(run)
    finally:
        pipeline.finish(run)


def planted_in(world: World, project: Path, opened: Published) -> pd.DataFrame:
    """Planted and found persona of each person."""
    opened.connection.execute(
        f"ATTACH '{project / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
    found = opened.rows(
        "SELECT DISTINCT ltrim(external_id, 'c')::bigint, persona FROM ("
        "SELECT call_key AS unit_key, external_id FROM state.calls UNION ALL "
        "SELECT ticket_key, external_id FROM state.tickets) "
        "JOIN state.kept_unit_persons USING (unit_key) "
        "JOIN person_personas USING (person_key) WHERE external_id NOT LIKE 'once%'")
    planted = pd.Series(world.planted, index=world.person_keys)
    frame = pd.DataFrame(found, columns=["key", "persona"])
    return frame.assign(planted=planted.loc[frame["key"]].to_numpy())


def test_delivered_files_give_back_the_planted_personas(
    world: World, project: Path, published: Callable[[Path], Published]
) -> None:
    opened = published(project)
    both = planted_in(world, project, opened)
    assert len(both) == 220
    table = pd.crosstab(both["planted"], both["persona"])
    assert table.to_numpy().max(axis=1).sum() >= 0.95 * len(both)
    assert table.shape == (4, 4)
    names = opened.dicts("SELECT * FROM personas WHERE group_kind = 'persona' ORDER BY persona")
    assert len({n["label"] for n in names}) == 4
    largest = next(n for n in names if n["persona"] == table.loc[0].idxmax())
    assert largest["label"] == "Evening callers about delivery"
    assert all(n["share_low"] < n["share"] < n["share_high"] for n in names)
    assert opened.rows("SELECT persona, persons FROM personas WHERE group_kind = 'rest'") == [
        ("one issue", 9)]


def test_cards_tell_what_sets_a_persona_apart(
    project: Path, published: Callable[[Path], Published]
) -> None:
    opened = published(project)
    for persona, label in opened.rows(
            "SELECT persona, label FROM personas WHERE group_kind = 'persona'"):
        family, low, high = opened.rows(
            "SELECT value, difference_low, difference_high FROM persona_traits WHERE persona = ? "
            "AND feature = 'reason family' ORDER BY spreads_apart DESC LIMIT 1", [persona])[0]
        assert label.endswith(f"about {family}") and 0 < low < high
        reason, lift_low = opened.rows(
            "SELECT reason::varchar, lift_low FROM persona_goals WHERE persona = ? "
            "ORDER BY lift DESC LIMIT 1", [persona])[0]
        assert reason == family and lift_low > 1
    assert opened.value("SELECT min(persons) FROM persona_paths") >= 5
    assert opened.value("SELECT count(DISTINCT (group_kind, persona)) FROM persona_paths") > 2


def test_segments_stand_beside_personas_and_their_keys_stay_outside(
    project: Path, world: World, published: Callable[[Path], Published]
) -> None:
    opened = published(project)
    assert opened.rows("SELECT persona, persons, status FROM personas "
                       "WHERE group_kind = 'segment' ORDER BY persona") == [
        ("tier 0", 110, "declared"), ("tier 1", 110, "declared")]
    # Tiers were dealt out blindly: nothing sets them apart.
    assert opened.value("SELECT count(*) FROM persona_traits WHERE group_kind = 'segment' "
                        "AND q_value < 0.01") == 0
    content = (project / "warehouse" / "journeys.duckdb").read_bytes()
    assert not any(f"c{key}".encode() in content for key in world.person_keys[:50])


def test_pain_makes_no_persona(
    world: World, project: Path, tmp_path: Path, published: Callable[[Path], Published]
) -> None:
    rows = deliveries(world, painful=True)
    calm = deliveries(world)
    rows["calls"] += [{**calm["calls"][0], "leg_id": f"once{n}", "call_id": f"once{n}",
                       "external_id": f"once{n}"} for n in range(9)]
    painful = write_project(tmp_path / "project", as_of="2026-12-31T00:00:00Z",
                            settings=SEGMENTS, **rows)
    shutil.copy(project / "segments.csv", painful)
    build(painful)
    before, after = published(project), published(painful)
    kinds = "SELECT DISTINCT kind::varchar FROM moments ORDER BY ALL"
    assert {"wait", "transfer"} <= {k for (k,) in after.rows(kinds)}
    assert not {"wait", "transfer"} & {k for (k,) in before.rows(kinds)}
    assert after.value("SELECT max(lift_low) FROM persona_pains WHERE kind::varchar = 'wait'") > 1
    for table in UNTOUCHED:
        query = f"SELECT * FROM {table} ORDER BY ALL"
        assert before.rows(query) == after.rows(query), table


def test_names_stay_while_data_grows_and_drift_is_told(
    world: World, tmp_path: Path, published: Callable[[Path], Published]
) -> None:
    rows = deliveries(world)
    late = {name: [r for r in table if int(str(r.get("external_id", "c0"))[1:]) % 10 == 3]
            for name, table in rows.items() if name in ("calls", "tickets")}
    early = {name: [r for r in table if r not in late.get(name, [])]
             for name, table in rows.items()}
    folder = write_project(tmp_path / "project", as_of="2026-12-31T00:00:00Z", **early)
    build(folder)
    names = "SELECT persona_id, name FROM persona_names WHERE persona IS NOT NULL ORDER BY ALL"
    with Published(pipeline.warehouse_file(folder)) as opened_first:
        first = opened_first.rows(names)
    assert len(first) == 4
    for name, table in late.items():
        filled = pd.read_csv(folder / "landing" / f"{name}_2026-03-31.csv", nrows=1, dtype=str)
        defaults = {c: filled[c][0] for c in filled if c not in table[0]}
        write_csv(folder / "landing" / f"{name}_2026-04-01.csv",
                  [{**defaults, **row} for row in table])
    build(folder)
    opened = published(folder)
    assert opened.rows(names) == first
    assert opened.value("SELECT min(overlap) FROM persona_names") > 0.8
    run_no, compared, rand, moved = opened.rows(
        "SELECT run_no, persons_compared, adjusted_rand, moved_share FROM persona_drift")[0]
    assert run_no == 2 and 100 < compared < 220 and 0.8 < rand <= 1 and 0 <= moved < 0.2
    assert verify_rebuild(folder)["differing"] == []


def test_the_order_of_rows_says_nothing(world: World) -> None:
    issues = issues_of(world)
    shuffled = issues.take(pa.array(np.random.default_rng(5).permutation(issues.num_rows)))
    assert personas(issues).equals(personas(shuffled))


def test_planted_personas_are_recovered_and_structureless_data_has_none() -> None:
    report = {row["scenario"]: row for row in bench_personas(3, 250, lambda line: None)["summary"]}
    assert report["planted"]["found"] == 1 and report["planted"]["least_rand"] >= 0.8
    assert report["same"]["found"] == report["gradient"]["found"] == 0


def test_stability_alone_would_be_fooled() -> None:
    """Groups of persons without habits can come back; that is why chance is asked too."""
    trials = pd.concat([personas(issues_of(make_world("same", seed, 800))).to_pandas()
                        for seed in (1, 2)])
    assert (trials["stability"] >= 0.75).any()
    assert set(trials["status"]) <= {"not stable", "no more than chance"}


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_persons_who_are_all_alike_break_nothing(kinds: int) -> None:
    """One kind of person is no persona; two or three that differ in all they do are as many."""
    world = make_world("same", 1, 200)
    alike = issues_of(world).to_pandas().assign(
        hours="night", reason_family="x", is_weekend=False, visits=0, tenure_days=90)
    alike["entry_channel"] = (alike["person_key"] % kinds).map(str)
    found = personas(pa.Table.from_pandas(alike, preserve_index=False)).to_pandas()
    chosen = found.loc[found["is_chosen"].fillna(False).astype(bool), "groups"]
    assert chosen.tolist() == ([kinds] if kinds > 1 else [])


def test_few_persons_are_not_grouped() -> None:
    assert recovery(make_world("planted", 1, 60)) is None


def test_names_are_unique_and_tell_no_more_than_is_clear() -> None:
    def mark(persona: str, feature: str, value: str, apart: float, q: float = 0.0) -> Any:
        return {"persona": persona, "feature": feature, "value": value, "spreads_apart": apart,
                "q_value": q}

    rows = [mark("P1", "channel", "chat", 2), mark("P1", "time of day", "evening", 1),
            mark("P1", "reason family", "billing\n\x00=1", 1), mark("P1", "tenure days", "", -1),
            mark("P2", "channel", "chat", 2), mark("P2", "time of day", "evening", 1),
            mark("P2", "reason family", "billing\n\x00=1", 1), mark("P2", "tenure days", "", 1),
            mark("P3", "channel", "chat", 0.2), mark("P4", "channel", "email", 2, q=0.4),
            mark("P5", "channel", "voice", -2), mark("P5", "issues per month", "", 1)]
    found = persona_labels(pa.Table.from_pylist(rows)).to_pylist()
    assert {r["persona"]: r["label"] for r in found} == {
        "P1": "Evening new chatters about billing =1",
        "P2": "Evening long-standing chatters about billing =1",
        "P3": "Customers (P3)", "P4": "Customers (P4)", "P5": "Frequent customers"}


def test_a_persona_is_recognised_by_its_persons() -> None:
    both = pd.DataFrame({
        "person_key": range(10), "persona_id": [7] * 5 + [8] * 5,
        "persona": ["P2"] * 4 + ["P1"] * 3 + ["P3"] * 3})
    ids, overlaps = match(both, ["P1", "P2", "P3"])
    assert ids == {"P2": 7, "P3": 8} and overlaps == {"P2": 0.8, "P3": 0.6}


@pytest.mark.parametrize("text, settings, word", [
    (None, "", "no such file"),
    ("kind,key\nemail,a@example.org\n", "", "no column 'segment'"),
    ("kind,key,segment\nmail,a@example.org,x\n", "", "row 1: no usable kind"),
    ("kind,key,segment\nemail,a@example.org,x\nemail,,x\n", "", "row 2: no usable key"),
    (f"key,segment\na,{'x' * 81}\n", 'kind = "email"', "row 1: no usable segment"),
    ("kind,key,segment\nemail\n", "", "not readable as CSV"),
    ("key\n", 'kin = "email"', "Did you mean 'kind'"),
    ("key\n", 'kind = "mail"', "kind"),
])
def test_wrong_segments_are_told_without_their_keys(
    tmp_path: Path, text: str | None, settings: str, word: str
) -> None:
    folder = write_project(tmp_path / "project", settings=SEGMENTS + settings, calls=[
        {"leg_id": "1", "call_id": "1", "started_at": "2026-03-01 10:00:00", "external_id": "a"}])
    if text is not None:
        (folder / "segments.csv").write_text(text)
    with pytest.raises(JourneyError, match=word) as caught:
        build(folder)
    assert "a@example.org" not in caught.value.public
