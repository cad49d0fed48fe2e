"""What the room works with in a pack: blueprints, objectives, beliefs, observations, worksheets."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from journey_analytics.pack.bundle import claims_of, printed_claims
from journey_analytics.pack.model import PackData
from journey_analytics.pack.reading import read_pack_data
from journey_analytics.pack.render import render_html
from journey_analytics.settings import load
from tests.project import write_project
from tests.test_beliefs import HEAD, run_without_packs
from tests.test_future import ANSWER, constraint
from tests.test_pack import Page

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \u202eevil"
SECTIONS = {"blueprint", "beliefs", "observations", "future", "worksheets"}


def callers(folder: Path, weeks: int, calm: tuple[int, ...], per_week: int = 30) -> Path:
    """A third of the callers waits 400 s and then scores lower, in calm weeks nobody."""
    calls, surveys = [], []
    for n in range(weeks * per_week):
        week, place = divmod(n, per_week)
        waits = place % 3 == 0 and week not in calm
        day = date(2026, 1, 5) + timedelta(days=7 * week + place % 5)  # a Monday and later
        calls.append({
            "leg_id": f"l{n}", "call_id": f"k{n}", "started_at": f"{day} 10:00:00",
            "ended_at": f"{day} 10:20:00", "enqueued_at": f"{day} 10:00:00", "queue": "Billing",
            "queue_wait_ms": "400000" if waits else "5000", "talk_ms": "60000",
            "agent_id": f"agent-{n % 4}-secret", "external_id": f"c{n}",
            "contact_reason": "invoice"})
        surveys.append({
            "response_id": f"r{n}", "score": str(4 + n % 2 if waits else 8 + n % 2),
            "answered_at": f"{day} 12:00:00", "call_id": f"k{n}", "external_id": f"c{n}"})
    return write_project(
        folder, as_of="2026-04-15T00:00:00Z", settings='[reasons.invoice]\nfamily = "billing"\n',
        calls=calls, surveys=surveys)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """Twelve weeks of calls; two weeks were calm. Whoever wrote the files is not to be trusted."""
    project = callers(tmp_path_factory.mktemp("room") / "p", 12, (2, 3))
    (project / "beliefs.csv").write_text(HEAD + (
        "B1,Waits cost us,wait,worse,reason=invoice,2 points,Care\n"
        "B2,One in five waits,wait/queue over 5 minutes,at least,,20 %,Care\n"
        f"B3,\"{HOSTILE}\",escalation,worse,,1,\"{HOSTILE}\"\n"))
    (project / "observations.csv").write_text(
        f"step,stage,who,observation\nwait,,Billing agent,\"{HOSTILE}\"\n")
    (project / "future.toml").write_text(
        ANSWER + constraint(HOSTILE, 'moment = "out_of_hours_attempt"', "at_most = 0"))
    run_without_packs(project)
    return project


@pytest.fixture(scope="module")
def data(room: Path) -> PackData:
    return read_pack_data(room, load(room))


@pytest.fixture(scope="module")
def html(data: PackData) -> str:
    return render_html(data)


def test_a_blueprint_has_the_steps_the_journeys_pass(data: PackData) -> None:
    (blueprint, *_) = data.blueprints
    assert blueprint.point.kind == "wait"
    steps = {s.name: s for s in blueprint.steps}
    assert list(steps) == ["reach", "wait", "handle", "aftercare"]
    assert [s.name for s in blueprint.steps if s.is_hit] == ["wait"]
    assert [s.name for s in steps["reach"].customer] == ["calls us"]
    assert [s.name for s in steps["wait"].customer] == ["waits in a queue"]
    assert [s.name for s in steps["wait"].back] == ["Billing queue"]
    assert [s.name for s in steps["handle"].front] == ["Billing"]
    assert [s.name for s in steps["aftercare"].systems] == ["surveys"]
    assert steps["handle"].after.value == 400_000, "someone is there after the wait"
    assert {s.share.value for s in blueprint.steps} == {1.0}


def test_an_objective_is_what_the_best_weeks_had(data: PackData) -> None:
    objective = data.points[0].objective
    assert objective is not None
    assert objective.today.value == pytest.approx(100 / 360)
    assert objective.is_reached and objective.weeks.value >= 8
    assert objective.target.value == 0 and objective.spared.value == 100
    assert objective.metric == "hits/share"


def test_without_a_clearly_better_week_it_is_half(tmp_path: Path) -> None:
    project = callers(tmp_path / "p", 4, ())
    run_without_packs(project)
    (point, *_) = read_pack_data(project, load(project)).points
    assert point.objective is not None and not point.objective.is_reached
    assert point.objective.today.value == pytest.approx(1 / 3)
    assert point.objective.target.value == 0.17
    assert point.objective.spared.value == 19  # of 120: 40 hit now, 20.4 then


def test_beliefs_and_constraints_are_printed_with_their_numbers(
    data: PackData, html: str
) -> None:
    assert data.beliefs is not None and data.beliefs.tested.value == 2
    assert [b.verdict for b in data.beliefs.listed] == [
        "supported", "supported", "not enough data"]
    cost, share, untested = data.beliefs.listed
    assert cost.claim.text == "Such journeys score at least 2.0 points lower"
    assert share.about == "Long wait (queue, over 5 minutes)"
    assert share.effect.value == pytest.approx(100 / 360) and not untested.effect.known
    answered, closed = data.future
    assert answered.share.value == pytest.approx(100 / 360)
    assert not closed.share.known and closed.because.startswith("blind")
    printed = {claim for claim, _ in Page(html).claims}
    for number in (cost.effect, share.smallest.parts[0], answered.failing,
                   data.blueprints[0].steps[0].share):
        assert number.claim in printed  # type: ignore[union-attr]
    places = printed_claims(html)
    assert set(claims_of(data, places)) == places, "every printed number is one of the model's"


def test_what_people_wrote_is_text(html: str) -> None:
    page = Page(html)
    assert page.words.count("<script>alert(1)</script> {{ 7*7 }} evil") >= 5
    assert "\u202e" not in html and "<script>alert(1)" not in html
    assert "secret" not in html, "nobody who works there is named"


def test_worksheets_have_the_columns_of_the_map(data: PackData, html: str) -> None:
    page = Page(html)
    assert data.journey_map is not None
    for step in data.journey_map.steps:
        assert f'<th scope="col">{step.title}</th>' in html
    assert {a.get("id") for a in page.named("section")} >= SECTIONS
    assert html.count('<article class="cut">') == len(data.points) + len(data.observations)


@pytest.mark.parametrize("min_group", [110, 1000])
def test_a_larger_smallest_group_hides_more(room: Path, min_group: int) -> None:
    """The warehouse was built when smaller groups were shown."""
    settings = load(room)
    settings = settings.model_copy(
        update={"privacy": settings.privacy.model_copy(update={"min_group": min_group})})
    data = read_pack_data(room, settings)
    assert data.points == () and data.blueprints == ()
    assert data.beliefs is not None
    assert not any(b.effect.known or b.n_with.known for b in data.beliefs.listed)
    assert not any(c.share.known or c.parts for c in data.future)
    assert {a.get("id") for a in Page(render_html(data)).named("section")} >= SECTIONS


def test_a_dozen_journeys_and_no_file_make_a_pack(tmp_path: Path) -> None:
    project = callers(tmp_path / "p", 1, (), per_week=12)
    for left in (project / "landing").glob("surveys*"):
        left.write_text(left.read_text().splitlines(keepends=True)[0])
    run = run_without_packs(project)
    assert run.problems == []
    data = read_pack_data(project, load(project))
    assert (data.beliefs, data.observations, data.future, data.points) == (None, (), (), ())
    page = Page(render_html(data))
    assert "Nobody wrote a belief down" in page.words
    assert "No constraint is declared" in page.words
    assert "Nobody at the front line was asked yet" in page.words
