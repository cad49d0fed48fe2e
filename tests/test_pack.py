"""The evidence pack: its numbers, what it holds back, and what hostile names cannot do to it."""

from __future__ import annotations

import random
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from journey_analytics.engines import Published
from journey_analytics.errors import DataError
from journey_analytics.pack import build, build_pack, read_pack_data, words
from journey_analytics.pack.asking import Questions, Row
from journey_analytics.pack.claims import NOTHING, Number, wilson
from journey_analytics.pack.labels import Box, place_labels, spread
from journey_analytics.pack.model import Basis, Overlap, PackData
from journey_analytics.pack.read_brief import read_brief
from journey_analytics.pack.reading import parameters
from journey_analytics.pack.render import environment, render_html
from journey_analytics.pack.splitting import split
from journey_analytics.settings import load

HOSTILE = ("<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>",
           "=cmd|'/C calc'!A0", "\" onmouseover=\"alert(1)", "{{ 7 * 7 }}",
           "حالة التسليم", "👩‍🚒 Notfall",
           "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
#: Fields of the model that hold names from customers' systems.
FOREIGN = {"project", "reason", "queue", "stage", "source", "name", "rule", "warnings", "place"}
#: Elements whose digits are no numbers of the pack: names, times, code, the page's own title.
SAID = {"bdi", "time", "code", "title"}
VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}


class Page(HTMLParser):
    """What the tests look at in a page: elements, text, ids, claims, and whether tags match.

    ``bare`` are texts with a digit that is neither a claim nor a name, a time or code.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.bare: list[str] = []
        self.text: list[str] = []
        self.claims: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.attributes.append(dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.attributes.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
            return
        if self.open[-1:] != ["style"]:
            self.text.append(data)
        around = self.attributes[-1] if self.attributes else {}
        if around.get("data-claim"):
            self.claims.append((str(around["data-claim"]), data))
        elif self.open[-1:] != ["style"] and re.search(r"\d", data):
            is_said = any(
                tag in SAID or "data-claim" in attrs or "tick" in str(attrs.get("class"))
                for tag, attrs in zip(self.open, self.attributes, strict=True))
            if not is_said:
                self.bare.append(data.strip())

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(autouse=True)
def _only_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests look at the page alone; the other forms cost seconds and have their own tests."""
    monkeypatch.setattr(build, "FORMS", build.FORMS[:1])


def number(value: float | None, form: str, **more: Any) -> Number:
    return Number(value, form, "table", "key", "column", **more)


def page_of(data: PackData) -> Page:
    return Page(render_html(data))


@pytest.fixture(scope="session")
def sample_data(sample_project: Path) -> PackData:
    return read_pack_data(sample_project, load(sample_project))


@pytest.fixture(scope="session")
def sample_html(sample_data: PackData) -> str:
    return render_html(sample_data)


@pytest.fixture(scope="session")
def sample_page(sample_html: str) -> Page:
    return Page(sample_html)


@pytest.fixture(scope="session")
def small_data(two_sources: Path) -> PackData:
    return read_pack_data(two_sources, load(two_sources))


# Numbers

