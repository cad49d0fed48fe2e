"""Beliefs: bad lines beside good ones, verdicts against independent reckoning, whole runs."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from journey_analytics.bench.effects_world import make_world
from journey_analytics.engines import Published
from journey_analytics.learning import beliefs, impact
from journey_analytics.learning.answering import answering
from journey_analytics.learning.beliefs import of_score, of_share
from journey_analytics.learning.facts import reasons
from journey_analytics.pipeline import STEPS, Run, finish, start, warehouse_file
from journey_analytics.settings import Settings
from journey_analytics.settings_beliefs import COLUMNS, VARIANTS, read_beliefs
from journey_analytics.workshop import moment_kinds
from tests.project import write_project
from tests.test_docs import journeys

HEAD = ",".join(COLUMNS) + "\n"
WORDS = {"reason": ["invoice", "outage"], "reason_family": ["billing"], "stage": ["usage"],
         "channel": ["voice", "email"], "queue": ["Billing", "no queue"]}


def read(folder: Path, text: str, **settings: Any) -> tuple[list[Any], list[str]]:
    (folder / "beliefs.csv").write_text(text, encoding="utf-8")
    found, problems = read_beliefs(
        folder, Settings.model_validate(settings), moment_kinds(), WORDS)
    return found, [str(p).replace(f"{folder}/", "") for p in problems]


# --- the file -------------------------------------------------------------------------------------


def test_a_belief_says_moment_segment_and_threshold(tmp_path: Path) -> None:
    found, problems = read(tmp_path, HEAD + (
        'B1,"Waits, they hurt",wait/queue over 5 minutes,at least,'
        "reason=invoice and channel=voice,20 %,Care\n"
        "B2,Nobody minds,transfer,no difference,,0.5 points,\n"
        "B3,It hurts,hold,worse,family=billing and stage=usage and queue=no queue,2,IT\n"))
    assert problems == []
    wait, transfer, hold = found
    assert (wait.kind, wait.variant, wait.over_ms) == ("wait", "queue", 300_000)
    assert (wait.reason, wait.channel, wait.threshold) == ("invoice", "voice", 0.2)
    assert (transfer.variant, transfer.over_ms, transfer.reason) == (None, None, None)
    assert (hold.reason_family, hold.stage, hold.queue, hold.threshold) == (
        "billing", "usage", "no queue", 2.0)


@pytest.mark.parametrize(("line", "place", "words"), [
    ("B1,x,wiat,worse,,1,", "moment", "no such kind of moment, found 'wiat', allowed"),
    ("B1,x,wait/quue,worse,,1,", "moment", "Did you mean 'queue'?"),
    ("B1,x,reopen/late,worse,,1,", "moment", "no such variant of reopen"),
    ("B1,x,wait over 5 minutes,worse,,1,", "moment", "wait has no length to compare"),
    ("B1,x,wait/queue over 1.5.2 minutes,worse,,1,", "moment", "not a number"),
    ("B1,x,wait/queue over 30 seconds,worse,,1,", "moment", "shorter ones are not noted"),
    ("B1,x,wait > 5,worse,,1,", "moment", "not readable"),
    ("B1,x,wait,wrose,,1,", "direction", "Did you mean 'worse'?"),
    ("B1,x,wait,worse,reason=invioce,1,", "segment", "Did you mean 'invoice'?"),
    ("B1,x,wait,worse,agent=7,1,", "segment", "allowed NAME=VALUE"),
    ("B1,x,wait,worse,reason=invoice and reason=outage,1,", "segment", "each once"),
    ("B1,x,wait,at least,,2 points,", "threshold", "allowed a share, like 20 %"),
    ("B1,x,wait,at most,,100 %,", "threshold", "allowed a share"),
    ("B1,x,wait,worse,,20 %,", "threshold", "allowed score points, like 1.5"),
    ("B1,x,wait,worse,,-1,", "threshold", "allowed score points"),
    ("B1,x,wait,worse,,0,", "threshold", "allowed score points"),
    ("B1,,wait,worse,,1,", "statement", "is empty"),
    (f"B1,{'x' * 501},wait,worse,,1,", "statement", "too long, found 501 characters, allowed 500"),
    ("B1,x,wait,worse,,1", "", "not as many cells as columns, found 6, allowed 7"),
    ("B0,x,wait,worse,,1,", "id", "stands twice"),
])
def test_a_bad_line_is_told_with_its_place_and_good_ones_stay(
    tmp_path: Path, line: str, place: str, words: str
) -> None:
    found, problems = read(
        tmp_path, f"{HEAD}B0,good,wait,worse,,1,\n\n{line}\nB2,good,hold,worse,,1,\n")
    assert [b.belief for b in found] == ["B0", "B2"]
    (problem,) = problems
    assert problem.startswith(f"beliefs.csv:4{', ' if place else ''}{place}: ")
    assert words in problem


def test_the_threshold_of_a_place_decides_which_lengths_are_noted(tmp_path: Path) -> None:
    line = HEAD + "B1,x,wait/queue over 5 minutes,at least,,20 %,\n"
    assert read(tmp_path, line)[1] == []
    (problem,) = read(tmp_path, line, queues={"Slow": {"wait_seconds": 600}})[1]
    assert "allowed over 600 seconds or more" in problem


def test_a_file_that_is_no_list_is_one_clear_error(tmp_path: Path) -> None:
    assert read_beliefs(tmp_path, Settings(), moment_kinds(), WORDS) == ([], [])
    assert read(tmp_path, "") == ([], []) and read(tmp_path, HEAD) == ([], [])
    for text, words in (
        (HEAD.replace("whose", "owner"), "unknown column, found 'owner'"),
        ("id,statement\n", "columns are missing: moment, direction"),
        (HEAD.strip() + ",id\n", "a column stands twice"),
        (HEAD + 'B1,"x,wait,worse,,1,\n', "not readable as CSV"),
    ):
        found, problems = read(tmp_path, text)
        assert found == [] and words in problems[0], text
    (tmp_path / "beliefs.csv").write_bytes(HEAD.encode() + b"B1,\xff,wait,worse,,1,\n")
    assert "not UTF-8" in str(read_beliefs(tmp_path, Settings(), moment_kinds(), WORDS)[1][0])
    # What a spreadsheet saves: a mark at the start, semicolons, cells that hold line ends.
    found, problems = read(tmp_path, "\ufeff" + HEAD.replace(",", ";")
                           + 'B1;"two\nlines";wait;worse;;1;\nB2;x;wiat;worse;;1;\n')
    assert [b.statement for b in found] == ["two\nlines"]
    assert problems[0].startswith("beliefs.csv:4, moment: ")


# --- verdicts -------------------------------------------------------------------------------------


@given(n=st.integers(5, 3000), share=st.floats(0, 1), threshold=st.floats(0.01, 0.99),
       direction=st.sampled_from(["at least", "at most"]))
def test_a_share_is_judged_as_statsmodels_would(
    n: int, share: float, threshold: float, direction: str
) -> None:
    hits = round(share * n)
    found = of_share(direction, threshold, hits, n, n)
    low, high = proportion_confint(hits, n, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)
    _, p_value = proportions_ztest(hits, n, threshold, prop_var=threshold)
    assert found.p_value == pytest.approx(p_value, abs=1e-9)
    # Interval, p-value and verdict are one test.
    assert (found.verdict == "not enough data") == (found.p_value > 0.05) or \
        abs(found.p_value - 0.05) < 1e-6
    is_above = hits / n > threshold
    if found.verdict != "not enough data":
        assert (found.verdict == "supported") == (is_above == (direction == "at least"))


def test_the_smallest_share_would_be_shown_four_times_of_five() -> None:
    dice = np.random.default_rng(5)
    for direction, side in (("at least", 1), ("at most", -1)):
        smallest = of_share(direction, 0.2, 200, 1000, 1000).smallest
        assert smallest is not None and side * (smallest - 0.2) > 0
        shown = [of_share(direction, 0.2, int(h), 1000, 1000).verdict == "supported"
                 for h in dice.binomial(1000, smallest, 1000)]
        assert 0.77 <= np.mean(shown) <= 0.84
    assert of_share("at most", 0.01, 0, 50, 50).smallest is None


def test_journeys_of_few_persons_tell_less() -> None:
    many, few = (of_share("at least", 0.2, 60, 200, effective) for effective in (200, 50))
    assert many.verdict == "supported" and few.verdict == "not enough data"
    assert many.effect == few.effect and few.low < many.low


@pytest.mark.parametrize(("direction", "estimate", "verdict"), [
    ("worse", -4.0, "supported"), ("worse", -2.5, "not enough data"), ("worse", 0, "contradicted"),
    ("better", 4.0, "supported"), ("better", 2.5, "not enough data"), ("better", 0, "contradicted"),
    ("no difference", 0.5, "supported"), ("no difference", 1.8, "not enough data"),
    ("no difference", -4.0, "contradicted"), ("no difference", 4.0, "contradicted"),
])
def test_a_verdict_needs_the_whole_interval_on_one_side(
    direction: str, estimate: float, verdict: str
) -> None:
    found = of_score(direction, 2.0, estimate, 0.25, 1000, 50, 60)
    assert found.verdict == verdict
    assert found.high - found.low == pytest.approx(2 * norm.ppf(0.975) * 0.5, rel=0.01)
    assert (found.verdict == "not enough data") == (found.p_value > 0.05)


def test_the_smallest_difference_would_be_shown_four_times_of_five() -> None:
    dice = np.random.default_rng(6)
    error = 0.5
    for direction, threshold in (("worse", 2.0), ("better", 2.0), ("no difference", 2.0)):
        smallest = of_score(direction, threshold, 0.0, error**2, 200, 50, 60).smallest
        assert smallest is not None
        truth, threshold = (0.0, smallest) if direction == "no difference" else (smallest, 2.0)
        shown = [of_score(direction, threshold, float(e), error**2, 200, 50, 60).verdict
                 == "supported" for e in dice.normal(truth, error, 2000)]
        assert 0.77 <= np.mean(shown) <= 0.84


def test_who_answers_is_weighed_as_for_pain_points() -> None:
    """Where low scores answer more often, a belief still has its pain point's difference."""
    facts = make_world("unhappy", 1, 12_000).facts
    assert any(r.weights is not None for r in answering(reasons(facts)))
    known = {r["pain_point"]: r for r in impact(facts).to_pylist() if r["difference"] is not None}
    name = min(n for n in known if n.startswith("wait"))
    frame = facts.to_pandas()
    reason = frame.loc[frame["pain_point"] == name, "reason"].iloc[0]
    own = frame[(frame["reason"] == reason) & (frame["fact"] != "contact")].assign(belief="B1")
    own = own[(own["fact"] == "hit") | own["score"].notna()]
    scored = set(own.loc[own["fact"] == "journey", "journey_key"])
    own = own[own["journey_key"].isin(scored)]
    own["is_candidate"] = own["pain_point"] == name
    own["reason"] = "B1"
    own.loc[own["fact"] == "hit", "pain_point"] = "B1"
    asked = own.head(1).assign(fact="belief", direction="worse", threshold=1.0, is_share=False,
                               journeys=len(scored), journeys_hit=0, effective_journeys=1.0)
    rows = pd.concat([asked, own, frame[frame["fact"] != "contact"].assign(belief="")])
    (found,) = beliefs(pa.Table.from_pandas(rows, preserve_index=False)).to_pylist()
    assert (found["effect"], found["effect_low"], found["effect_high"]) == tuple(
        known[name][f"difference{end}"] for end in ("", "_low", "_high"))


