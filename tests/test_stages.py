"""Stage and step of what customers do: what a project declares goes before what is assumed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from journey_analytics import settings_stages
from journey_analytics.check import check_project
from journey_analytics.check_stages import shown
from journey_analytics.contracts import VOCABULARIES
from journey_analytics.engines import Published
from journey_analytics.errors import JourneyError
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import load
from tests.conftest import ROOT
from tests.project import name_touchpoints, write_project
from tests.test_docs import journeys
from tests.test_emotion import run
from tests.test_model_cases import call

PAGE = "/shop/a_b%25/?q=ada@example.org"
SETTINGS = """
[reasons.invoice]
family = "billing"
match = ["bill"]
[reasons.moving]
family = "contract"
stage = "loyalty"
[stages]
renewal = ["Contract End", "/shop/*/renew"]
delivery = ["billing", "/shop/a_b%25"]
[steps]
reach = ["custom thing", "/contact"]
search = ["confirmation"]
"""
#: Event by name, type, page and reason; its stage and step.
EVENTS = [
    ("named", {"event_name_raw": "contract end"}, "renewal", "search"),
    ("name before page", {"event_name_raw": "contract end", "url_path": "/cart"},
     "renewal", "search"),
    ("own page before assumed name", {"event_name_raw": "add_to_cart", "url_path": "/shop/x/renew"},
     "renewal", "search"),
    ("longest page", {"url_path": "/SHOP/tv/renew/now?x=1#y"}, "renewal", "search"),
    ("no wildcards of ours", {"url_path": PAGE}, "delivery", "search"),
    ("assumed page", {"url_path": "/shop/axb%25"}, "consideration", "search"),
    ("assumed page in a language", {"url_path": "/de/checkout/2"}, "purchase", "search"),
    ("not below it", {"url_path": "/contacts"}, "usage", "search"),
    ("own step", {"url_path": "/contact/form"}, "support", "reach"),
    ("own step of a name", {"event_type": "custom", "event_name_raw": "Custom Thing"},
     "usage", "reach"),
    ("own step of a type", {"event_type": "confirmation"}, "usage", "search"),
    ("step of a type", {"event_type": "bot_handoff"}, "usage", "hand_over"),
    ("nowhere", {"event_type": "custom", "event_name_raw": "xyz"}, "usage", "search"),
    ("family of its reason", {"intent": "bill", "url_path": "/cart"}, "delivery", "search"),
    ("stage of its reason", {"intent": "moving", "url_path": "/cart"}, "loyalty", "search"),
    ("own name before its reason", {"intent": "moving", "event_name_raw": "contract end"},
     "renewal", "search"),
    ("hostile", {"event_name_raw": "'; drop table x; --[red]", "url_path": "/%"},
     "usage", "search"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    columns = ("event_type", "event_name_raw", "url_path", "intent")
    events = [{"event_id": name, "occurred_at": f"2026-01-{n + 1:02d} 10:00:00",
               "anonymous_id": name, **dict.fromkeys(columns, ""), "event_type": "page_view",
               **given} for n, (name, given, _, _) in enumerate(EVENTS)]
    return write_project(
        tmp_path_factory.mktemp("stages") / "project", settings=SETTINGS, channel_events=events,
        calls=[call("c1", "10 09:00", contact_reason="Bill"),
               call("c2", "10 09:00", contact_reason="Cancellation"),
               call("c3", "10 09:00", contact_reason="whatever")])


def test_stage_and_step_of_events_and_contacts(project: Path) -> None:
    run(project)
    with Published(warehouse_file(project)) as opened:
        name_touchpoints(opened, project)
        found = {name: (stage, step) for name, stage, step in opened.rows(
            "SELECT id, stage::varchar, step::varchar FROM touchpoints JOIN who USING "
            "(touchpoint_key) WHERE source = 'channel_events'")}
        contacts = dict(opened.rows("SELECT reason::varchar, stage::varchar FROM touchpoints "
                                    "WHERE source = 'calls'"))
    assert found == {name: (stage, step) for name, _, stage, step in EVENTS}
    assert contacts == {"invoice": "delivery", "Cancellation": "loyalty", "whatever": "support"}


def test_check_tells_what_is_mapped_nowhere_and_no_address(project: Path) -> None:
    report = check_project(project, lambda line: None)
    assert report["stages"] == {"asked": len(EVENTS) + 3, "unmapped": 7, "unmapped_words": {
        "'; drop table x; --[red]": 1, "/contacts/": 1, "Custom Thing": 1, "bot_handoff": 1,
        "confirmation": 1, "whatever": 1, "xyz": 1}}
    assert report["steps"] == {"asked": len(EVENTS), "unmapped": 1, "unmapped_words": {"xyz": 1}}
    text = journeys("check", str(project)).stdout
    assert "[red]" in text and "ada@" not in text
    assert "35% of 20 reasons, events and pages have no [stages] entry" in text


@pytest.mark.parametrize("word, safe", [
    ("/reset/", "/reset/"), ("mail to ada@example.org", "mail to …"), ("call 4930123", "call …"),
    ("a\x1b[31mb\nc", "a [31mb c"), ("x" * 80, "x" * 59 + "…"),
])
def test_words_are_shown_short_and_plain(word: str, safe: str) -> None:
    assert shown(word) == safe


def test_what_is_assumed_can_be_copied_and_covers_every_type_of_event() -> None:
    assumed = settings_stages.shipped()
    assert set(assumed["stages"]) == set(settings_stages.STAGES)
    assert list(settings_stages.stage_problems(assumed["stages"], assumed["steps"])) == []
    mapped = {w for words in assumed["steps"].values() for w in words}
    assert set(VOCABULARIES["event_type"]) - mapped == {"custom"}


@pytest.mark.parametrize("toml, words", [
    ('[steps]\nserch = ["x"]\n', (":2: no such step, found 'serch'", "Did you mean 'search'?")),
    ('[stages]\nsuport = ["x"]\n', (":2: no such stage, found 'suport'", "Did you mean 'support'")),
    ('[stages]\nusage = ["x"]\nrenewal = ["X"]\n', (":3: 'X' also stands for 'usage'",)),
    ('[steps]\nreach = ["con*act"]\n', (":2: a * in what is no page", "/ or *")),
])
def test_wrong_entries_are_told_with_their_line(
    tmp_path: Path, toml: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "journeys.toml").write_text(toml)
    with pytest.raises(JourneyError) as caught:
        load(tmp_path)
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.acceptance
def test_clicks_of_a_real_shop_are_mapped(tmp_path: Path) -> None:
    data = ROOT.parent / "shared" / "data" / "retentioneering-ecom"
    if not data.is_dir():
        pytest.skip(f"needs the real export in {data}, which is not here")
    shutil.copytree(ROOT / "tests" / "acceptance" / data.name, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "journeys.toml"
    settings.write_text(settings.read_text().replace('"landing/', f'"{data}/'))
    report = check_project(tmp_path, lambda line: None)
    # A search may be for a product or for help, an error may be met anywhere: only the shop knows.
    assert report["stages"] == {"asked": 30_829, "unmapped": 4_287,
                                "unmapped_words": {"search": 4_011, "error_page": 276}}
    # Shopping is no step of getting help.
    assert set(report["steps"]["unmapped_words"]) == {
        "filter_results", "add_to_cart", "wishlist_add"}