@pytest.mark.parametrize(("value", "form", "text"), [
    (1234567, "count", "1,234,567"), (0, "count", "0"), (0.13715, "percent", "13.7%"),
    (0.00045, "percent", "0.04%"), (1.0, "percent", "100%"), (0.0, "percent", "0.0%"),
    (0.0049, "whole_percent", "0.5%"), (0.374, "whole_percent", "37%"),
    (-4.58, "signed_points", "−4.6"), (0.5, "signed_points", "+0.5"),
    (-0.04, "signed_points", "0.0"), (-4.58, "size_of_points", "4.6"),
    (4.5786, "fine_points", "4.58"), (1323.2, "total", "1,323"), (6.86, "total", "6.9"),
    (36_000, "duration", "36 s"), (154_800, "duration", "2.6 min"),
    (1_059_000, "duration", "18 min"),
    (7_200_000, "duration", "2.0 hours"), (200_000_000, "duration", "2.3 days"),
    (20_000, "rough_duration", "less than a minute"), (60_000, "rough_duration", "1 min"),
    (13 * 60_000, "rough_duration", "15 min"), (13_790_000, "rough_duration", "4 hours"),
    (97_107_500, "rough_duration", "1 day"), (3_600_000 * 85, "hours", "85"),
    (None, "count", "not measured"), (float("nan"), "points", "not measured"),
])
def test_numbers_are_written_for_people(value: float | None, form: str, text: str) -> None:
    assert number(value, form).text.replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_share_of_few_has_no_decimals() -> None:
    assert number(1 / 3, "percent", n=24).text == "33%"
    assert number(1 / 3, "percent", n=2400).text == "33.3%"


def test_nouns_follow_their_number() -> None:
    assert number(1, "count").of("journey").striptags() == "1 journey"
    assert number(2, "count").of("journey").striptags() == "2 journeys"
    assert number(None, "count", floor=5).of("person").striptags() == "fewer than 5 persons"


@pytest.mark.parametrize(("hits", "n", "ends"), [(3, 8, [13.7, 69.4]), (172, 400, [38.2, 47.9])])
def test_wilson_intervals_are_those_of_the_ledger(hits: int, n: int, ends: list[float]) -> None:
    assert [round(100 * end, 1) for end in wilson(hits, n)] == ends


def test_a_number_is_a_claim() -> None:
    claim = Number(0.25, "percent", "pain_points", 'a|"b"', "frequency", 0.2, 0.3)
    assert claim.__html__() == (
        '<span class="n" data-claim="pain_points|a%7C&#34;b&#34;|frequency|percent">25.0%</span>')
    assert claim.interval == "20.0% to 30.0%"
    assert claim.lower.claim.endswith("|frequency_low|percent")


# Groups too small to be shown

def rows(*persons: int) -> list[Row]:
    return [Row("t", f"k{i}", {"word": f"w{i}", "size": p, "persons": p})
            for i, p in enumerate(persons)]


def test_small_parts_are_folded_with_the_next_larger_one() -> None:
    parts = split(rows(50, 20, 3), 5, str)
    assert [(p.name, p.size.text) for p in parts.parts] == [("w0", "50"), ("other", "23")]
    assert parts.folded == 2


def test_two_parts_of_which_one_is_small_are_not_split_at_all() -> None:
    assert split(rows(21, 3), 5, str).parts == ()


def test_parts_that_may_all_be_shown_stay() -> None:
    assert [p.name for p in split(rows(9, 8, 7), 5, str).parts] == ["w0", "w1", "w2"]
    assert [p.name for p in split(rows(9, 8, 7), 5, str, most=2).parts] == ["w0", "other"]


def test_a_pack_of_few_persons_shows_no_group_of_fewer_than_five(small_data: PackData) -> None:
    assert small_data.points == () and small_data.others == ()
    assert small_data.coverage.statuses.parts == ()  # 21 and 3 journeys: the 3 would be found
    page = page_of(small_data)
    assert "No pain point could be ranked" in page.words
    assert "fewer than 5" in page.words
    counted = {c: t for c, t in page.claims if c.split("|")[0] in ("steps", "moment_sizes")}
    counts = [int(t.replace(",", "")) for c, t in counted.items() if c.endswith("|count")]
    assert counts and all(n == 0 or n >= 5 for n in counts)


def test_fewer_persons_than_the_smallest_group_have_no_map(
    two_sources: Path, tmp_path: Path
) -> None:
    settings = load(two_sources)
    strict = settings.model_copy(
        update={"privacy": settings.privacy.model_copy(update={"min_group": 50})})
    data = read_pack_data(two_sources, strict)
    assert data.journey_map is None
    assert "so there is none" in page_of(data).words


# What it says

