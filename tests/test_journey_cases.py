"""Which touchpoints are about one issue, and why: cases with expected rows, written by hand.

Each customer is one case. Journeys are numbered by the time they begin; a row is what the source
called it, the number of its journey, and what put it there. Cases that two systems share
(forwarded, retried, chased, reopened, automatic close, follow-up, outbound, internal) stand in
fixtures/two_sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journey_analytics.engines import Published
from journey_analytics.pipeline import warehouse_file
from tests.project import Row, name_touchpoints, run_project, write_project


def call(who: str, at: str, reason: str = "", **more: str) -> Row:
    return {"leg_id": f"{who} {at}", "call_id": f"{who} {at}", "external_id": who,
            "started_at": f"2026-{at}", "contact_reason": reason, **more}


def ticket(who: str, at: str, reason: str = "", **more: str) -> Row:
    return {"ticket_id": f"{who} {at}", "created_at": f"2026-{at}", "solved_at": f"2026-{at}:30",
            "external_id": who, "contact_reason": reason, **more}


def event(who: str, at: str, kind: str, **more: str) -> Row:
    return {"event_id": f"{who} {at} {kind}", "occurred_at": f"2026-{at}", "event_type": kind,
            "external_id": who, **more}


CALLS = [
    # Two issues at once: the family tells them apart.
    call("parallel", "01-05 09:00", "invoice"), call("parallel", "01-06 09:00", "outage"),
    call("parallel", "01-07 09:00", "refund"), call("parallel", "01-08 09:00", "outage"),
    # Without a reason only time decides: 6 days, then 8 days.
    call("reasonless", "01-05 09:00"), call("reasonless", "01-11 09:00"),
    call("reasonless", "01-19 09:00"),
    # The windows of [families.contract] are 3 and 20 days; of others 7.
    call("own window", "01-05 09:00", "cancel"), call("own window", "01-10 09:00", "cancel"),
    call("common window", "01-05 09:00", "invoice"),
    call("common window", "01-10 09:00", "invoice"),
    # The flow that asks after the call is a leg of it: no contact, no talk; hanging up on it is no
    # giving up.
    call("post-call", "01-05 09:00", "invoice", talk_ms="60000", ended_at="2026-01-05 09:01"),
    {**call("post-call", "01-05 09:01", "invoice", leg_kind="ivr", outcome="abandoned_ivr"),
     "call_id": "post-call 01-05 09:00", "leg_seq": "2"},
    # Searched before, called after.
    call("searched", "01-05 12:00", "invoice"),
    # The answer names nobody's call, only the person; and comes three days later.
    call("answered", "01-05 09:00", "invoice"),
    # An agent's ticket in the half hour after the call is the same interaction.
    call("two systems", "01-05 09:00", ended_at="2026-01-05 09:05"),
    # Calls passed on and on: 0, 8 and 14 minutes are one contact, 16 is the next.
    *(call("chained", f"01-05 09:{m}", "invoice", outcome="transferred_out",
           transfer_kind="blind") for m in ("00", "08", "14", "16")),
]
TICKETS = [
    # Merged three weeks later into a ticket of another reason: one issue.
    ticket("merged", "01-05 09:00", "invoice", status="merged", merged_into="merged 01-26 09:00"),
    ticket("merged", "01-26 09:00", "outage"),
    # A chain of follow-ups, each after the quiet window, the later ones without a reason.
    ticket("follow-up", "01-01 09:00", "outage"),
    ticket("follow-up", "01-20 09:00", followup_of="follow-up 01-01 09:00"),
    ticket("follow-up", "02-10 09:00", followup_of="follow-up 01-20 09:00"),
    ticket("two systems", "01-05 09:20", "invoice", opened_by="agent"),
]
SURVEYS = [{"response_id": "answered late", "sent_at": "2026-01-06 09:00", "score": "3",
            "answered_at": "2026-01-08 09:00", "external_id": "answered"}]
EVENTS = [
    event("searched", "01-05 08:00", "search"), event("searched", "01-05 08:05", "page_view"),
    # Three events of one instant: the source's own sequence decides, then the id.
    event("ordered", "01-05 09:00", "page_view", event_seq="2"),
    event("ordered", "01-05 09:00", "search", event_seq="1"),
    event("ordered", "01-05 09:00", "login", event_seq="3"),
]
SETTINGS = """
[reasons.invoice]
family = "billing"
[reasons.refund]
family = "billing"
[reasons.outage]
family = "technical"
[reasons.cancel]
family = "contract"
[families.contract]
quiet_window_days = 3
repeat_window_days = 20
"""
#: Per case: id, journey, why it is in there.
EXPECTED = {
    "parallel": [("01-05 09:00", 1, "reference"), ("01-06 09:00", 2, "reference"),
                 ("01-07 09:00", 1, "reason"), ("01-08 09:00", 2, "reason")],
    "reasonless": [("01-05 09:00", 1, "reference"), ("01-11 09:00", 1, "window"),
                   ("01-19 09:00", 2, "reference")],
    "own window": [("01-05 09:00", 1, "reference"), ("01-10 09:00", 2, "reference")],
    "common window": [("01-05 09:00", 1, "reference"), ("01-10 09:00", 1, "reason")],
    "post-call": [("01-05 09:00", 1, "reference"), ("01-05 09:01", 1, "reference")],
    "searched": [("01-05 08:00 search", 1, "inherited forward"),
                 ("01-05 08:05 page_view", 2, "window"), ("01-05 12:00", 1, "reason")],
    "answered": [("01-05 09:00", 1, "reference"), ("late", 1, "same interaction")],
    "two systems": [("01-05 09:00", 1, "reference"), ("01-05 09:20", 1, "same interaction")],
    "chained": [("01-05 09:00", 1, "reference"), ("01-05 09:08", 1, "same interaction"),
                ("01-05 09:14", 1, "same interaction"), ("01-05 09:16", 1, "reason")],
    "merged": [("01-05 09:00", 1, "reference"), ("01-26 09:00", 1, "reference")],
    "follow-up": [("01-01 09:00", 1, "reference"), ("01-20 09:00", 1, "reference"),
                  ("02-10 09:00", 1, "reference")],
}
CONTACTS = {"parallel": 4, "reasonless": 3, "own window": 2, "common window": 2, "post-call": 1,
            "searched": 1, "answered": 1, "two systems": 1, "chained": 2, "merged": 2,
            "follow-up": 3}


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory, _session_secret: None
) -> Iterator[Published]:
    project = write_project(
        tmp_path_factory.mktemp("journeys") / "project", settings=SETTINGS, calls=CALLS,
        tickets=TICKETS, surveys=SURVEYS, channel_events=EVENTS)
    run_project(project)
    with Published(warehouse_file(project)) as opened:
        name_touchpoints(opened, project)
        yield opened


@pytest.mark.parametrize("who", EXPECTED)
def test_touchpoints_are_in_their_journey_for_a_reason(warehouse: Published, who: str) -> None:
    rows = warehouse.rows("""
        SELECT w.id, dense_rank() OVER (ORDER BY j.started_at, j.journey_key),
               t.link_basis::varchar
        FROM touchpoints AS t JOIN journeys AS j USING (journey_key)
        JOIN who AS w USING (touchpoint_key)
        WHERE w.who = ? ORDER BY t.started_at, w.id""", [who])
    assert [(i.removeprefix(f"{who} "), n, basis) for i, n, basis in rows] == EXPECTED[who]


@pytest.mark.parametrize("who", CONTACTS)
def test_contacts_are_counted_once(warehouse: Published, who: str) -> None:
    assert warehouse.rows("""
        SELECT sum(p.contacts)::int FROM persons AS p WHERE p.person_key IN (
            SELECT person_key FROM touchpoints JOIN who USING (touchpoint_key) WHERE who = ?)
        """, [who]) == [(CONTACTS[who],)]


def test_a_survey_leg_is_no_talk(warehouse: Published) -> None:
    assert warehouse.rows("""
        SELECT c.talk_ms, c.legs, c.is_abandoned FROM contacts AS c JOIN touchpoints AS t
        USING (contact_key)
        JOIN who AS w USING (touchpoint_key)
        WHERE w.id = 'post-call 01-05 09:00'""") == [(60_000, 2, False)]


def test_repeats_have_the_window_of_their_family(warehouse: Published) -> None:
    kinds = dict(warehouse.rows("""
        SELECT w.who, count(*) FROM moments AS m JOIN touchpoints AS t USING (contact_key)
        JOIN who AS w USING (touchpoint_key)
        WHERE m.kind = 'repeat_contact' AND w.who IN ('own window', 'reasonless') GROUP BY ALL"""))
    assert kinds == {"own window": 1, "reasonless": 1}


def test_ends_have_the_rule_that_decided(warehouse: Published) -> None:
    assert warehouse.rows("""
        SELECT DISTINCT j.journey_status, j.status_rule FROM journeys AS j
        JOIN touchpoints USING (journey_key) JOIN who AS w USING (touchpoint_key)
        WHERE w.who = 'chained'""") == [("resolved", "no sign of it in the quiet window")]


def test_equal_times_are_in_the_sources_order(warehouse: Published) -> None:
    assert warehouse.rows("""
        SELECT kind::varchar FROM touchpoints JOIN who USING (touchpoint_key)
        WHERE who = 'ordered' ORDER BY touchpoint_no""") == [
            ("search",), ("page_view",), ("login",)]


@pytest.mark.parametrize(("local", "utc"), [
    # The clocks go forward: 01:59 and 03:00 are a minute apart.
    (["2026-03-29 01:59", "2026-03-29 03:00"], ["2026-03-29 00:59", "2026-03-29 01:00"]),
    # They go back: 02:30 comes twice and is taken as the later one, after 01:59, before 03:00.
    (["2025-10-26 01:59", "2025-10-26 02:30", "2025-10-26 03:00"],
     ["2025-10-25 23:59", "2025-10-26 01:30", "2025-10-26 02:00"]),
    # With an offset nothing is ambiguous.
    (["2025-10-26T02:30:00+01:00", "2025-10-26T02:45:00+02:00"],
     ["2025-10-26 00:45", "2025-10-26 01:30"]),
])
def test_order_survives_the_change_of_clocks(
    tmp_path: Path, local: list[str], utc: list[str]
) -> None:
    project = write_project(tmp_path / "project", as_of="2026-04-30T00:00:00Z", calls=[
        {"leg_id": f"leg {i}", "call_id": f"call {i}", "started_at": at, "external_id": "one"}
        for i, at in enumerate(local)])
    toml = project / "journeys.toml"
    toml.write_text(toml.read_text().replace('timezone = "UTC"', 'timezone = "Europe/Berlin"'))
    run_project(project)
    with Published(warehouse_file(project)) as opened:
        assert [at for (at,) in opened.rows(
            "SELECT strftime(started_at, '%Y-%m-%d %H:%M') FROM touchpoints "
            "ORDER BY touchpoint_no")] == utc
