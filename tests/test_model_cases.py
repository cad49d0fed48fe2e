"""Rules of the models, one by one: given rows, expected answers. All cases share one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from journey_analytics.engines import Published
from journey_analytics.pipeline import warehouse_file
from tests.project import name_touchpoints, run_project, write_project

AS_OF = "2026-01-31T00:00:00Z"


def call(who: str, at: str, **more: Any) -> dict[str, Any]:
    """One leg; its id tells the customer and the start."""
    started = f"2026-01-{at}:00"
    leg = f"{who} {at}"
    return {"leg_id": leg, "call_id": leg, "started_at": started, "external_id": who, **more}


def ticket(who: str, at: str, **more: Any) -> dict[str, Any]:
    return {"ticket_id": f"{who} {at}", "created_at": f"2026-01-{at}:00", "external_id": who,
            "solved_at": f"2026-01-{at}:59", **more}


#: METRICS.md section 1, the golden contacts: the 09:10 call is a transfer of the 09:00 one.
GOLDEN = [
    call("c1", "01 10:00", contact_reason="billing"),
    call("c1", "05 09:00", contact_reason="billing", transfer_kind="blind"),
    call("c1", "05 09:10", contact_reason="billing"),
    call("c2", "02 12:00", contact_reason="login"),
    call("c2", "06 12:00", contact_reason="billing"),
    call("c3", "28 12:00", contact_reason="login"),
    call("c4", "03 08:00", contact_reason="login"),
]
FORWARDED = [
    call("chain", "10 09:00", transfer_kind="blind"),
    call("chain", "10 09:10", transfer_kind="blind"),
    call("chain", "10 09:20"),
    call("kept", "10 09:00"),  # answered, not transferred: the second call is the customer's own
    call("kept", "10 09:10"),
    call("late", "10 09:00", transfer_kind="blind"),
    call("late", "10 09:15"),  # exactly 15 minutes: no longer the same contact
]
GIVEN_UP = [
    call("gave up", "12 09:00", leg_kind="queue", outcome="abandoned_queue", queue_wait_ms=90000),
    call("gave up", "12 09:05", contact_reason="delivery"),
    call("misdial", "12 09:00", leg_kind="queue", outcome="abandoned_queue", queue_wait_ms=5000),
    call("closed", "12 22:00", leg_kind="ivr", outcome="not_offered"),
    call("closed", "13 09:00", contact_reason="delivery"),
]
WAITS = [
    call("waits", "14 09:00", queue_wait_ms=120000, queue="A"),
    call("waits", "14 12:00", queue_wait_ms=119999, queue="A", hold_ms=120000),
    call("unmeasured", "14 09:00", queue="A"),
]
EQUAL_TIMES = [
    {**call("same time", "15 09:00"), "leg_id": f"same {i}", "call_id": f"same {i}"}
    for i in range(2)
]
AGENT_TICKETS = [
    ticket("agent", "16 09:50", opened_by="agent", channel="voice"),  # late paperwork of a call
    ticket("caller", "16 09:50", opened_by="agent", channel="voice"),  # no call anywhere near
    ticket("system", "16 09:50", opened_by="system"),
]
SURVEYS = [
    {"response_id": "loose", "answered_at": "2026-01-19 09:00", "score": 3, "external_id": "asked"},
    {"response_id": "tied", "answered_at": "2026-01-19 09:00", "score": 9,
     "call_id": "tied 17 09:00"},
]
EVENTS = [
    {"event_id": "s1", "occurred_at": "2026-01-20 08:00", "event_type": "search",
     "external_id": "searched"},
    {"event_id": "s2", "occurred_at": "2026-01-20 08:05", "event_type": "page_view",
     "external_id": "searched"},
    {"event_id": "s3", "occurred_at": "2026-01-18 08:00", "event_type": "search",
     "external_id": "searched"},  # more than a day before: not about it
    {"event_id": "v1", "occurred_at": "2026-01-20 08:00", "anonymous_id": "cookie 1"},
]


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory, engine: str
) -> Iterator[Published]:
    project = write_project(
        tmp_path_factory.mktemp("cases") / "project", AS_OF, engine,
        calls=[*GOLDEN, *FORWARDED, *GIVEN_UP, *WAITS, *EQUAL_TIMES,
               call("agent", "16 09:00", ended_at="2026-01-16 09:05"),
               call("asked", "17 09:00", contact_reason="billing"),
               call("tied", "17 09:00", contact_reason="billing"),
               call("searched", "20 12:00", contact_reason="billing")],
        tickets=AGENT_TICKETS, surveys=SURVEYS, channel_events=EVENTS)
    run_project(project)
    with Published(warehouse_file(project)) as opened:
        name_touchpoints(opened, project)
        yield opened


@pytest.fixture(scope="module")
def contacts(warehouse: Published) -> Callable[[str], list[tuple[Any, ...]]]:
    """Contacts of a customer: start, kind, excluded rule, reason."""
    def of(who: str) -> list[tuple[Any, ...]]:
        return warehouse.rows("""
            SELECT DISTINCT strftime(c.started_at, '%d %H:%M'), c.contact_kind, c.excluded_rule,
                   c.reason::varchar
            FROM contacts AS c JOIN touchpoints AS t USING (contact_key)
            JOIN who AS w USING (touchpoint_key) WHERE w.who = ? ORDER BY ALL""", [who])
    return of


@pytest.fixture(scope="module")
def moments(warehouse: Published) -> Callable[[str], list[tuple[Any, ...]]]:
    """Moments of a customer: time, kind, variant, seconds lost."""
    def of(who: str) -> list[tuple[Any, ...]]:
        return warehouse.rows("""
            SELECT strftime(occurred_at, '%d %H:%M'), kind::varchar, variant, lost_ms / 1000
            FROM moments WHERE person_key IN (
                SELECT person_key FROM touchpoints JOIN who USING (touchpoint_key) WHERE who = ?)
            ORDER BY ALL""", [who])
    return of


Ask = Callable[[str], list[tuple[Any, ...]]]


def test_repeat_contact_golden_of_metrics_section_1(contacts: Ask, moments: Ask) -> None:
    starts = [c[0] for who in ("c1", "c2", "c3", "c4") for c in contacts(who)]
    assert starts == ["01 10:00", "05 09:00", "02 12:00", "06 12:00", "28 12:00", "03 08:00"]
    repeats = {who: [m[0] for m in moments(who) if m[1] == "repeat_contact"]
               for who in ("c1", "c2", "c3", "c4")}
    assert repeats == {"c1": ["05 09:00"], "c2": [], "c3": [], "c4": []}


def test_forwarded_is_measured_to_the_first_call_of_the_chain(contacts: Ask) -> None:
    assert [c[0] for c in contacts("chain")] == ["10 09:00", "10 09:20"]
    assert [c[0] for c in contacts("kept")] == ["10 09:00", "10 09:10"]
    assert [c[0] for c in contacts("late")] == ["10 09:00", "10 09:15"]


def test_a_call_given_up_takes_the_reason_of_the_next_contact(contacts: Ask, moments: Ask) -> None:
    assert [c[3] for c in contacts("gave up")] == ["delivery", "delivery"]
    assert [c[3] for c in contacts("closed")] == ["delivery", "delivery"]
    assert moments("gave up") == [
        ("12 09:00", "abandonment", None, 90.0),
        ("12 09:05", "repeat_contact", None, None),
        ("12 09:05", "retry_after_abandonment", None, None),
    ]


def test_a_hang_up_in_the_first_seconds_is_no_abandonment(moments: Ask) -> None:
    assert moments("misdial") == []


def test_waits_and_holds_at_their_thresholds(moments: Ask) -> None:
    assert [m for m in moments("waits") if m[1] in ("wait", "hold")] == [
        ("14 09:00", "wait", "queue", 120.0), ("14 12:00", "hold", None, 120.0)]
    assert moments("unmeasured") == []


def test_contacts_of_the_same_instant_do_not_repeat_each_other(
    contacts: Ask, moments: Ask
) -> None:
    assert moments("same time") == []


def test_tickets_of_agents_and_of_the_system(contacts: Ask) -> None:
    assert [c[1:3] for c in contacts("agent")] == [("call", None), ("ticket", "opened by agent")]
    assert [c[1:3] for c in contacts("caller")] == [("ticket", None)]
    assert [c[1:3] for c in contacts("system")] == [("ticket", "opened by system")]


def test_surveys_belong_to_the_journey_of_their_contact(warehouse: Published) -> None:
    rows = warehouse.rows("""
        SELECT w.who, count(DISTINCT t.journey_key), max(j.touchpoints)
        FROM touchpoints AS t JOIN journeys AS j USING (journey_key)
        JOIN who AS w USING (touchpoint_key) WHERE w.id IN ('loose', 'asked 17 09:00')
        GROUP BY w.who""")
    assert rows == [("asked", 1, 2)]
    tied = warehouse.rows("""
        SELECT count(*) FROM touchpoints WHERE journey_key = (
            SELECT journey_key FROM touchpoints JOIN who USING (touchpoint_key)
            WHERE id = 'tied 17 09:00')""")
    assert tied == [(2,)]


def test_a_search_takes_the_next_contact_within_a_day(warehouse: Published) -> None:
    reasons = dict(warehouse.rows("""
        SELECT w.id, t.reason::varchar FROM touchpoints AS t JOIN who AS w USING (touchpoint_key)
        WHERE w.who = 'searched'"""))
    assert reasons == {"s1": "billing", "s2": "unstated", "s3": "unstated",
                       "searched 20 12:00": "billing"}


def test_kinds_of_persons(warehouse: Published) -> None:
    kinds = dict(warehouse.rows(
        "SELECT person_kind::varchar, count(*) FROM persons GROUP BY ALL"))
    assert kinds["anonymous"] == 1 and "unidentified" not in kinds
