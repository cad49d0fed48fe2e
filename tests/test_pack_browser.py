"""The pack in a real Chromium: no request, no error, no overflow, no empty figure.

Skips where there is no browser, unless ``JOURNEYS_REQUIRE_BROWSER=1`` says that there must be one.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from journey_analytics.pack import read_pack_data
from journey_analytics.pack.model import Group, PackData, Personas, Trait
from journey_analytics.pack.render import render_html
from journey_analytics.pipeline import run_project
from journey_analytics.settings import load
from tests.project import write_project
from tests.test_pack import hostile
from tests.test_pack_review import review_of

pytestmark = pytest.mark.browser
WIDTHS = (360, 768, 1440)
GERMAN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
#: The rules of axe-core, as axe-playwright-python ships them.
AXE = Path(str(getattr(importlib.util.find_spec("axe_playwright_python"), "origin", "")),
           ).with_name("axe.min.js")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run"]


@dataclass
class Visit:
    """An opened pack and what it did that it should not."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or "/usr/bin/chromium"
    missing = "" if Path(path).exists() else "no Chromium at /usr/bin/chromium"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "playwright is not installed"
    if missing:
        if os.environ.get("JOURNEYS_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{missing}, and JOURNEYS_REQUIRE_BROWSER=1")
        pytest.skip(f"{missing}; the pack is not looked at in a browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """A function that opens a file and records every request and every error."""
    contexts = []

    def open_(path: Path, **options: Any) -> Visit:
        context = browser.new_context(
            offline=True, **{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        found = Visit(context.new_page())

        def decide(route: Any) -> None:
            if route.request.url.split("#")[0] == path.as_uri():
                route.continue_()
            else:
                found.requests.append(route.request.url[:200])
                route.abort()

        context.route(re.compile("^(?!data:|blob:)"), decide)
        found.page.on("console", lambda m: found.errors.append(m.text)
                      if m.type in ("error", "warning") else None)
        found.page.on("pageerror", lambda e: found.errors.append(str(e)))
        found.page.on("dialog", lambda d: (found.errors.append(f"dialog {d.message}"), d.dismiss()))
        found.page.goto(path.as_uri())
        return found

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def packs(sample_project: Path, two_sources: Path, tmp_path_factory: pytest.TempPathFactory
          ) -> dict[str, Path]:
    """Packs to look at: the sample, and those that are hard to set.

    Few persons, hostile names, one source without a survey and twelve journeys of long words, a
    brief one, and one with personas.
    """
    data = read_pack_data(sample_project, load(sample_project))
    folder = tmp_path_factory.mktemp("packs")
    twelve = write_project(folder / "twelve", calls=[
        {"leg_id": f"c{n}", "call_id": f"c{n}", "external_id": f"u{n}", "talk_ms": "60000",
         "contact_reason": GERMAN, "queue": GERMAN, "queue_wait_ms": "300000",
         "started_at": f"2026-03-{n + 1:02d}T10:00:00Z"} for n in range(12)])
    run_project(twelve)
    made = {
        "sample": data, "hostile": hostile(data), "twelve": read_pack_data(twelve, load(twelve)),
        "few": read_pack_data(two_sources, load(two_sources)),
        "brief": replace(data, scope=replace(data.scope, is_brief=True, question="Why twice?")),
        "personas": replace(data, personas=some_personas(data)),
        "review": review_of(sample_project, folder / "review"),
    }
    paths = {name: folder / f"{name}.html" for name in made}
    for name, pack in made.items():
        paths[name].write_text(render_html(pack), encoding="utf-8")
    return paths


def some_personas(data: PackData) -> Personas:
    """Return a persona of long words and a segment of which nothing is known."""
    persons, share = data.points[0].persons, data.points[0].frequency
    trait = Trait(GERMAN, share, share, difference=share, lift=share)
    full = Group("g1", f"{GERMAN} about {GERMAN}", True, persons, share, share, (trait,) * 3,
                 (trait,), (trait,), data.points[0].path)
    empty = Group("g2", "Business", False, persons, share, None, (), (), (), None)
    return Personas((full,), (empty,), (), "")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["sample", "few", "hostile", "twelve", "brief", "personas",
                                  "review"])
def test_it_opens_in_silence_and_fits(
    name: str, width: int, packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(packs[name], viewport={"width": width, "height": 800})
    too_wide = seen.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0
    assert seen.errors == [] and seen.requests == []
    inside = seen.page.evaluate(
        "[...document.querySelectorAll('#map .map-scroll')]"
        ".map(e => e.scrollWidth - e.clientWidth)")
    assert width == 360 or all(d <= 0 for d in inside), "the map scrolls on small screens alone"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_figure_is_empty(
    scheme: str, packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(packs["sample"], color_scheme=scheme)
    figures = seen.page.evaluate("""() => [...document.querySelectorAll('svg')]
        .filter(s => getComputedStyle(s).display !== 'none' && !s.closest('details'))
        .map(s => ({name: s.getAttribute('aria-labelledby'), box: s.getBoundingClientRect(),
                    marks: s.querySelectorAll('rect,circle,line,text').length,
                    colour: getComputedStyle(s.querySelector('rect,circle')).fill}))""")
    assert len(figures) >= 20
    for figure in figures:
        assert figure["box"]["width"] > 100 and figure["box"]["height"] > 20, figure
        assert figure["marks"] >= 3, figure
        assert figure["colour"] not in ("none", "rgba(0, 0, 0, 0)"), figure


def test_texts_of_the_matrix_do_not_overlap(
    packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    boxes = visit(packs["sample"]).page.evaluate(
        """() => [...document.querySelectorAll('.matrix.wide .label, .matrix.wide .sub')]
        .map(t => { const b = t.getBoundingClientRect();
                    return [b.left, b.top + 3, b.right, b.bottom - 3, t.textContent]; })""")
    assert len(boxes) == 20
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{a[4]} covers {b[4]}"


def test_the_explorer_draws_without_a_cloud(
    packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(packs["sample"])
    seen.page.click("#explorer summary")
    seen.page.wait_for_selector("#explorer-figure .points path", timeout=30_000)
    ranked = int(seen.page.inner_text("#explorer summary").split()[2])
    assert seen.page.locator("#explorer-figure .points path").count() == ranked
    buttons = seen.page.evaluate(
        "[...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title || b.title)")
    assert buttons and not [b for b in buttons if re.search("share|cloud|edit", b, re.IGNORECASE)]
    assert "Share chart" not in seen.page.inner_text("body")
    assert seen.errors == [] and seen.requests == []


def test_hostile_names_do_nothing_in_the_explorer(
    packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(packs["hostile"])
    seen.page.click("#explorer summary")
    seen.page.wait_for_selector("#explorer-figure .points path", timeout=30_000)
    point = seen.page.locator("#explorer-figure .points path").first.bounding_box()
    seen.page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    seen.page.wait_for_selector("#explorer-figure .hoverlayer text", timeout=10_000)
    assert seen.page.locator("#explorer-figure img, #explorer-figure script").count() == 0
    assert seen.errors == [] and seen.requests == []


def test_it_is_complete_without_javascript(
    packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(packs["sample"], java_script_enabled=False)
    text = seen.page.inner_text("main")
    for heading in ("What stands out", "The journey, step by step", "Priorities", "Rank 10:",
                    "Scope and data coverage", "Definitions and method"):
        assert heading in text
    assert not seen.page.locator("#explorer").is_visible()
    assert seen.page.locator("#explorer + details summary").is_visible()


def test_it_can_be_walked_by_keyboard(
    packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    page = visit(packs["sample"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    for _ in range(3):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "3px", "focus is visible"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "width"), [
    ("sample", 1440), ("sample", 360), ("few", 768), ("personas", 1440), ("brief", 768),
    ("review", 768)])
def test_axe_finds_nothing(
    name: str, width: int, scheme: str, packs: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    """WCAG 2.2 AA and best practices, by axe-core."""
    page = visit(packs[name], viewport={"width": width, "height": 900}, color_scheme=scheme,
                 bypass_csp=True).page
    page.add_script_tag(content=AXE.read_text())
    found = page.evaluate("async tags => (await axe.run({runOnly: tags})).violations", [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in found] == []


def pages(pdf: bytes) -> list[tuple[float, float]]:
    found = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(width), float(height)) for width, height in found]


def test_it_prints_on_a4(packs: dict[str, Path], visit: Callable[..., Visit]) -> None:
    """The brief fills one page, and the map one landscape page after it."""
    sizes = pages(visit(packs["brief"]).page.pdf(prefer_css_page_size=True))
    assert [round(w) for w, h in sizes] == [595, 842]
    whole = pages(visit(packs["sample"]).page.pdf(prefer_css_page_size=True))
    assert [round(w) for w, h in whole[:2]] == [595, 842] and round(whole[2][0]) == 595
    assert 12 <= len(whole) <= 36
