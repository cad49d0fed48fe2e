"""The traps T1 to T13 that real exports lay, each seen in a sample of its vendor."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from journey_analytics.errors import SettingsError
from journey_analytics.settings import load
from tests.adapters.canonical import built, make_project, project_of, quarantine, rows

CONTACT: dict[str, Any] = {
    "ContactId": "c-1", "InitialContactId": None, "PreviousContactId": None, "Channel": "VOICE",
    "InitiationMethod": "INBOUND", "InitiationTimestamp": "2022-01-05T17:19:00Z",
    "DisconnectTimestamp": "2022-01-05T17:47:28Z", "DisconnectReason": None,
    "LastUpdateTimestamp": "2022-01-05T17:50:00Z", "Attributes": {}, "Queue": None,
    "TransferCompletedTimestamp": "2022-01-05T17:28:12Z",
    "TransferredToEndpoint": {"Address": "+12025550155", "Type": "TELEPHONE_NUMBER"},
    "Agent": {"Username": "a", "AgentInteractionDuration": 239, "CustomerHoldDuration": 221,
              "NumberOfHolds": 1, "LongestHoldDuration": 221, "AfterContactWorkDuration": 90},
}


def values(engine: Any, query: str) -> list[tuple[Any, ...]]:
    return list(engine.rows(query))


def test_t1_user_defined_keys_stay_text(tmp_path: Path) -> None:
    attributes = '{"Greeting": "a", "greeting": "b", "x": {"y": [1, {"Y": 2}]}, "reason": "r"}'
    raw = json.dumps(CONTACT).replace('"Attributes": {}', f'"Attributes": {attributes}')
    project = project_of(tmp_path, "amazon_connect", {"records_2022-01-05.ndjson": raw + "\n"})
    with built(project) as engine:
        (found,) = values(engine, "SELECT attributes, contact_reason FROM state.calls "
                                  "WHERE leg_kind = 'agent'")
    assert json.loads(found[0]) == json.loads(attributes)
    assert found[1] == "r"


def test_t2_a_contact_that_comes_again_is_one_and_the_newest(tmp_path: Path) -> None:
    versions = [{**CONTACT, "LastUpdateTimestamp": f"2022-01-{day}T03:41:00Z",
                 "Attributes": {"reason": str(day)}} for day in ("05", "11", "12")]
    for number, order in enumerate(itertools.permutations(versions)):
        folder = tmp_path / str(number)
        for night, version in enumerate(order):
            project = project_of(folder, "amazon_connect", {
                f"records_{night}.ndjson": json.dumps(version) + "\n"})
            with built(project, folder / "state") as engine:
                found = values(engine, "SELECT leg_id, contact_reason FROM state.calls "
                                       "WHERE leg_kind = 'agent'")
        assert found == [("c-1", "12")]


def test_t3_a_transfer_is_a_record_of_its_own_or_lies_within_one(tmp_path: Path) -> None:
    for case, call in (("amazon_connect", "c-1"), ("genesys", "conv-1")):
        with built(make_project(case, tmp_path / case)) as engine:
            agents = values(engine, f"SELECT outcome::varchar FROM state.calls WHERE call_id = "
                                    f"'{call}' AND leg_kind = 'agent' ORDER BY started_at")
        assert agents[0] == ("transferred_out",) and len(agents) == 2, case


def test_t4_the_customer_stays_when_the_agent_has_left(tmp_path: Path) -> None:
    project = project_of(tmp_path, "amazon_connect",
                         {"records_2022-01-05.ndjson": json.dumps(CONTACT) + "\n"})
    with built(project) as engine:
        legs = values(engine, "SELECT leg_kind::varchar, epoch(ended_at - started_at), talk_ms, "
                              "hold_ms FROM state.calls ORDER BY started_at")
    assert legs == [("agent", 552.0, 239_000, 221_000), ("external", 1156.0, None, None)]


def test_t5_wrap_up_never_lengthens_a_call(tmp_path: Path) -> None:
    with built(make_project("genesys", tmp_path)) as engine:
        agents = values(engine, "SELECT agent_id, wrap_ms, epoch_ms(ended_at - started_at) - "
                                "talk_ms - hold_ms FROM state.calls WHERE leg_kind = 'agent' "
                                "AND call_id = 'conv-1' ORDER BY started_at")
    # The agent who only was rung has 57 s of wrap-up in the metrics, and met nobody.
    assert agents == [("A. Agent", 10_000, 0), ("u-2", 5_000, 0)]


def test_t6_misleading_words_are_mapped(tmp_path: Path) -> None:
    with built(make_project("genesys", tmp_path / "g")) as engine:
        assert values(engine, "SELECT DISTINCT outcome::varchar FROM state.calls WHERE "
                              "leg_kind IN ('ivr', 'queue') AND call_id = 'conv-1' ORDER BY 1") == [
            ("answered",), ("unknown",)]  # their disconnectType is "transfer"
    with built(make_project("asterisk", tmp_path / "a")) as engine:
        assert values(engine, "SELECT max(queue_wait_ms), count(hold_ms) FROM state.calls") == [
            (60_000, 0)]  # "holdtime" is the wait, and no hold is logged
    for case in ("zendesk", "zendesk_fivetran"):  # the one says hold, the other on-hold
        with built(make_project(case, tmp_path / case)) as engine:
            assert ("on_hold",) in values(
                engine, "SELECT new_value FROM state.ticket_history WHERE field = 'status'")
    with built(make_project("jira", tmp_path / "j")) as engine:  # done, and no resolution
        assert values(engine, "SELECT status::varchar FROM state.tickets WHERE status_raw = 'Done'"
                      ) == [("solved",)]
    with built(make_project("hubspot", tmp_path / "h")) as engine:  # the status is a stage's number
        assert rows(engine, "tickets", ("status", "status_raw")) == [
            ("open", "New"), ("solved", "Done")]


@pytest.mark.parametrize(("case", "table", "column", "expected"), [
    ("amazon_connect", "calls", "queue_wait_ms", 60_000),  # seconds
    ("genesys", "calls", "queue_wait_ms", 90_000),  # milliseconds
    ("asterisk", "calls", "talk_ms", 65_000),  # seconds
    ("asterisk", "calls", "ring_ms", 4_000),  # seconds too: ms on RINGNOANSWER alone
    ("zendesk", "tickets", "requester_wait_ms", 3_600_000),  # minutes
    ("zendesk", "tickets", "first_reply_business_ms", 1_800_000),  # of the calendar pair the other
    ("five9", "calls", "talk_ms", 97_200_000),  # HH:MM:SS above a day
    ("servicenow", "tickets", "resolution_ms", 121_578_000),  # a date counted from 1970
    ("servicenow_display", "tickets", "resolution_ms", 2_235_660_000),  # 25 Days 21 Hours 1 Minute
    ("intercom", "tickets", "resolution_business_ms", 3_600_000),  # seconds in office hours
])
def test_t7_units(case: str, table: str, column: str, expected: int, tmp_path: Path) -> None:
    with built(make_project(case, tmp_path)) as engine:
        assert (expected,) in values(engine, f"SELECT {column} FROM state.{table}")
        assert quarantine(engine) == []  # UNKNOWN is not measured and no fault


@pytest.mark.parametrize(("case", "table", "column", "expected"), [
    ("zendesk", "tickets", "created_at", "2026-01-05 10:00:00"),  # ISO Z
    ("jira", "tickets", "created_at", "2026-01-05 09:00:00.472"),  # +0100 without a colon
    ("servicenow", "tickets", "created_at", "2026-01-05 10:00:00"),  # naive UTC
    ("servicenow_display", "tickets", "created_at", "2026-01-05 16:00:00"),  # naive, Chicago
    ("intercom", "tickets", "created_at", "2026-01-05 09:00:00"),  # seconds
    ("whatsapp", "messages", "occurred_at", "2026-01-05 09:00:00"),  # seconds as text
    ("rasa", "channel_events", "occurred_at", "2026-01-05 09:00:05.25"),  # seconds and a fraction
    ("ga4", "channel_events", "occurred_at", "2026-01-05 09:00:00.123"),  # microseconds
    ("hubspot", "tickets", "solved_at", "2026-01-06 10:00:00"),  # milliseconds as text
    ("five9", "calls", "started_at", "2026-01-05 14:00:00"),  # month first, New York
])
def test_t8_spellings_of_time(
    case: str, table: str, column: str, expected: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")  # the machine's zone has no say
    with built(make_project(case, tmp_path)) as engine:
        assert (expected,) in rows(engine, table, (column,))


def test_t8_the_zone_names_of_rails_are_refused(tmp_path: Path) -> None:
    project = project_of(tmp_path, "zendesk_fivetran", {"tickets_2026-01-05.csv": "id\n1\n"},
                         'timezone = "Pacific Time (US & Canada)"\n')
    with pytest.raises(SettingsError, match="unknown time zone"):
        load(project)


def test_t9_order_is_by_time_and_then_by_place(tmp_path: Path) -> None:
    with built(make_project("rasa", tmp_path)) as engine:
        assert values(engine, "SELECT event_seq FROM state.channel_events "
                              "ORDER BY occurred_at, event_seq") == [
            (2,), (1,), (3,), (4,), (5,), (6,), (7,)]
        # The visit began before the action that stands first in the list.
        assert rows(engine, "channel_events", ("session_id",)) == [("abc/1",)] * 7


def test_t10_an_end_before_the_start_is_flagged_and_no_duration(tmp_path: Path) -> None:
    with built(make_project("hubspot", tmp_path / "h")) as engine:
        assert values(engine, "SELECT ticket_id FROM state.tickets WHERE "
                              "(attributes ->> '$.closed_before_created') IS NOT NULL "
                              "AND solved_at IS NULL") == [("0307034542",)]
    ticket = "id,requester_id,status,created_at,updated_at,via_channel,group_id,assignee_id," \
             "brand_id,priority,subject,submitter_id,type,description\n" \
             "1,9,closed,2026-01-05 10:00:00,2026-01-05 10:00:00,web,,,,,s,9,,d\n"
    history = "field_name,ticket_id,updated,user_id,value\nstatus,1,2025-12-01 10:00:00,7,solved\n"
    project = project_of(tmp_path / "z", "zendesk_fivetran", {
        "tickets_2026-01-06.csv": ticket, "field_history_2026-01-06.csv": history},
        'timezone = "UTC"\n')
    with built(project) as engine:
        assert quarantine(engine) == [("tickets", "end before start")]


def test_t11_repeated_rows_and_headers(tmp_path: Path) -> None:
    with built(make_project("zendesk_fivetran", tmp_path / "z")) as engine:
        assert values(engine, "SELECT count(*) FROM state.ticket_history WHERE field = 'status' "
                              "AND new_value = 'solved'") == [(2,)]  # four rows, two changes
        assert values(engine, "SELECT sum(records)::int FROM state.account "
                              "WHERE stream = 'field_history' AND fate = 'used'") == [(11,)]
    twice = "response_id,metric,score,answered_at,score\nr1,nps,9,2026-01-05T10:00:00Z,1\n"
    project = project_of(tmp_path / "s", "survey_csv", {"records_2026-01-05.csv": twice})
    with built(project) as engine:
        assert rows(engine, "surveys", ("response_id", "score")) == [("r1", "9.0")]


def test_t12_missing_ends_stay_open(tmp_path: Path) -> None:
    for case, table, key, name, column in (
        ("asterisk", "calls", "leg_id", "1767603890.30/1/queue", "ended_at"),
        ("amazon_connect", "calls", "leg_id", "c-4", "ended_at"),
        ("genesys", "calls", "leg_id", "s3-agent", "ended_at"),
        ("zendesk", "tickets", "ticket_id", "35436000002", "solved_at"),
        ("xes", "tickets", "ticket_id", "Case 2", "solved_at"),
    ):
        with built(make_project(case, tmp_path / case)) as engine:
            assert values(engine, f"SELECT {column} FROM state.{table} WHERE {key} = '{name}'") == [
                (None,)], case


def test_t13_bots_are_no_customers(tmp_path: Path) -> None:
    with built(make_project("intercom", tmp_path / "i")) as engine:
        assert ("1", "bot") in rows(engine, "messages", ("message_id", "actor"))
    with built(make_project("qualtrics", tmp_path / "q")) as engine:
        assert ("R_2", "preview") in rows(engine, "surveys", ("response_id", "status"))
    with built(make_project("sendgrid", tmp_path / "s")) as engine:
        assert ("e3", "email_open", "true") in rows(
            engine, "channel_events", ("event_id", "event_type", "is_automated"))
    conversation = {"conversations": [{
        "conversationId": "k", "conversationStart": "2026-01-05T10:00:00Z", "participants": [{
            "participantId": "p", "purpose": "botflow", "sessions": [{
                "sessionId": "s", "mediaType": "message", "segments": [{
                    "segmentType": "interact", "segmentStart": "2026-01-05T10:00:00Z",
                    "segmentEnd": "2026-01-05T10:01:00Z"}]}]}]}]}
    project = project_of(tmp_path / "g", "genesys",
                         {"conversations_2026-01-05.json": json.dumps(conversation)})
    with built(project) as engine:
        assert rows(engine, "calls", ("leg_kind", "agent_answered")) == [("bot", "false")]
