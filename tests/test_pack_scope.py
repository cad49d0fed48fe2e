"""A pack of a scope, and its life: drafts, issues, what changed since."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from journey_analytics.cli import app
from journey_analytics.engines import Published
from journey_analytics.errors import SettingsError
from journey_analytics.pack import build, build_pack, build_packs, read_pack_data
from journey_analytics.pack.build import issue_pack, list_packs, withdraw_issue
from journey_analytics.pack.model import PackData
from journey_analytics.pack.render import render_html
from journey_analytics.pipeline import SOLVERS, run_project
from journey_analytics.settings import Settings, load
from journey_analytics.settings_packs import PackScope
from tests.project import write_project

FEBRUARY = {"since": date(2026, 2, 1), "until": date(2026, 2, 28)}


@pytest.fixture(autouse=True)
def _only_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests look at the page alone; the other forms cost seconds and have their own tests."""
    monkeypatch.setattr(build, "FORMS", build.FORMS[:1])


def scoped(project: Path, **scope: object) -> PackData:
    return read_pack_data(project, load(project), PackScope.model_validate(scope), SOLVERS)


@pytest.fixture(scope="session")
def copied(sample_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its warehouse and nothing else, to issue packs of."""
    project = tmp_path_factory.mktemp("issued")
    (project / "warehouse").mkdir()
    for name in ("journeys.toml", "warehouse/journeys.duckdb"):
        shutil.copy(sample_project / name, project / name)
    return project


# Scope

def test_a_scope_counts_its_own_journeys(
    sample_project: Path, published: Callable[[Path], Published]
) -> None:
    data = scoped(sample_project, reason="invoice", **FEBRUARY)
    journeys, persons = published(sample_project).rows("""
        SELECT count(*), count(DISTINCT j.person_key)
        FROM journeys AS j JOIN persons AS p USING (person_key)
        WHERE j.reason = 'invoice' AND j.is_customers AND p.is_active AND
        CAST(timezone('Europe/Berlin', timezone('UTC', j.started_at)) AS DATE)
        BETWEEN '2026-02-01' AND '2026-02-28'""")[0]
    assert data.coverage.journeys.value == journeys > 50
    assert data.points and {p.reason for p in data.points} == {"invoice"}
    worst = data.points[0]
    assert worst.kind == "wait" and worst.rank_low is not None and worst.rank_low.known
    assert (worst.journeys_of_reason.value, worst.active_persons.value) == (journeys, persons)
    assert not data.basis.is_score, "a month has too few answers, so time ranks it"
    assert scoped(sample_project, reason="invoice").points[0].difference.known
    page = render_html(data)
    assert "with reason <b><bdi>invoice</bdi></b>" in page and "1 February 2026" in page
    assert "held against the whole data, not only" in page
    assert "journeys of the whole data, not only" in page


def test_pain_points_of_a_scope_are_those_of_a_project_that_holds_nothing_else(
    tmp_path: Path,
) -> None:
    """The same models on the narrowed tables: as if the rest had never been delivered."""
    legs = [{"leg_id": f"{reason}{n}", "call_id": f"{reason}{n}", "contact_reason": reason,
             "external_id": f"{reason}-{n}", "queue": f"Q-{reason}", "leg_kind": "agent",
             "started_at": f"2026-03-{1 + n % 20:02d}T10:00:00Z", "talk_ms": "60000",
             "queue_wait_ms": str(1000 * (30 + 37 * n % 400))}
            for reason in ("alpha", "beta") for n in range(30)]
    both = write_project(tmp_path / "both", calls=legs)
    alone = write_project(tmp_path / "alone",
                          calls=[leg for leg in legs if leg["contact_reason"] == "alpha"])
    for project in (both, alone):
        run_project(project)
    narrowed, own = scoped(both, reason="alpha"), scoped(alone)
    assert own.points
    assert narrowed.points == own.points and narrowed.others == own.others


def test_a_scope_of_nobody_the_data_knows_is_an_error(sample_project: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such reason.*invoise.*Did you mean 'invoice'"):
        scoped(sample_project, reason="invoise")


def test_a_scope_that_leaves_out_a_few_could_single_them_out(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", calls=[
        {"leg_id": f"c{n}", "call_id": f"c{n}", "external_id": f"u{n}", "talk_ms": "60000",
         "started_at": f"2026-0{2 if n < 3 else 3}-10T10:00:00Z"} for n in range(12)])
    run_project(project)
    with pytest.raises(SettingsError, match="could be told by subtraction"):
        scoped(project, since=date(2026, 3, 1))
    assert scoped(project).coverage.active_persons.value == 12


def test_a_period_is_set_beside_another(sample_project: Path) -> None:
    data = scoped(sample_project, reason="invoice", **FEBRUARY, compare_since=date(2026, 3, 1),
                  compare_until=date(2026, 3, 31))
    assert data.compared is not None
    march = scoped(sample_project, reason="invoice", since=date(2026, 3, 1),
                   until=date(2026, 3, 31))
    sizes = {d.what: (d.before.value, d.now.value) for d in data.compared.sizes}
    assert sizes["contacts"] == (march.coverage.contacts.value, data.coverage.contacts.value)
    names = {r["pain_point"] for r in march.tables["pain_points"]}
    assert {r["pain_point"] for r in data.tables["before_pain_points"]} == names


def test_a_brief_pack_is_the_brief_and_the_map(sample_project: Path) -> None:
    page = render_html(scoped(sample_project, length="brief", question="Why twice?"))
    assert 'id="brief"' in page and 'id="map"' in page and "Why twice?" in page
    assert 'id="points"' not in page and 'href="#' not in page.replace('href="#main"', "")


# Settings

def declared(folder: Path, text: str) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "journeys.toml").write_text(text)
    return load(folder)


@pytest.mark.parametrize(("text", "message"), [
    ('[[packs]]\nname = "a"\nreson = "x"', r"unknown setting.*Did you mean 'reason'"),
    ('[[packs]]\nname = "a"\n[[packs]]\nname = "a"', "two packs of one name"),
    ('[[packs]]\nname = "../up"', "not a usable name of a pack"),
    ('[[packs]]\nname = "a"\nstage = "suport"', r"no such stage.*Did you mean 'support'"),
    ('[[packs]]\nname = "a"\nsince = 2026-03-02\nuntil = 2026-03-01', "lies before 'since'"),
])
def test_what_is_wrong_with_a_declared_pack_is_told(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        declared(tmp_path, text)


def test_one_pack_that_cannot_be_written_keeps_no_other_from_it(copied: Path) -> None:
    settings = load(copied).model_copy(update={"packs": (
        PackScope(name="bad", reason="nothing"), PackScope(name="good", reason="invoice"))})
    written, problems = build_packs(copied, settings, SOLVERS)
    assert [p.parent.parent.name for p in written] == ["good"]
    assert [str(p).startswith("[[packs]] 'bad'") for p in problems] == [True]


# Life

def test_an_issue_is_frozen_and_later_drafts_say_what_changed(copied: Path) -> None:
    settings, scope = load(copied), PackScope(name="life", reason="invoice", facilitator="Ada")
    draft = build_pack(copied, settings, scope, SOLVERS)
    first = draft.read_bytes()
    assert build_pack(copied, settings, scope, SOLVERS).read_bytes() == first
    assert b"nothing to compare it with" in first
    issued = issue_pack(copied, settings, scope, SOLVERS)
    assert issued.name == "v001" and "version" in (issued / "pack.html").read_text()
    modes = {stat.S_IMODE(p.stat().st_mode) for p in issued.rglob("*") if p.is_file()}
    assert modes == {0o400}
    register = json.loads((issued.parent / "issues.json").read_text())
    assert [(i["version"], i["facilitator"]) for i in register] == [(1, "Ada")]
    same = read_pack_data(copied, settings, scope, SOLVERS).since_issue
    assert same is not None and same.points == () and same.sizes == ()

    # As if the issue had come before: one pain point was not there, another was rarer.
    points = register[0]["points"]
    gone = {**points[0], "pain_point": "gone", "queue": "Old", "rank": 3}
    points[0]["frequency_high"] = points[0]["frequency"] = points[0]["frequency_low"]
    register[0]["points"] = [points[0], gone, *points[2:]]
    register[0]["sizes"]["journeys"] -= 1
    (issued.parent / "issues.json").write_text(json.dumps(register))
    changes = read_pack_data(copied, settings, scope, SOLVERS).since_issue
    assert changes is not None
    assert [(c.what, c.rank) for c in changes.points] == [("moved", 1), ("came", 2), ("went", None)]
    assert [d.what for d in changes.sizes] == ["journeys"]

    assert issue_pack(copied, settings, scope, SOLVERS).name == "v002"
    assert withdraw_issue(copied, settings, scope, SOLVERS) == 2
    again = read_pack_data(copied, settings, scope, SOLVERS).since_issue
    assert again is not None and again.version is not None and again.version.value == 1
    assert (issued.parent / "v002").is_dir(), "what was withdrawn is kept"
    assert issue_pack(copied, settings, scope, SOLVERS).name == "v003", "no number stands twice"


def test_packs_are_issued_and_listed_by_command(copied: Path) -> None:
    run = CliRunner()
    built = run.invoke(app, ["pack", "build", str(copied), "--name", "asked", "--reason",
                             "invoice", "--since", "2026-02-01", "--length", "brief"])
    assert built.exit_code == 0 and built.output.strip().endswith("asked/draft/pack.html")
    wrong = run.invoke(app, ["pack", "build", str(copied), "--length", "long"])
    assert isinstance(wrong.exception, SettingsError) and "--length" in str(wrong.exception)
    assert run.invoke(app, ["pack", "issue", str(copied)]).exit_code == 0
    listed = json.loads(run.invoke(app, ["pack", "list", str(copied), "--json"]).output)
    assert [(p["name"], [i["version"] for i in p["issues"]]) for p in listed] == [
        ("everything", [1])]
    assert list_packs(copied, load(copied)) == listed
    assert "version 1" in run.invoke(app, ["pack", "list", str(copied)]).output
    assert run.invoke(app, ["pack", "withdraw", str(copied)]).exit_code == 0