# --- whole runs -----------------------------------------------------------------------------------

DAYS = [f"2026-02-{d:02d}" for d in range(1, 29)]


def small_project(folder: Path, beliefs: str, wait_s: int = 400, **more: str) -> Path:
    """120 callers about invoices, every third of whom waits and then scores lower."""
    calls, surveys = [], []
    for n in range(120):
        long = n % 3 == 0
        day, key = DAYS[n % 28], f"c{n}"
        calls.append({
            "leg_id": f"l{n}", "call_id": f"k{n}", "started_at": f"{day} 10:00:00",
            "ended_at": f"{day} 10:20:00", "queue": "Billing",
            "enqueued_at": f"{day} 10:00:00", "queue_wait_ms": str(1000 * (wait_s if long else 5)),
            "talk_ms": "60000", "external_id": key, "contact_reason": "invoice"})
        surveys.append({
            "response_id": f"r{n}", "score": str(4 + n % 2 if long else 8 + n % 2),
            "answered_at": f"{day} 12:00:00", "call_id": f"k{n}", "external_id": key})
    project = write_project(
        folder, settings='[reasons.invoice]\nfamily = "billing"\n', calls=calls, surveys=surveys)
    (project / "beliefs.csv").write_text(beliefs)
    for name, text in more.items():
        (project / name.replace("_", ".")).write_text(text)
    return project