def test_the_cards_are_the_ranking(sample_data: PackData, sample_project: Path) -> None:
    with Published(sample_project / "warehouse" / "journeys.duckdb") as warehouse:
        expected = warehouse.rows(
            "SELECT rank, persons_hit, journeys_hit FROM pain_points "
            "WHERE rank <= 10 ORDER BY rank")
    assert [(p.rank, p.persons.value, p.journeys.value) for p in sample_data.points] == expected
    assert len(sample_data.points) == 10
    assert sample_data.basis.instrument == "NPS" and sample_data.basis.scale.text == "0 to 10"


def test_every_number_of_a_pain_point_can_be_asked_again(
    sample_page: Page, sample_project: Path
) -> None:
    settings = load(sample_project)
    with Published(sample_project / "warehouse" / "journeys.duckdb") as warehouse:
        ask = Questions(warehouse.connection, parameters(settings))
        answers = {name: {row.key: row for row in ask.ask(name)}
                   for name in ("pain_points", "point_occurrences", "coverage_spans", "totals")}
    checked = 0
    for claim, text in sample_page.claims:
        table, key, column, form = claim.split("|")
        row = answers.get(table, {}).get(key)
        if row is None or column not in row.values or column == "burden_per_journey":
            continue
        n = {"frequency": row.values.get("active_persons")}.get(column.removesuffix("_low"))
        assert Number(float(row[column]), form, table, key, column, n=n).text == text, claim
        checked += 1
    assert checked > 400


def test_findings_say_how_many_and_how_sure(sample_page: Page, sample_data: PackData) -> None:
    first = sample_data.points[0]
    sentence = (f"It hit {first.persons.text} of {first.active_persons.text} persons, "
                f"that is {first.frequency.text} ( {first.frequency.lower.text} to")
    assert sentence.replace("( ", "(") in sample_page.words.replace("( ", "(").replace(" ,", ",")
    assert f"n = {first.hit_scored.text} with" in sample_page.words
    assert "not proof of cause" in sample_page.words


def test_a_number_is_printed_only_as_a_claim(sample_page: Page, small_data: PackData) -> None:
    assert sample_page.bare == [] and page_of(small_data).bare == []
    with pytest.raises(TypeError, match="bare number"):
        environment().from_string("{{ x }}").render(x=3)
    assert Page("<p>3 journeys <bdi>Queue 7</bdi></p>").bare == ["3 journeys"]


def test_findings_are_three_different_troubles(sample_data: PackData) -> None:
    """What may be chance, and what another pain point says already, is no finding."""
    first, second, third, *_ = sample_data.points
    doubtful = replace(first, difference=replace(first.difference, high=0.4))
    seen_twice = replace(second, overlap=Overlap(3, second.journeys))
    points = (doubtful, seen_twice, third, *sample_data.points[3:])
    assert not doubtful.is_clear and third.is_clear
    assert read_brief(points).findings[0] is third
    html = render_html(replace(sample_data, points=points))
    assert "its score difference may be chance" in html and "the same trouble, seen twice" in html


def test_a_path_is_shown_only_where_enough_share_it(sample_data: PackData) -> None:
    paths = [p.path for p in sample_data.points if p.path]
    assert paths and all(p.persons.value >= sample_data.min_group for p in paths if p.persons.value)
    assert all(sum(place.is_hit for place in p.places) >= 1 for p in paths)


def test_the_hours_hide_cells_of_few(sample_data: PackData) -> None:
    cells = [c for p in sample_data.points for c in p.hours]
    assert cells and all(c.moments >= sample_data.min_group for c in cells if c.level)


def test_every_step_is_on_the_map_and_blind_is_not_zero(small_data: PackData) -> None:
    assert small_data.journey_map is not None
    steps = {s.name: s for s in small_data.journey_map.steps}
    assert tuple(steps) == words.STEPS
    assert steps["search"].is_blind
    assert "Blind , which is not zero" in page_of(small_data).words


