"""The quarterly review: actions, triggers and their answers, what is old, what moved, to decide."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pypdfium2
import pytest

from journey_analytics.metrics import read_ledger
from journey_analytics.pack import build, build_pack, read_pack_data
from journey_analytics.pack.build import issue_pack
from journey_analytics.pack.model import PackData
from journey_analytics.pack.render import render_html
from journey_analytics.pack.verify import verify_forms, verify_warehouse
from journey_analytics.pipeline import SOLVERS
from journey_analytics.settings import Settings, load
from journey_analytics.settings_packs import PackScope
from tests.test_pack import Page

REVIEW = PackScope(name="review", length="review")
#: A quarter with triggers, one of them of too few persons, and an action past its deadline.
FOUND = """
INSERT INTO trigger_log BY NAME
SELECT *, 'contacts' AS measure, 'seen' AS evidence, 1 AS first_run, 1 AS last_run FROM (VALUES
    ('volume', 'channel and queue', 'voice | Billing', '40', '2026-02-10'::TIMESTAMP,
     '2026-03-10'::TIMESTAMP, false),
    ('volume', 'channel', 'chat', '2', '2026-03-20', '2026-03-31', true),
    ('audience', 'channel', 'email', '40', '2026-03-20', '2026-03-31', true),
    ('volume', 'channel', 'sms', '40', '2025-11-01', '2025-11-08', false),
) AS t (rule, dimension, subject, persons, first_seen, last_seen, is_on);
UPDATE action_progress SET is_due = true WHERE action = 'A1';
UPDATE action_progress SET persons = 2, owner = '<script>alert(1)</script>' WHERE action = 'A2';
UPDATE action_weeks SET persons = 2 WHERE action = 'A3'
"""


def reviewed(sample_project: Path, folder: Path) -> Path:
    """Copy the sample's settings, lists and warehouse, with a quarter to look back on."""
    (folder / "warehouse").mkdir(parents=True)
    for name in ("journeys.toml", "actions.csv", "announcements.csv",
                 "warehouse/journeys.duckdb"):
        shutil.copy(sample_project / name, folder / name)
    with duckdb.connect(str(folder / "warehouse" / "journeys.duckdb")) as connection:
        connection.execute(FOUND)
    return folder


def review_of(sample_project: Path, folder: Path) -> PackData:
    project = reviewed(sample_project, folder)
    return read_pack_data(project, load(project), REVIEW, SOLVERS)


def issue_of_before(project: Path, settings: Settings) -> None:
    """Issue the pack of everything, and change what the register remembers of it."""
    issued = issue_pack(project, settings, PackScope(), SOLVERS)
    path = issued.parent / "issues.json"
    (entry,) = json.loads(path.read_text())
    points = entry["points"]
    points[0] |= {"frequency": 0.01, "frequency_low": 0.005, "frequency_high": 0.02}
    points[1] = {**points[1], "pain_point": "gone", "queue": "Old", "rank": 2}
    entry["as_of"] = "2025-09-01T00:00:00+02:00"
    path.write_text(json.dumps([entry]))


@pytest.fixture(scope="session")
def review(sample_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a review's draft, held against an issue of half a year before."""
    project = reviewed(sample_project, tmp_path_factory.mktemp("review") / "project")
    settings = load(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FORMS", build.FORMS[:1])
        issue_of_before(project, settings)
    return build_pack(project, settings, REVIEW, SOLVERS).parent


def test_a_reviewer_reads_what_was_decided_and_what_it_moved(review: Path) -> None:
    page = Page((review / "pack.html").read_text(encoding="utf-8"))
    assert page.bare == [], "every number is a claim"
    for text in (
        "Quarterly review, draft", "Care lead , by 30 Jun 2026 (passed); began 16 Feb 2026",
        "Against pain point 1", "Not on target", "Average speed of answer, p90", "down to 3.0 min",
        "<script>alert(1)</script>", "The difference: ", "go on",
        "its deadline passed on 30 June 2026, and it is not on target", "What, who, until when",
    ):
        assert text.replace(" ", "") in page.words.replace(" ", ""), text
    assert "Journey map" not in page.words and page.scripts == []
    assert [d for d in page.named("svg") if "trend" in str(d["class"])] != []


def test_small_groups_are_not_in_it(review: Path) -> None:
    page = Page((review / "pack.html").read_text(encoding="utf-8"))
    shown = {claim.split("|")[1] for claim, _ in page.claims if claim.startswith("action_prog")}
    assert shown == {"A1", "A2", "A3"}
    assert {c.split("|")[2] for c, _ in page.claims if c.startswith("action_progress|A2")} == {
        "target"}, "its change would be that of two persons"
    assert {c.split("|")[1].split("/")[0] for c, _ in page.claims
            if c.startswith("action_weeks")} == {"A1", "A2"}
    assert "chat" not in page.words, "its trigger was on because of two persons"


def test_triggers_of_the_quarter_stand_with_their_answers(review: Path) -> None:
    data = read_pack_data(review.parents[2], load(review.parents[2]), REVIEW, SOLVERS)
    assert data.review
    found = {(t.subject, t.last_day): [(a.what.text, a.name) for a in t.answers]
             for t in data.review.triggers}
    assert set(found) == {("voice | Billing", date(2026, 3, 10)), ("email", None)}
    assert found["email", None] == [("version 1 issued of pack", "everything")]
    first, second, third = found["voice | Billing", date(2026, 3, 10)]
    assert first == ("announced", "Works on the network in the evening")
    assert second[0] == "action begun" and second[1].startswith("Offer a call-back")
    assert third[1] == "everything"
    assert [(p.name, p.age.text) for p in data.review.old_packs] == [("everything", "212\xa0days")]


def test_the_worst_stand_beside_those_of_the_last_issue(review: Path) -> None:
    data = read_pack_data(review.parents[2], load(review.parents[2]), REVIEW, SOLVERS)
    assert data.review and data.review.issue and data.review.issue.pack == "everything"
    found = [(p.what, *(n and n.value for n in p.rank)) for p in data.review.points]
    assert found[:3] == [("moved", 1, 1), ("new", None, 2), ("as before", 3, 3)]
    assert found[-1] == ("gone", 2, None) and len(found) == 6


def test_it_is_a_pack_like_the_others(review: Path) -> None:
    project = review.parents[2]
    assert list(verify_forms(review)) == []
    data = read_pack_data(project, load(project), REVIEW, SOLVERS)
    assert list(verify_warehouse(review, data)) == []
    assert len(pypdfium2.PdfDocument((review / "pack-a4.pdf").read_bytes())) <= 2
    scoped = read_pack_data(project, load(project), PackScope(
        name="invoices", length="review", reason="invoice"), SOLVERS)
    assert scoped.review and scoped.review.issue is None, "no pack of these journeys was issued"
    assert "in all data" in render_html(scoped)
    page = (review / "pack.html").read_text(encoding="utf-8")
    defined = {v.facts for m in read_ledger().metrics.values() for v in m.variants.values()}
    assert {"action_weeks", "issues"} <= defined and "action_weeks|" in page and "issues|" in page
