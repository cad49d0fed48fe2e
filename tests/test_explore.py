"""What notebooks call, held against plain pandas and against what it promises."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from journey_analytics import explore
from journey_analytics.bench.explore import bench_explore, print_explore
from journey_analytics.engines import DuckDBEngine
from journey_analytics.errors import DataError, SettingsError
from journey_analytics.explore.comparing import _joined
from journey_analytics.explore.view import View
from journey_analytics.metrics.intervals import wilson
from journey_analytics.sources.xes_reader import read_xes

QUESTIONS = ("flow", "transitions", "step_matrix", "variants", "funnel", "emotions", "waits",
             "switches", "heat_map")


@pytest.fixture
def view(two_sources: Path) -> Iterator[View]:
    opened = showing_all(explore.open(two_sources))
    yield opened
    opened.whole.connection.close()


@pytest.fixture(scope="module")
def sample(sample_project: Path) -> Iterator[View]:
    opened = explore.open(sample_project)
    yield opened
    opened.whole.connection.close()


def showing_all(view: View, min_group: int = 1) -> View:
    """The view with another smallest group: the fixture has but 18 persons."""
    privacy = view.settings.privacy.model_copy(update={"min_group": min_group})
    return replace(view, settings=view.settings.model_copy(update={"privacy": privacy}))


def counted(view: View) -> pd.DataFrame:
    """Journeys that count, by pandas."""
    persons = view.table("persons").set_index("person_key")["person_kind"]
    journeys = view.table("journeys")
    is_known = journeys["person_key"].map(persons) != "anonymous"
    return journeys[journeys["is_customers"] & is_known]


def ways(view: View, of: str) -> dict[int, list[str]]:
    """The path of each journey that counts, by a loop."""
    found: dict[int, list[str]] = defaultdict(list)
    keys = set(counted(view)["journey_key"])
    rows = view.table("touchpoints").sort_values(["person_key", "touchpoint_no"])
    for row in rows.to_dict("records"):
        if row["journey_key"] in keys:
            word = row[of] if of != "activity" else (
                row["activity"] if isinstance(row["activity"], str)
                else f"{row['kind']} {row['step']}")
            if of == "activity" or found[row["journey_key"]][-1:] != [word]:
                found[row["journey_key"]].append(word)
    return found


@pytest.mark.parametrize("of", ["step", "channel", "activity"])
@pytest.mark.parametrize(("top", "places", "min_group"), [
    (1, 1, 1), (2, 3, 3), (50, 6, 1), (4, 4, 4)])
def test_what_flows_into_a_node_flows_out(
    view: View, of: str, top: int, places: int, min_group: int
) -> None:
    data = showing_all(view, min_group).flow(of, places, top).data
    assert data.loc[data["place"] == 1, "journeys"].sum() == len(counted(view))
    into: Counter[Any] = Counter()
    out: Counter[Any] = Counter()
    for row in data.itertuples():
        out[row.place, row.from_activity] += row.journeys
        into[row.place + 1, row.to_activity] += row.journeys
    ended = {"end", "goes on"}
    for node in {*into, *out}:
        if node[0] > 1 and node[1] not in ended:
            assert into[node] == out[node], node
    assert sum(n for (_, word), n in into.items() if word in ended) == len(counted(view))
    is_named = ~data[["from_activity", "to_activity"]].isin([*ended, "other"]).any(axis=1)
    assert (data.loc[is_named, "persons"] >= min_group).all()
    assert data["from_activity"].nunique() <= top + 1


@pytest.mark.parametrize("of", ["step", "channel", "activity"])
def test_paths_are_those_that_a_loop_finds(view: View, of: str) -> None:
    found = ways(view, of)
    n = len(found)
    variants = view.variants(of, top=1000).data
    assert dict(zip(variants["variant"], variants["journeys"], strict=True)) == Counter(
        " > ".join(w) for w in found.values())
    follows = view.transitions(of, top=1000).data
    assert {(r.from_activity, r.to_activity): r.transitions
            for r in follows.itertuples()} == Counter(
        pair for w in found.values() for pair in zip(["start", *w], [*w, "end"], strict=True))
    matrix = view.step_matrix(of, places=4, top=1000).data
    assert {(r.place, r.activity): r.journeys for r in matrix.itertuples()} == Counter(
        (k + 1, w[k] if k < len(w) else "ended") for w in found.values() for k in range(4))
    assert matrix.groupby("place")["share"].sum().tolist() == pytest.approx([1.0] * 4)
    assert (variants["share"] == variants["journeys"] / n).all()


def test_nothing_is_lost_in_other(view: View) -> None:
    whole = view.transitions("activity", top=1000).data["transitions"].sum()
    for min_group in (1, 3, 1000):
        few = showing_all(view, min_group)
        assert few.transitions("activity", top=2).data["transitions"].sum() == whole
        variants = few.variants(top=2).data
        assert variants["journeys"].sum() == len(counted(view))
        assert variants["variant"].iloc[-1] == "other" and len(variants) <= 3
        matrix = few.step_matrix(places=3).data
        assert matrix.groupby("place")["journeys"].sum().tolist() == [len(counted(view))] * 3
        assert set(matrix.loc[matrix["persons"] < min_group, "activity"]) <= {"other", "ended"}


def test_a_funnel_counts_journeys_that_came_there_in_order(view: View) -> None:
    steps = ["reach", "handle", "resolve"]
    plain = defaultdict(list)
    for row in view.table("touchpoints").sort_values("touchpoint_no").to_dict("records"):
        plain[row["journey_key"]].append(row["step"])
    reached = [0, 0, 0]
    for key in counted(view)["journey_key"]:
        rest = iter(plain[key])
        for k, step in enumerate(steps):
            if step not in rest:  # goes on from where the step before was found
                break
            reached[k] += 1
    data = view.funnel(steps).data
    assert data["journeys"].tolist() == [len(counted(view)), *reached]


def test_waits_are_kaplan_and_meier(view: View) -> None:
    data = view.waits().data
    stays = view.table("queue_stays")
    stays = stays[stays["wait_ms"].notna() & (stays["stay_result"] != "ivr")
                  & stays["excluded_rule"].isna()]
    assert (data["answered"] + data["left"]).sum() == len(stays) > 5
    for queue, own in data.groupby("queue"):
        waited = -(-stays.loc[stays["queue"] == queue, "wait_ms"] // 1000)
        answered = stays.loc[stays["queue"] == queue, "stay_result"] == "answered"
        still = 1.0
        for row in own.itertuples():
            still *= 1 - (answered & (waited == row.waited_seconds)).sum() / (
                waited >= row.waited_seconds).sum()
            assert row.still_waiting == pytest.approx(still)
    assert (data["left"] > 0).any()  # who left is in it, as censored


def test_moods_switches_and_hours_equal_pandas(sample: View) -> None:
    moods = sample.table("emotions").merge(
        sample.table("touchpoints")[["touchpoint_key", "step"]], on="touchpoint_key")
    cells = moods.groupby(["step", "kind", "instrument"])["value"].agg(["mean", "size"])
    data = sample.emotions().data.set_index(["step", "kind", "instrument"])
    assert len(data) >= 4
    assert data["mean"].to_numpy() == pytest.approx(
        cells["mean"].loc[data.index].to_numpy(), abs=1e-3)
    assert (data["touchpoints"] == cells["size"].loc[data.index]).all()
    assert (data["mean_low"] <= data["mean"]).all() and (data["mean"] <= data["mean_high"]).all()

    made = sample.table("channel_switches")
    for row in sample.switches().data.itertuples():
        own = made[(made["from_channel"] == row.from_channel)
                   & (made["to_channel"] == row.to_channel)]
        assert row.switches == len(own) == row.directed + row.forced + row.chosen
    contacts = sample.table("contacts")
    contacts = contacts[contacts["excluded_rule"].isna()]
    local = contacts["started_at"].dt.tz_localize("UTC").dt.tz_convert(sample.zone)
    hours = Counter(zip(local.dt.isocalendar().day, local.dt.hour, strict=True))
    for row in sample.heat_map().data.itertuples():
        assert row.contacts == hours[row.weekday, row.hour]


def test_every_figure_has_something_to_show(sample: View, tmp_path: Path) -> None:
    key = int(sample.table("journeys").sort_values("contacts")["journey_key"].iloc[-1])
    charts = {name: getattr(sample, name)() for name in QUESTIONS}
    charts |= {"timeline": sample.timeline(key), "trend": sample.trend("fcr"),
               "pain_points": sample.pain_points()}
    early, late = sample.period(until="2026-02-15"), sample.period("2026-02-15")
    charts |= {f"compare {q}": explore.compare(early, late, q) for q in (*QUESTIONS, "fcr")}
    for name, chart in charts.items():
        assert len(chart.data) > 0, name
        drawn = chart.figure.to_dict()["data"]
        assert any(len(t.get("x", t.get("link", {}).get("value", ()))) for t in drawn), name
        assert chart.note, name
        if "persons" in chart.data and name != "trend":
            named = ~chart.data.isin(["other", "ended", "end", "goes on"]).any(axis=1)
            assert (chart.data.loc[named, "persons"] >= sample.min_group).all(), name
    page = charts["flow"].to_html(tmp_path / "flow.html")
    text = page.read_text(encoding="utf-8")
    assert '"showSendToCloud": false' in text
    assert not re.search(r"<(script|link|img)\b[^>]*(src|href)=.?http", text)
    assert page.stat().st_mode & 0o077 == 0


def test_filters_pick_whole_journeys_and_chain(sample: View) -> None:
    picked = sample.reason("billing").channel("voice").period("2026-02-01", "2026-03-01")
    journeys, contacts = sample.table("journeys"), sample.table("contacts")
    local = journeys["started_at"].dt.tz_localize("UTC").dt.tz_convert(sample.zone)
    calling = contacts.loc[contacts["channel"] == "voice", "journey_key"]
    is_in = ((journeys["reason_family"] == "billing") & journeys["journey_key"].isin(calling)
             & (local >= "2026-02-01") & (local < "2026-03-01"))
    keys = set(journeys.loc[is_in, "journey_key"])
    assert keys and set(picked.table("journeys")["journey_key"]) == keys
    for table in ("touchpoints", "moments", "contacts"):
        whole = sample.table(table)
        assert len(picked.table(table)) == whole["journey_key"].isin(keys).sum()
        assert picked.sql(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0] == len(
            picked.table(table))
    assert set(picked.table("persons")["person_key"]) == set(
        journeys.loc[is_in, "person_key"])
    assert len(sample.table("journeys")) == len(journeys)  # the whole is untouched
    assert len(picked.filters) == 3
    waiting = sample.with_moment("wait").table("journeys")["journey_key"]
    moments = sample.table("moments")
    assert set(waiting) == set(moments.loc[moments["kind"] == "wait", "journey_key"])
    moved = sample.with_switch("chat", "voice", "chosen").table("channel_switches")
    assert {"chat"} <= set(moved["from_channel"]) and len(moved) >= 10


def test_planted_forced_switches_are_the_ones_found(sample: View, sample_project: Path) -> None:
    planted = pd.read_csv(sample_project / "truth" / "journeys.csv.gz").query(
        "background == 'forced_switch'")
    found = sample.with_switch("chat", "voice", "forced").table("journeys")
    assert len(found) >= 40
    assert set(found["started_at"]) == set(
        pd.to_datetime(planted["started_at"]).dt.tz_localize(None))


def test_a_metric_of_some_journeys_still_sees_what_came_before(sample: View) -> None:
    whole = sample.metric("repeat_rate", "any_reason").iloc[0]
    families = sample.table("journeys")["reason_family"].unique()
    parts = pd.concat([sample.reason(f).metric("repeat_rate", "any_reason") for f in families])
    assert parts["n"].sum() == whole["n"]
    assert (parts["n"] * parts["value"]).sum() == pytest.approx(whole["n"] * whole["value"])


def test_journeys_are_picked_by_key(sample: View) -> None:
    ten = sample.reason("billing").table("journeys").head(10)
    picked = sample.journeys(ten["journey_key"])
    assert set(picked.table("journeys")["journey_key"]) == set(ten["journey_key"])
    one = int(ten["journey_key"].iloc[0])
    assert picked.journeys(one).table("journeys")["journey_key"].tolist() == [one]
    assert picked.filters == ("journeys by key: 10",)


def test_an_empty_view_says_so(sample: View, tmp_path: Path) -> None:
    empty = sample.period("2020-01-01", "2020-02-01")
    assert "no journeys of customers" in repr(empty)
    charts = [*(getattr(empty, name)() for name in QUESTIONS), empty.trend("fcr"),
              *(explore.compare(sample, empty, q) for q in (*QUESTIONS, "fcr"))]
    for chart in charts:
        assert chart.data.empty and "Nothing to show" in chart.figure.layout.annotations[-1].text
    for export in (empty.to_xes, empty.to_csv, empty.to_parquet):
        with pytest.raises(SettingsError, match="nothing to write.*2020-01-01"):
            export(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_differences_have_newcombes_interval() -> None:
    # Newcombe, Stat. Med. 17 (1998) 873, Table II (a), method 10: 56/70 and 48/80.
    ends = [wilson(56, 70), wilson(48, 80)]
    frames = [pd.DataFrame({"value": [v], "low": [e.low], "high": [e.high]})
              for v, e in zip((56 / 70, 48 / 80), ends, strict=True)]
    data, left_out = _joined(frames[::-1], [], "value", [("low", "high")] * 2)
    assert data[["difference", "low", "high"]].iloc[0].tolist() == pytest.approx(
        [0.2, 0.0524, 0.3339], abs=5e-5)
    assert left_out == 0 and 0 < data["p_value"].iloc[0] < 0.05


def test_a_view_does_not_differ_from_itself(sample: View) -> None:
    for question in QUESTIONS:
        data = explore.compare(sample, sample, question).data
        assert (data["difference"] == 0).all() and not (data["q_value"] < 0.99).any()
        assert ((data["low"] <= 0) & (data["high"] >= 0) | data["low"].isna()).all()


def test_nothing_can_be_changed_or_reached(view: View, tmp_path: Path) -> None:
    target = tmp_path / "stolen.csv"
    for query in ("DROP TABLE whole.contacts", "DELETE FROM contacts",
                  f"COPY contacts TO '{target}'", f"SELECT * FROM read_csv('{__file__}')",
                  "SET TimeZone = 'Asia/Tokyo'", "SELECT 1; SELECT 2", ""):
        with pytest.raises(SettingsError):
            view.sql(query)
    assert not target.exists() and len(view.table("contacts")) > 0
    hostile = "'; DROP TABLE journeys; --"
    with pytest.raises(SettingsError, match="not in the data"):
        view.reason(hostile)
    assert view.sql("SELECT $word AS word", {"word": hostile})["word"].iloc[0] == hostile


@pytest.mark.parametrize(("ask", "near"), [
    (lambda v: v.reason("biling"), "billing"), (lambda v: v.channel("voise"), "voice"),
    (lambda v: v.with_moment("waits"), "wait"), (lambda v: v.table("contact"), "contacts"),
    (lambda v: v.sql("SELECT queu FROM contacts"), "queue"),
    (lambda v: v.metric("fcrr"), "fcr"), (lambda v: v.metric("fcr", by="quueue"), "queue"),
    (lambda v: v.flow("steps"), "step"), (lambda v: v.funnel(["handl"]), "handle"),
    (lambda v: v.waits("queues"), "queue"), (lambda v: v.trend("fcr", period="weeks"), "week"),
    (lambda v: explore.compare(v, v, "funel"), "funnel"),
    (lambda v: v.metric("repeat_contacts"), "repeat_rate"),
    (lambda v: v.with_moment("hold_over_5_minutes"), "hold"),
    (lambda v: v.persona("evening"), "Evening callers"), (lambda v: v.queue("billing"), "Billing"),
    (lambda v: v.reason(["billing", "technical"]), "one by one"),
])
def test_errors_suggest_the_nearest_name(sample: View, ask: Any, near: str) -> None:
    with pytest.raises(SettingsError) as error:
        ask(sample)
    advice = str(error.value).partition("allowed")[2] or str(error.value)
    assert near in advice.split(". ")[-1], str(error.value)


def test_errors_say_what_to_do(sample: View, tmp_path: Path) -> None:
    for wrong, said in (
        (lambda: sample.period("2026-03-01", "2026-02-01"), "has no day"),
        (lambda: sample.metric("fcr", since="2026-03-01", until="2026-03-01"), "has no day"),
        (lambda: sample.reason(3), "not a word"),
        (lambda: sample.flow(places="5"), "not a whole number"),
        (lambda: sample.flow(places=1000), "allowed 1 to 50"),
        (lambda: sample.funnel("reach"), "not a list"),
        (lambda: sample.timeline(sample.table("journeys")["journey_key"]), "not one key"),
        (lambda: sample.journeys([1]), "no such journey"),
        (lambda: sample.journeys([1.5]), "not a journey_key"),
        (lambda: sample.journeys([]), "needs a journey_key"),
        (lambda: explore.compare(sample, "billing", "fcr"), "not a view"),
        (lambda: sample.with_switch("chat", "chat"), "are the same"),
    ):
        with pytest.raises(SettingsError, match=said):
            wrong()
    with pytest.raises(SettingsError, match="unfiltered view"):
        sample.reason("billing").pain_points()
    with pytest.raises(SettingsError, match="no such journey or person"):
        sample.timeline(1)
    (tmp_path / "journeys.toml").write_text('[project]\nname = "New"\n')
    with pytest.raises(DataError, match="nothing is published yet.*journeys run"):
        explore.open(tmp_path)


def test_a_view_says_what_it_is(view: View) -> None:
    named = replace(view, warnings=("<script>alert(1)</script>",))
    shown = named._repr_html_()
    assert f"{view.as_of:%Y-%m-%d %H:%M}" in shown and "<script>" not in shown
    assert "<script>" in unescape(shown)
    assert set(view.tables()["table"]) >= {"persons", "contacts", "touchpoints", "journeys"}
    assert view.columns("contacts")["meaning"].notna().all()


def test_an_event_log_comes_back_as_it_went(sample: View, tmp_path: Path) -> None:
    some = sample.with_switch("chat", "voice")
    log = some.to_xes(tmp_path / "some.xes")
    engine = DuckDBEngine(tmp_path / "warehouse")
    try:
        read_xes(engine, log, "some.xes", ())
        back = engine.query("SELECT *, unnest(json_transform(event_attributes, "
                            "'{\"touchpoint_key\": \"BIGINT\", \"channel\": \"VARCHAR\"}')) "
                            "FROM delivered ORDER BY _line").to_pandas()
    finally:
        engine.close()
    sent = some.table("touchpoints").sort_values(["journey_key", "touchpoint_no"])
    assert back["touchpoint_key"].tolist() == sent["touchpoint_key"].tolist()
    for ours, theirs in (("channel", "channel"), ("queue", "group")):
        assert back[theirs].fillna("").tolist() == sent[ours].fillna("").tolist()
    assert back["case_id"].astype("int64").tolist() == sent["journey_key"].tolist()
    times = pd.to_datetime(back["time"]).dt.tz_localize(None)
    assert (times.to_numpy() == sent["started_at"].to_numpy()).all()
    assert back["resource"].isna().all()  # agents are in no export
    assert log.stat().st_mode & 0o077 == 0


def test_tables_come_back_from_files(view: View, tmp_path: Path) -> None:
    journeys = view.table("journeys")
    back = pd.read_parquet(view.to_parquet(tmp_path / "journeys.parquet", "journeys"))
    assert back["journey_key"].tolist() == journeys["journey_key"].tolist()
    csv = pd.read_csv(view.to_csv(tmp_path / "journeys.csv", "journeys"))
    assert csv["journey_key"].tolist() == journeys["journey_key"].tolist()


def test_hostile_text_stays_text_in_files(view: View, tmp_path: Path) -> None:
    hostile = '=1+1"&<b>\n\x01'
    made = view.whole.narrowed("true", {})
    made.connection.execute(f"CREATE OR REPLACE VIEW {made.schema}.touchpoints AS SELECT * REPLACE "
                            f"('{hostile}' AS activity) FROM whole.touchpoints")
    hurt = replace(view, warehouse=made)
    assert pd.read_csv(hurt.to_csv(tmp_path / "t.csv"))["activity"].str.startswith("'=").all()
    engine = DuckDBEngine(tmp_path / "warehouse")
    try:
        read_xes(engine, hurt.to_xes(tmp_path / "t.xes"), "t.xes", ())
        back = engine.query("SELECT DISTINCT activity FROM delivered").to_pylist()
    finally:
        engine.close()
    assert back == [{"activity": hostile.replace("\x01", "")}]


def test_questions_are_timed(sample_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = bench_explore(1, lambda line: None, sample_project)
    assert found["touchpoints"] > 10_000 and all(s > 0 for s in found["seconds"].values())
    print_explore(found)
    asked = capsys.readouterr().out
    assert all(f".{name}(" in asked for name in QUESTIONS)