def test_a_ranking_without_a_survey_says_so(sample_data: PackData) -> None:
    points = tuple(replace(
        p, impact=replace(p.impact, value=None), difference=replace(p.difference, value=None),
        burden_per_journey=replace(p.burden_per_journey, value=1.0, form="duration_of_hours"))
        for p in sample_data.points)
    silent = replace(sample_data, basis=Basis("", "", NOTHING), points=points, others=(),
                     answered=replace(sample_data.answered, value=0))
    page = page_of(silent)
    assert "ranked by customer hours lost" in page.words
    assert "No survey is connected" in page.words
    assert "recommendation question" not in page.words


# The file

def test_the_file_is_private_and_the_same_every_time(two_sources: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(two_sources, tmp_path / "project",
                             ignore=shutil.ignore_patterns("packs"))
    settings = load(copied)
    path = build_pack(copied, settings)
    first = path.read_bytes()
    assert path == copied / "packs" / "everything" / "draft" / "pack.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert build_pack(copied, settings).read_bytes() == first
    assert [p.name for p in path.parent.parent.iterdir()] == ["draft"]


def test_only_the_published_file_is_read(sample_project: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    for path in (*sample_project.glob("*.toml"), *sample_project.glob("*.csv"),
                 sample_project / "warehouse" / "journeys.duckdb"):
        shutil.copy(path, tmp_path / path.relative_to(sample_project))
    path = build_pack(tmp_path, load(tmp_path))
    made = sample_project / "packs" / "everything" / "draft" / "pack.html"
    assert path.read_bytes() == made.read_bytes()


def test_nothing_published_is_an_error_that_says_what_to_do(
    two_sources: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="nothing is published yet"):
        build_pack(tmp_path, load(two_sources))


def test_it_asks_nothing_of_any_network(sample_html: str, sample_page: Page) -> None:
    html = re.sub(r'<script type="text/plain".*?</script>', "", sample_html, flags=re.DOTALL)
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+", html)) - {"http://www.w3.org"}
    assert addresses == set()
    assert [a["href"] for a in sample_page.named("link")][0].startswith("data:")  # type: ignore[union-attr]
    assert all("src" not in attrs for _, attrs in sample_page.tags)
    assert "@import" not in html and "url(" not in html
    policy = next(a for a in sample_page.named("meta") if a.get("http-equiv"))
    assert "default-src 'none'" in str(policy["content"])


def test_plotly_is_embedded_once_and_imported_late(sample_page: Page) -> None:
    assert len([s for s in sample_page.scripts if len(s) > 1_000_000]) == 1
    code = ("import sys, journey_analytics.pack\n"
            "assert not {'plotly', 'prefect', 'pandas'} & set(sys.modules), 'imported too early'")
    subprocess.run([sys.executable, "-c", code], check=True)
    assert '"showSendToCloud": false' in "".join(sample_page.scripts)


def test_no_key_of_the_warehouse_leaves_it(sample_html: str, sample_project: Path) -> None:
    html = re.sub(r'<script type="text/plain".*?</script>', "", sample_html, flags=re.DOTALL)
    assert re.findall(r"\d{12,}", html) == []
    with Published(sample_project / "warehouse" / "journeys.duckdb") as warehouse:
        keys = warehouse.rows(
            "SELECT person_key FROM persons UNION SELECT journey_key FROM journeys")
    assert not {str(k) for (k,) in keys} & set(re.findall(r"-?\d+", html))


def test_it_is_built_for_those_who_do_not_see_it(sample_page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in sample_page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    ids = [str(a["id"]) for _, a in sample_page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    links = [str(a["href"])[1:] for a in sample_page.named("a") if str(a["href"]).startswith("#")]
    assert links and set(links) <= set(ids)
    assert len(sample_page.named("caption")) == len(sample_page.named("table"))
    assert all(a.get("scope") in ("col", "row") for a in sample_page.named("th"))
    figures = sample_page.named("svg")
    assert len(figures) > 20 and all(a.get("role") == "img" for a in figures)
    assert all(set(str(a["aria-labelledby"]).split()) <= set(ids) for a in figures)


# Hostile names

def hostile(value: Any, name: str = "", count: list[int] | None = None) -> Any:
    """Return a model with every foreign name replaced by something hostile."""
    count = [0] if count is None else count
    if is_dataclass(value) and not isinstance(value, type | Number):
        return replace(value, **{f.name: hostile(getattr(value, f.name), f.name, count)
                                 for f in fields(value) if f.init})
    if isinstance(value, tuple):
        return tuple(hostile(v, name, count) for v in value)
    if isinstance(value, str) and value and name in FOREIGN and value not in words.STEPS:
        count[0] += 1
        return HOSTILE[count[0] % len(HOSTILE)]
    return value


def test_hostile_names_stay_text(sample_data: PackData, sample_page: Page) -> None:
    html = render_html(hostile(sample_data))
    page = Page(html)
    assert "alert(1)" in page.words and "{{ 7 * 7 }}" in page.words
    for tag in ("script", "img", "style", "a"):
        assert len(page.named(tag)) == len(sample_page.named(tag)), tag
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    figure = next(s for s in page.scripts if "hovertext" in s)
    assert "<" not in figure and ">" not in figure


@pytest.mark.parametrize(("dirty", "clean"), [
    ("Billing\n\tTeam", "Billing Team"), ("\u202eevil\u2066 name", "evil name"),
    ("a\x00b\x1b[31m", "a b [31m"), ("👩\u200d🚒", "👩\u200d🚒"), ("x" * 500, "x" * 89 + "…"),
    ("<b>", "<b>"), ("Rechnungsprüfung", "Rechnungsprüfung"),
])
def test_names_are_cleaned_of_what_disturbs_reading(dirty: str, clean: str) -> None:
    assert words.clean(dirty) == clean


def test_names_lose_what_only_a_program_needs() -> None:
    assert words.reason_name("delivery_status") == "delivery status"
    assert words.reason_name("Tech - Outage") == "Tech - Outage"
    assert words.reason_name("unstated") == "reason not stated"
    assert words.queue_name("Billing") == "Billing queue"
    assert words.queue_name("Queue 7") == "Queue 7"
    assert words.queue_name("no queue") == ""


# Figures

@pytest.mark.parametrize("seed", range(8))
def test_names_in_the_matrix_do_not_cover_each_other(seed: int) -> None:
    draw = random.Random(seed)
    frame = Box(64, 36, 832, 448)
    dots = [(draw.uniform(80, 880), draw.uniform(50, 470)) for _ in range(10)]
    badges = spread(dots, 12, frame)
    texts = [(f"{i} Long wait", "x" * draw.randint(5, 40)) for i in range(10)]
    labels = place_labels(texts, badges, 12, frame, [], [])
    boxes = [label.box for label in labels if label is not None]
    assert len(boxes) >= 9
    for i, box in enumerate(boxes):
        assert all(box.overlap(other) <= 8 for other in boxes[:i])
        assert all(box.overlap(Box(x - 12, y - 12, 24, 24)) <= 8 for x, y in badges)


def test_badges_of_the_same_place_are_moved_apart() -> None:
    badges = spread([(200, 200)] * 6, 12, Box(0, 0, 400, 400))
    assert all((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 >= 24**2
               for i, a in enumerate(badges) for b in badges[:i])


def test_each_step_has_words(sample_data: PackData) -> None:
    assert set(words.STEPS) == set(words.STEP_TITLES) == set(words.STEP_SENTENCES)
    titled: Callable[[str], bool] = lambda text: bool(text) and "_" not in text  # noqa: E731
    assert sample_data.journey_map is not None
    assert all(titled(s.name) for step in sample_data.journey_map.steps for s in step.doings)
    assert all(titled(t.title) for t in sample_data.thresholds)
