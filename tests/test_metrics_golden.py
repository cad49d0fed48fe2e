"""The answers that METRICS.md gives, asked of the project's own SQL on small built inputs.

All inputs share one run; a queue or a reason keeps them apart. Each test is named after its metric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from journey_analytics.engines import Published
from journey_analytics.metrics import Question, Value, measure
from journey_analytics.metrics.drivers import importance
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import Settings, load
from tests.project import run_project, write_project

AS_OF = "2026-01-31T00:00:00Z"
SETTINGS = "[privacy]\nmin_group = 2\n"
Ask = Callable[..., Value]


def call(queue: str, who: str, at: str, **more: Any) -> dict[str, Any]:
    leg = f"{queue} {who} {at}"
    return {"leg_id": leg, "call_id": leg, "started_at": f"2026-01-{at}:00", "queue": queue,
            "external_id": f"{queue} {who}", **more}


def ticket(queue: str, number: int, **more: Any) -> dict[str, Any]:
    name = f"{queue} {number}"
    return {"ticket_id": name, "external_id": name, "queue": queue,
            "created_at": "2026-01-05 08:00:00", "status": "solved", **more}


def change(queue: str, number: int, at: str, field: str, old: str, new: str) -> dict[str, Any]:
    return {"event_id": f"{queue} {number} {at} {field}", "ticket_id": f"{queue} {number}",
            "occurred_at": f"2026-01-{at}:00", "field": field, "old_value": old, "new_value": new}


def message(queue: str, number: int, at: str, actor: str) -> dict[str, Any]:
    return {"message_id": f"{queue} {number} {at}", "ticket_id": f"{queue} {number}",
            "occurred_at": f"2026-01-{at}:00", "actor": actor,
            "direction": "in" if actor == "customer" else "out"}


def answers(
    queue: str, counts: dict[int, int], metric: str = "nps", low: int = 0, high: int = 10,
) -> list[dict[str, Any]]:
    """Answered surveys: how many gave each score."""
    scores = [score for score, count in counts.items() for _ in range(count)]
    return [{"response_id": f"{queue} {metric} {i}", "external_id": f"{queue} {i}",
             "metric": metric, "score": score, "scale_min": low, "scale_max": high,
             "queue": queue, "answered_at": "2026-01-20 08:00:00"}
            for i, score in enumerate(scores)]


def asked(queue: str, channel: str, count: int, scores: dict[int, int]) -> list[dict[str, Any]]:
    """Surveys sent on a channel, of which some were answered."""
    sent = {"sent_at": "2026-01-19 08:00:00", "channel": channel, "queue": queue}
    answered = [{**a, **sent, "response_id": f"{channel} {a['response_id']}",
                 "external_id": f"{channel} {a['external_id']}"} for a in answers(queue, scores)]
    silent = [{**sent, "response_id": f"{queue} {channel} {i}", "status": "sent",
               "external_id": f"{queue} {channel} silent {i}"}
              for i in range(count - len(answered))]
    return answered + silent


#: METRICS.md section 1: the 09:10 call is a transfer of the 09:00 one.
REPEATS = [
    call("fcr", "c1", "01 10:00", contact_reason="billing"),
    call("fcr", "c1", "05 09:00", contact_reason="billing", transfer_kind="blind"),
    call("fcr", "c1", "05 09:10", contact_reason="billing"),
    call("fcr", "c2", "02 12:00", contact_reason="login"),
    call("fcr", "c2", "06 12:00", contact_reason="billing"),
    call("fcr", "c3", "28 12:00", contact_reason="login"),
    call("fcr", "c4", "03 08:00", contact_reason="login"),
]
#: One repeats for another reason; the first is too early to know.
AGAIN = [
    call("repeats", "early", "02 08:00", contact_reason="billing"),
    call("repeats", "again", "20 08:00", contact_reason="billing"),
    call("repeats", "again", "24 08:00", contact_reason="login"),
    call("repeats", "once", "24 08:00", contact_reason="login"),
]
#: Section 2: waits of a day in seconds, how many of each, and whether they were answered.
DAY = [
    call("day", f"p{number} {wait} {outcome}", "12 08:00", outcome=outcome,
         leg_kind="queue" if outcome == "abandoned_queue" else "agent", queue_wait_ms=wait * 1000)
    for wait, count, outcome in (
        (15, 860, "answered"), (40, 140, "answered"), (4, 10, "abandoned_queue"),
        (12, 10, "abandoned_queue"), (60, 40, "abandoned_queue"))
    for number in range(count)
]
#: A to B to A in one call, and a call that stays where it is.
HOPS = [
    {**call("A", "hops", "13 08:00"), "call_id": "hops", "queue": queue, "leg_seq": seq,
     "leg_id": f"hops {seq}", "started_at": f"2026-01-13 08:0{seq}:00", **more}
    for seq, (queue, more) in enumerate((
        ("A", {"outcome": "transferred_out", "transfer_kind": "blind"}),
        ("B", {"outcome": "transferred_out", "transfer_kind": "attended"}), ("A", {})))
]
STAYED = [call("A", f"stayed {i}", "13 09:00", talk_ms=60_000, hold_ms=hold, wrap_ms=30_000)
          for i, hold in enumerate((0, 20_000, 40_000))]
#: Freireich et al., Blood 21 (1963): weeks of remission under 6-mercaptopurine, here as hours;
#: open tickets are the censored ones.
REMISSIONS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def hours_before(hours: int) -> str:
    return f"{datetime(2026, 1, 31) - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"


REMISSION_TICKETS = [
    *(ticket("km", i, contact_reason="km", created_at="2026-01-10 00:00:00",
             solved_at=f"{datetime(2026, 1, 10) + timedelta(hours=h):%Y-%m-%d %H:%M:%S}")
      for i, h in enumerate(REMISSIONS)),
    *(ticket("km", 100 + i, contact_reason="km", created_at=hours_before(h), status="open")
      for i, h in enumerate(CENSORED)),
]
#: Passed from A to B to A, solved, reopened and still open; and one solved at one touch.
TICKETS = [
    ticket("handoffs", 1, status="open", reassignments=3, reopens=1),
    ticket("handoffs", 2, solved_at="2026-01-05 12:00:00", reassignments=0, reopens=0),
    ticket("handoffs", 3, solved_at="2026-01-05 12:00:00"),
]
HISTORY = [
    change("handoffs", 1, "05 09:00", "queue", "handoffs", "B"),
    change("handoffs", 1, "05 10:00", "queue", "B", "handoffs"),
    change("handoffs", 1, "05 11:00", "status", "open", "pending_customer"),
    change("handoffs", 1, "05 13:00", "status", "pending_customer", "solved"),
    change("handoffs", 1, "05 14:00", "status", "solved", "open"),
    change("handoffs", 2, "05 12:00", "status", "open", "solved"),
    change("handoffs", 3, "05 08:30", "status", "open", "pending_customer"),
    change("handoffs", 3, "05 10:30", "status", "pending_customer", "open"),
    change("handoffs", 3, "05 12:00", "status", "open", "solved"),
]
MESSAGES = [
    message("handoffs", 1, "05 10:30", "agent"), message("handoffs", 1, "05 12:30", "customer"),
    message("handoffs", 1, "05 12:45", "agent"), message("handoffs", 1, "05 14:00", "customer"),
    message("handoffs", 2, "05 11:00", "agent"),
    message("handoffs", 3, "05 09:00", "agent"), message("handoffs", 3, "05 10:00", "customer"),
    message("handoffs", 3, "05 10:30", "agent"),
]
#: We asked something, and the customer answers.
ASKED_BACK = [ticket("answers", i, solved_at="2026-01-05 12:00:00") for i in (1, 2)]
ASKED_BACK_MESSAGES = [message("answers", i, f"05 {hour}", actor) for i in (1, 2)
                       for hour, actor in (("09:00", "agent"), ("10:00", "customer"))]
SURVEYS = [
    *answers("nps100", {10: 50, 7: 30, 3: 20}), *answers("nps8", {9: 6, 8: 1, 0: 1}),
    *answers("csat8", {5: 3, 1: 5}, "csat", 1, 5), *answers("csat400", {4: 172, 2: 228},
                                                            "csat", 1, 5),
    *answers("ces", {7: 2, 5: 1, 1: 1}, "ces", 1, 7),
    *answers("ulwick", {9: 8, 10: 2}, "importance"), *answers("ulwick", {4: 9, 5: 1}, "csat"),
    *asked("silent", "voice", 100, {10: 8, 0: 2}), *asked("silent", "chat", 20, {10: 2, 0: 8}),
    *asked("tipping", "voice", 100, {10: 8, 0: 2}),
]
PATHS = [
    {"event_id": f"{word} {i} {place}", "external_id": f"{word} {i}", "event_name_raw": letter,
     "occurred_at": f"2026-01-09 08:0{place}:00", "intent": "paths"}
    for i, word in enumerate(("ABC", "ABC", "ABD", "ABAC")) for place, letter in enumerate(word)
]
BOT = [
    {"event_id": f"bot {who}", "external_id": f"bot {who}", "channel": "bot",
     "event_type": "bot_message", "occurred_at": "2026-01-14 08:00:00"}
    for who in ("a", "b", "c", "d")
]
AFTER_BOT = [
    call("bot", "a", "14 08:10"),  # within the session
    call("bot", "b", "14 20:00"),  # within 24 hours
    call("bot", "c", "15 09:00"),  # later
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    folder = write_project(
        tmp_path_factory.mktemp("golden") / "project", AS_OF, SETTINGS,
        calls=[*REPEATS, *AGAIN, *DAY, *HOPS, *STAYED, *AFTER_BOT],
        tickets=[*TICKETS, *REMISSION_TICKETS, *ASKED_BACK], ticket_history=HISTORY,
        messages=[*MESSAGES, *ASKED_BACK_MESSAGES],
        surveys=SURVEYS, channel_events=[*PATHS, *BOT])
    run_project(folder)
    return folder


@pytest.fixture(scope="module")
def ask(project: Path) -> Iterator[Ask]:
    """Ask for a metric of a queue or a reason; without either, of everything."""
    loaded = load(project)
    # Every group: some of the small inputs are one person's.
    settings = loaded.model_copy(
        update={"privacy": loaded.privacy.model_copy(update={"min_group": 1})})
    with Published(warehouse_file(project)) as warehouse:
        yield lambda metric, variant=None, numbers=None, **group: one(
            warehouse, settings, metric, variant, numbers or {}, group)


def one(
    warehouse: Published, settings: Settings, metric: str, variant: str | None,
    numbers: dict[str, float], group: dict[str, str],
) -> Value:
    question = Question(metric, variant, tuple(group), numbers=numbers)
    values = measure(warehouse, settings, question).values
    (found,) = [v for v in values if v.group == group]
    return found


def percent(value: Value) -> tuple[Any, ...]:
    assert value.value is not None and value.low is not None and value.high is not None
    return tuple(round(100 * v, 1) for v in (value.value, value.low, value.high))


def test_fcr(ask: Ask) -> None:
    def hits(variant: str, **numbers: float) -> tuple[Any, int]:
        value = ask("fcr", variant, numbers, queue="fcr")
        assert value.value == value.detail["hits"] / value.n
        return value.detail["hits"], value.n

    assert hits("any_reason") == (3, 5)
    assert hits("same_reason") == (4, 5)
    assert hits("without_maturity") == (4, 6)
    assert hits("any_reason", repeat_window_days=2) == (6, 6)
    value = ask("fcr", queue="fcr")
    assert (value.immature, value.immature_share, value.excluded) == (1, 1 / 6, {})


def test_an_answer_to_a_question_of_ours_is_no_return(ask: Ask) -> None:
    value = ask("fcr", queue="answers")
    assert (value.detail["hits"], value.n) == (2, 2)
    assert value.excluded == {"an answer to a question of ours": 2}


def test_repeat_rate_leaves_the_first_window_of_the_data_out(ask: Ask) -> None:
    value = ask("repeat_rate", queue="repeats")
    # The data begin on the first: what came before the contact of the second is not known.
    assert (value.detail["hits"], value.n, sum(value.excluded.values())) == (1, 3, 1)
    assert ask("repeat_rate", "same_reason", queue="repeats").detail["hits"] == 0


@pytest.mark.parametrize("variant, percents", [
    ("strict", 81.13), ("short_abandons_excluded", 81.90), ("short_abandons_credited", 82.08),
    ("early_abandons_excluded", 82.69), ("removed_in_time", 83.02), ("answered_only", 86.00)])
def test_service_level(ask: Ask, variant: str, percents: float) -> None:
    value = ask("service_level", variant, queue="day")
    assert value.value is not None and round(100 * value.value, 2) == percents


def test_abandon_rate(ask: Ask) -> None:
    found = {}
    for name in ("all", "short_abandons_excluded"):
        value = ask("abandon_rate", name, queue="day")
        assert value.value is not None
        found[name] = (value.detail["hits"], value.n, round(100 * value.value, 2))
    assert found == {"all": (60, 1060, 5.66), "short_abandons_excluded": (50, 1050, 4.76)}
    assert ask("offered", queue="day").detail == {
        "answered": 1000, "abandoned": 60, "flow_outs": 0}


def test_asa_and_longest_wait(ask: Ask) -> None:
    values = [ask("asa", v, queue="day").value for v in ("mean", "p50", "p90")]
    assert values == [(860 * 15 + 140 * 40) / 1000, 15, 40]
    assert ask("wait_to_abandon", queue="day").value == (10 * 4 + 10 * 12 + 40 * 60) / 60
    assert [ask("longest_wait", v, queue="day").value
            for v in ("with_abandoned", "answered_only")] == [60, 40]


def test_aht_and_hold(ask: Ask) -> None:
    # Four contacts of the queue; the one that was passed on has no talk measured.
    value = ask("aht", queue="A")
    assert (value.value, value.n, value.excluded) == (110, 3, {"talk not measured": 1})
    assert ask("hold_time", queue="A").value == 30
    assert percent(ask("share_held", queue="A"))[0] == 66.7


def test_transfer_rate_counts_a_to_b_to_a_as_two_and_one_ping_pong(ask: Ask) -> None:
    value = ask("transfer_rate", queue="A")
    assert (value.value, value.n) == (1 / 4, 4)
    assert value.detail == {"hits": 1, "transfers": 2, "cold": 1, "consult": 1, "external": 0,
                            "ping_pongs": 1}


def test_wilson_interval(ask: Ask) -> None:
    assert percent(ask("csat", queue="csat8"))[1:] == (13.7, 69.4)  # 3/8
    assert percent(ask("csat", queue="csat400"))[1:] == (38.2, 47.9)  # 172/400


def test_nps(ask: Ask) -> None:
    def of(variant: str, queue: str) -> Value:
        return ask("nps", variant, queue=queue)

    value = of("adjusted_wald", "nps100")
    assert value.value == pytest.approx(30.0)
    assert value.detail["standard_error"] == pytest.approx(7.810, abs=5e-4)
    assert value.detail["adjusted"] == pytest.approx(29.13, abs=5e-3)
    assert (value.low, value.high) == pytest.approx((14.05, 44.20), abs=5e-3)
    wald = of("wald", "nps100")
    assert (wald.low, wald.high) == pytest.approx((14.69, 45.31), abs=5e-3)
    assert of("wald", "nps8").value == 62.5
    assert of("wald", "nps8").high == pytest.approx(110.7, abs=0.05)
    small = of("adjusted_wald", "nps8")
    assert (small.low, small.high) == pytest.approx((0.99, 89.92), abs=5e-3)


def test_ces(ask: Ask) -> None:
    assert ask("ces", queue="ces").value == 5.0
    assert ask("ces", "top_three", queue="ces").value == 0.75


def test_opportunity(ask: Ask) -> None:
    value = ask("opportunity", queue="ulwick")
    assert value.value == pytest.approx(14.3)
    assert value.detail == {"importance": 9.2, "satisfaction": 4.1}


def test_non_response(ask: Ask) -> None:
    assert ask("response_rate", queue="silent").value == 20 / 120
    assert ask("nps", queue="silent").value == 0
    # 100 were asked by voice and answered at +60, 20 by chat and at -60.
    assert ask("nps", "reweighted", queue="silent").value == pytest.approx(40)
    # 10 of 100 answered at +60: 0.1 x 60 + 0.9 x m = 0.
    tipping = ask("nps", "tipping_point", queue="tipping")
    assert tipping.value == pytest.approx(-6.667, abs=1e-3)
    assert tipping.detail["can_flip"] == 1


def test_variant_entropy(ask: Ask) -> None:
    assert ask("variant_entropy", reason="paths").value == 1.5


def test_transition_entropy(ask: Ask) -> None:
    value = ask("transition_entropy", reason="paths").value
    assert value is not None and round(value, 6) == 0.565273


def test_key_drivers() -> None:
    among = np.array([[1, 0.6, 0.3], [0.6, 1, 0.4], [0.3, 0.4, 1]])
    explained, parts = importance(among, np.array([0.5, 0.4, 0.3]))
    assert round(explained, 6) == 0.281648
    assert parts == pytest.approx([0.164497, 0.073801, 0.043351], abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_key_drivers_are_the_mean_over_all_orders(seed: int) -> None:
    dice = np.random.default_rng(seed)
    data = dice.normal(size=(40, 5)) @ dice.normal(size=(5, 5))
    data[:, 1] = 2 * data[:, 0] if seed == 4 else data[:, 1]  # two that are one
    correlation = np.corrcoef(data.T)
    among, outcome = correlation[:-1, :-1], correlation[:-1, -1]

    def explained(chosen: list[int]) -> float:
        fitted = data[:, chosen] - data[:, chosen].mean(axis=0)
        target = data[:, -1] - data[:, -1].mean()
        left = target - fitted @ np.linalg.lstsq(fitted, target)[0] if chosen else target
        return 1 - left @ left / (target @ target)

    found = np.zeros(4)
    for order in permutations(range(4)):
        for place, driver in enumerate(order):
            found[driver] += (explained(list(order[: place + 1]))
                              - explained(list(order[:place]))) / 24
    whole, parts = importance(among, outcome)
    assert parts == pytest.approx(found, abs=1e-8)
    assert whole == pytest.approx(explained([0, 1, 2, 3]), abs=1e-8)


def test_handoffs_and_transfers_of_tickets(ask: Ask) -> None:
    assert ask("handoffs", "total", queue="handoffs").value == 2
    assert ask("transfers", "from_history", queue="handoffs").value == 2
    vendor = ask("transfers", "from_vendor_counter", queue="handoffs")
    assert (vendor.value, vendor.detail["more_than_history"]) == (3, 1)


def test_reopens_count_a_ticket_that_is_still_open_once(ask: Ask) -> None:
    assert ask("reopens", queue="handoffs").value == 1
    rate = ask("reopen_rate", queue="handoffs")
    assert (rate.detail["hits"], rate.n) == (1, 3)


def test_replies_and_waits(ask: Ask) -> None:
    assert ask("first_reply", queue="handoffs").value == 2.5  # 2.5, 3 and 1 hours
    # 15 and 30 minutes; the message that reopens the first ticket has no answer yet.
    waits = ask("next_reply", queue="handoffs")
    assert (waits.value, waits.n, waits.excluded) == (0.375, 2, {"not answered yet": 1})
    assert ask("one_touch", queue="handoffs").value == 0.5
    # 4 hours open; and half an hour, two hours pending on the customer, one and a half.
    requester = ask("requester_wait", queue="handoffs")
    assert (requester.value, requester.excluded) == ((4 + 2) / 2, {"not solved": 1})
    assert ask("agent_wait", queue="handoffs").value == (0 + 2) / 2


def test_time_to_resolution(ask: Ask) -> None:
    value = ask("time_to_resolution", reason="km")
    assert (value.value, value.n) == (23, 21)
    assert value.detail == {"resolved": 9, "censored": 12}
    # R's survfit(conf.type = "log-log") gives 13 and no upper end.
    assert (value.low, value.high) == (13, None)


def test_containment_is_printed_with_what_was_verified(ask: Ask) -> None:
    assert ask("containment", channel="bot").value == 3 / 4
    assert ask("verified_containment", channel="bot").value == 2 / 4