def run_without_packs(project: Path, full: bool = False) -> Run:
    """Run every step but the writing of packs, which is another test's."""
    run = start(project, full=full)
    try:
        for name, _, step in STEPS:
            if name != "pack":
                step(run)
    finally:
        finish(run)
    return run


def beliefs_of(project: Path) -> dict[str, dict[str, Any]]:
    with Published(warehouse_file(project)) as warehouse:
        rows = warehouse.connection.sql("FROM beliefs").to_arrow_table().to_pylist()
    return {r["belief"]: r for r in rows}


def test_beliefs_are_held_against_a_run(tmp_path: Path) -> None:
    project = small_project(tmp_path / "p", HEAD + (
        "B1,Waits cost us,wait,worse,reason=invoice,2,Care\n"
        "B2,One in five waits,wait/queue over 5 minutes,at least,reason=invoice,20 %,Care\n"
        "B3,Hardly anybody waits,wait/queue over 5 minutes,at most,,20 %,Care\n"
        "B4,Ten minutes are common,wait/queue over 10 minutes,at least,,20 %,Care\n"
        "B5,Supervisors,escalation,at most,,5 %,IT\n"
        "B6,=cmd|' /C calc'!A0 <script>,hold,worse,,1,\n"
        "B7,broken,wiat,worse,,1,IT\n"))
    run = run_without_packs(project)
    assert [str(p).split(": ")[0].split("/")[-1] for p in run.problems] == ["beliefs.csv:8, moment"]
    found = beliefs_of(project)
    assert {b: r["verdict"] for b, r in found.items()} == {
        "B1": "supported", "B2": "supported", "B3": "contradicted", "B4": "contradicted",
        "B5": "not enough data", "B6": "not enough data"}
    wait = found["B1"]
    with Published(warehouse_file(project)) as warehouse:
        same = warehouse.connection.sql(
            "SELECT difference, difference_low, difference_high, hit_scored, other_scored "
            "FROM pain_points WHERE kind = 'wait'").fetchall()
    assert same == [(wait["effect"], wait["effect_low"], wait["effect_high"], wait["n_with"],
                     wait["n_without"])], "a belief and a pain point are one estimate"
    share = found["B2"]
    assert (share["effect"], share["n_with"], share["n_without"]) == (pytest.approx(1 / 3), 40, 80)
    assert found["B5"]["because"].startswith("blind: no queue or family of complaints")
    assert found["B6"]["because"] == "too few scored journeys with it, or without"
    assert found["B4"]["effect"] == 0 and found["B4"]["persons_with"] == 0

    shown = journeys("beliefs", str(project), "--json")
    told = json.loads(shown.stdout)
    assert shown.returncode == 2 and "beliefs.csv:8, moment" in shown.stderr
    assert told["tested"] == 4 and len(told["problems"]) == 1
    assert {b["belief"]: b["verdict"] for b in told["beliefs"]} == {
        b: r["verdict"] for b, r in found.items()}


