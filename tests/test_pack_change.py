"""What a pack prints of monitoring: triggers, actions, late sources, cut lines, persona names."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from journey_analytics.pack import read_pack_data
from journey_analytics.pack.bundle import claims_of, printed_claims
from journey_analytics.pack.render import render_html
from journey_analytics.settings import load
from tests.test_pack import Page

#: A night on which two triggers are on, one of them of too few persons, and two sources are late.
FOUND = """
UPDATE triggers SET is_on = true, persons = 40, value = 94, expected = 41.4, low = 28, high = 56
WHERE rule = 'volume' AND subject = 'chat';
UPDATE triggers SET is_on = true, persons = 2 WHERE rule = 'volume' AND subject = 'email';
INSERT INTO trigger_log BY NAME SELECT rule, measure, dimension, subject, is_on,
    TIMESTAMP '2026-03-28 22:30:00' AS first_seen FROM triggers WHERE is_on;
UPDATE action_progress SET owner = '<script>alert(1)</script>' WHERE action = 'A2';
UPDATE gates SET outcome = 'stale', subject = '2026-03-20 10:00'
WHERE source = 'acd' AND gate = 'stale';
UPDATE gates SET outcome = 'refused' WHERE source = 'connect' AND gate = 'volume';
UPDATE pain_point_priorities SET frequency_cut = 0.05, frequency_cut_from = 'settings';
UPDATE persona_names SET name = 'The ' || persona || ' of old'
"""
NOTHING = "DELETE FROM triggers; DELETE FROM action_progress"


def found(project: Path, folder: Path, statements: str) -> tuple[Page, list[str]]:
    """Return the page of a copy of a project after a change, and its weakest personas."""
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns("packs"))
    file = folder / "warehouse" / "journeys.duckdb"
    target = file.resolve()
    copy = folder / "warehouse" / "copy.duckdb"
    shutil.copyfile(target, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(statements)
    file.unlink()
    copy.rename(file)
    data = read_pack_data(folder, load(folder))
    html = render_html(data)
    assert claims_of(data, printed_claims(html))
    page = Page(html)
    assert page.bare == [], "every number is a claim"
    return page, [p.weakest.name for p in data.points
                  if p.weakest and p.weakest.kind == "persona"]


@pytest.fixture
def page(sample_project: Path, tmp_path: Path) -> tuple[Page, list[str]]:
    return found(sample_project, tmp_path / "project", FOUND)


def test_what_monitoring_found_is_printed(page: tuple[Page, list[str]]) -> None:
    words, weakest = page[0].words, page[1]
    for text in (
        "of 26 judged", "More than expected chat contacts 94 41 28 to 56 28 Mar 2026",
        "Change elsewhere", "<script>alert(1)</script>",
        "Too early : it began too short a time ago",
        "source acd has brought nothing new since 20 March 2026",
        "source connect : its new files are kept out",
        "5.0% of persons (set by us)", "(median of all ranked)", "number 1 M",
    ):
        assert text in words, text
    assert "expected email" not in words, "its trigger is on because of two persons"
    assert weakest and all(name.endswith(" of old") for name in weakest)
    assert len([t for t, a in page[0].tags if a.get("class") == "cut-line"]) == 4


def test_where_monitoring_found_nothing_a_sentence_says_so(
    sample_project: Path, tmp_path: Path,
) -> None:
    words = found(sample_project, tmp_path / "project", NOTHING)[0].words
    assert "None of the 0 update triggers that could be judged is on" in words
    assert "No action is measured" in words and "Not up to date" not in words
    assert "open for the room" in words
