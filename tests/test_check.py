"""``journeys check`` on the words that contacts state as their reasons."""

from __future__ import annotations

from pathlib import Path

from journey_analytics.check import check_project
from tests.project import write_project
from tests.test_docs import journeys
from tests.test_model_cases import call, ticket

REASONS = '[reasons.invoice]\nfamily = "billing"\nmatch = ["Bill"]\n'


def event(who: str, at: str, **more: str) -> dict[str, str]:
    return {"event_id": f"{who} {at}", "occurred_at": f"2026-01-{at}:00", "anonymous_id": who,
            "intent": "", **more}


def test_reasons_are_shown_by_source_and_the_unmapped_words_over_all(tmp_path: Path) -> None:
    project = write_project(
        tmp_path / "project", settings=REASONS,
        calls=[
            # Two legs of one call are one contact; its reason stands on one of them.
            call("c1", "10 09:00", call_id="one", contact_reason="bill"),
            call("c1", "10 09:05", call_id="one", contact_reason=""),
            call("c2", "10 09:00", contact_reason="moving"),
            call("c3", "10 09:00", contact_reason=""),
            call("c4", "10 09:00", contact_reason=""),
        ],
        tickets=[ticket("c5", "11 09:00", contact_reason="Invoice"),
                 ticket("c6", "11 09:00", contact_reason="moving")],
        channel_events=[
            event("v1", "09 08:00", event_type="bot_message", intent="tariff"),
            event("v1", "09 08:01", event_type="bot_message", intent="invoice"),
            event("v1", "09 08:02"),
        ])
    report = check_project(project, lambda line: None)
    assert {s["source"]: s["reasons"] for s in report["sources"]} == {
        "calls": {"asked": 4, "stated": 2, "unmapped": 1},
        "tickets": {"asked": 2, "stated": 2, "unmapped": 1},
        "channel_events": {"asked": 2, "stated": 2, "unmapped": 1},
    }
    assert report["reasons"] == {"stated": 6, "unmapped": 3,
                                 "unmapped_words": {"moving": 2, "tariff": 1}}
    text = journeys("check", str(project)).stdout
    assert "reasons: stated by 50% of 4 contacts; 50% of these have no [reasons] entry" in text
    assert "50% of stated reasons have no [reasons] entry and stay as they are: moving (2), " \
           "tariff (1)" in text