def test_small_groups_show_no_numbers(tmp_path: Path) -> None:
    project = small_project(
        tmp_path / "p", HEAD + "B1,x,wait/queue over 5 minutes,at most,,60 %,\n")
    toml = project / "journeys.toml"
    toml.write_text(toml.read_text() + "\n[privacy]\nmin_group = 50\n")
    run_without_packs(project)
    (row,) = beliefs_of(project).values()
    assert row["verdict"] == "supported"  # the verdict is no number
    assert {row[c] for c in ("effect", "effect_low", "effect_high", "n_with", "n_without",
                             "persons_with", "persons_without")} == {None}


def test_nights_and_changed_beliefs_equal_a_rebuild(tmp_path: Path) -> None:
    """A belief added between two nights needs no full build: beliefs are aggregates."""
    first = HEAD + "B1,Waits cost us,wait,worse,reason=invoice,2,Care\n"
    project = small_project(tmp_path / "p", first)
    late = project / "landing" / "calls_2026-03-31.csv"
    lines = late.read_text().splitlines(keepends=True)
    late.write_text("".join(lines[:90]))
    run_without_packs(project)
    (project / "landing" / "calls_2026-04-01.csv").write_text("".join([lines[0], *lines[90:]]))
    (project / "beliefs.csv").write_text(first + "B2,x,wait,at least,,20 %,Care\n")
    night = run_without_packs(project)
    assert night.night is not None
    after = beliefs_of(project)
    run_without_packs(project, full=True)
    assert beliefs_of(project) == after and set(after) == {"B1", "B2"}


def test_variants_are_those_that_moments_have(sample_project: Path) -> None:
    with Published(warehouse_file(sample_project)) as warehouse:
        rows = warehouse.connection.sql("SELECT DISTINCT kind, variant FROM moments").fetchall()
    for kind, listed in VARIANTS.items():
        assert {v for k, v in rows if k == kind and v is not None} <= set(listed), kind


def test_beliefs_of_the_sample_meet_what_was_planted(sample_project: Path) -> None:
    found = beliefs_of(sample_project)
    assert {b: r["verdict"] for b, r in found.items()} == {
        "B1": "supported", "B2": "contradicted", "B3": "contradicted", "B4": "supported",
        "B5": "supported", "B6": "not enough data", "B7": "not enough data"}
    assert found["B1"]["effect_low"] <= -4.5 + 0.3 and found["B1"]["effect_high"] >= -4.5
    assert all(math.isfinite(r["smallest"]) for b, r in found.items() if b != "B7")
