"""Telephone calls and chats: legs, and the two systems that log them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from .people import EVERYBODY, People, mistyped, spoken_phone
from .plan import BY_NUMBER, CATCH_ALL, MISTYPED, NOBODY, Plan
from .shapes import (
    either,
    hms,
    join,
    jsons,
    local,
    number,
    obj,
    only,
    pick,
    text,
    uuid,
    zulu,
)
from .tables import Layout, Table
from .world import (
    ABANDONED,
    ACD,
    CHAT,
    CONNECT,
    OUT_OF_HOURS,
    QUEUES,
    REASONS,
    SECOND_LEVEL,
    VOICE,
    Ints,
    World,
)

ACD_LOG = Layout("acd", "records", "call_log_{date}.csv", ",", ("CUSTOMER NAME",))
CONNECT_RECORDS = Layout("connect", "records", "contact_records_{date}.ndjson.gz")
_INSTANCE = "arn:aws:connect:eu-west-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
AGENTS = 24


def make_legs(contacts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Split calls and chats into legs, and add ``end`` to ``contacts``.

    Returns one row per leg: contact (row of ``contacts``), seq, t, ivr, wait, ring, talk,
    hold, wrap, queue, agent, moved (this leg ended in a transfer), external.
    """
    rows = np.flatnonzero(contacts["channel"] <= CHAT)
    n = len(rows)
    picked = contacts.iloc[rows]
    role = picked["role"].to_numpy()
    closed, gave_up = role == OUT_OF_HOURS, role == ABANDONED
    handled = ~(closed | gave_up)
    moved = picked["transfer"].to_numpy() & handled
    talk = np.clip(np.exp(rng.normal(5.5, 0.5, n)), 45, 1_800).astype(np.int64)
    legs = pd.DataFrame({
        "contact": rows, "seq": 0, "t": picked["t"].to_numpy(),
        "ivr": np.where(closed, rng.integers(18, 45, n), rng.integers(12, 60, n)),
        "wait": np.where(closed, 0, picked["wait"].to_numpy()),
        "ring": np.where(handled, rng.integers(2, 9, n), 0),
        "talk": np.where(handled, np.where(moved, talk // 3 + 30, talk), 0),
        "hold": np.where(handled, picked["hold"].to_numpy(), 0),
        "wrap": np.where(handled, rng.integers(5, 90, n), 0),
        "queue": np.where(closed, -1, picked["queue"].to_numpy()),
        "agent": np.where(handled, rng.integers(0, AGENTS, n), -1),
        "moved": moved,
        # Amazon Connect alone logs a call that leaves the house, within the same record.
        "external": moved & (picked["system"].to_numpy() == CONNECT) & (rng.random(n) < 0.3),
    })
    second = legs[moved & ~legs["external"]].copy()
    m = len(second)
    second["seq"] = 1
    second["t"] = second["t"] + _length(second)
    second["ivr"] = 0
    second["wait"] = rng.integers(5, 45, m)
    second["talk"] = np.clip(np.exp(rng.normal(5.7, 0.4, m)), 90, 1_500).astype(np.int64)
    second["hold"] = 0
    second["queue"] = SECOND_LEVEL
    second["agent"] = (second["agent"] + 7) % AGENTS
    second["moved"] = False
    both = pd.concat([legs, second], ignore_index=True)
    found: pd.DataFrame = both.sort_values(["contact", "seq"], kind="stable", ignore_index=True)
    found["end"] = found["t"] + _length(found)
    outside = found["external"].to_numpy()
    found.loc[outside, "end"] += rng.integers(120, 900, int(outside.sum()))
    end = contacts["t"].copy()
    last = found.groupby("contact")["end"].max()
    end.iloc[last.index] = last.to_numpy()
    contacts["end"] = end
    return found


def _length(legs: pd.DataFrame) -> pd.Series:
    length: pd.Series = legs[["ivr", "wait", "ring", "talk", "hold"]].sum(axis=1)
    return length


def call_id(chunk: int, contact: Ints) -> Ints:
    """Five9's number of a call."""
    return 300_000_000_000 + chunk * 10_000_000 + contact


def contact_uuid(chunk: int, contact: Ints, seq: Ints) -> object:
    """Amazon Connect's id of a leg."""
    return uuid((chunk * 10_000_000 + contact) * 4 + seq, 61)


def acd_table(
    world: World, people: People, contacts: pd.DataFrame, legs: pd.DataFrame, chunk: int,
    rng: np.random.Generator,
) -> Table:
    """Five9's call log: one row per leg, wall clock of Berlin, durations as HH:MM:SS."""
    legs = legs[contacts["system"].to_numpy()[legs["contact"]] == ACD]
    row = legs["contact"].to_numpy()
    call, index = np.unique(row, return_inverse=True)
    person = contacts["person"].to_numpy()[row]
    reason = contacts["reason"].to_numpy()[row]
    # Whether the number is shown, how, and whether the caller says who they are: per call.
    named = contacts["named"].to_numpy()[call]
    anonymous, names_self = (named == NOBODY)[index], (named >= BY_NUMBER)[index]
    style = rng.integers(0, 4, len(call))[index]
    agent, queue = legs["agent"].to_numpy(), legs["queue"].to_numpy()
    handled = agent >= 0
    t = legs["t"].to_numpy()
    caller, at = contacts["person"].to_numpy()[call], contacts["t"].to_numpy()[call]
    given = either(named == MISTYPED, mistyped(people, caller, rng),
                   either(named == CATCH_ALL, EVERYBODY, people.customer_number(caller, at)))
    seconds = {k: legs[k].to_numpy() for k in ("ivr", "wait", "ring", "talk", "hold", "wrap")}
    system = np.where(queue < 0, 1, 0)
    columns = {
        "CALL ID": number(call_id(chunk, row)),
        "TIMESTAMP": local(t, "us"),
        "CAMPAIGN": pick(["Nordlicht Inbound"], np.zeros(len(row))),
        "CALL TYPE": pick(["Inbound"], np.zeros(len(row))),
        "SKILL": only(queue >= 0, pick(QUEUES, np.maximum(queue, 0))),
        "AGENT": either(handled, join("agent.", number(np.maximum(agent, 0), 2)), "[None]"),
        "DISPOSITION": either(handled, pick([r.disposition for r in REASONS], reason),
                              pick(["Abandon", "Caller Disconnected"], system)),
        "ANI": either(anonymous, "Anonymous", spoken_phone(people, person, at[index], style)),
        "DNIS": pick(["+498000000100"], np.zeros(len(row))),
        "CUSTOMER NAME": only(names_self, people.name.take(person)),
        "CUSTOMER ID": only(names_self, given.take(pa.array(index))),
        "CALL TIME": hms(_length(legs).to_numpy()),
        "IVR TIME": hms(seconds["ivr"]),
        "QUEUE WAIT TIME": hms(seconds["wait"]),
        "RING TIME": hms(seconds["ring"]),
        "TALK TIME": hms(seconds["talk"]),
        "HOLD TIME": hms(seconds["hold"]),
        "PARK TIME": hms(np.zeros(len(row))),
        "AFTER CALL WORK TIME": hms(seconds["wrap"]),
        "TRANSFERS": number(legs["moved"].to_numpy()),
        "CONFERENCES": number(np.zeros(len(row))),
        "HOLDS": number((seconds["hold"] > 0) * (1 + seconds["hold"] // 400)),
        "ABANDONED": number(~handled & (queue >= 0)),
    }
    return Table(columns, world.week(legs["end"].to_numpy()), t)


def connect_table(
    world: World, people: People, plan: Plan, legs: pd.DataFrame, chunk: int,
    rng: np.random.Generator,
) -> Table:
    """Amazon Connect's contact records: one per leg, chained by their ids, UTC."""
    contacts = plan.contacts
    legs = legs[contacts["system"].to_numpy()[legs["contact"]] == CONNECT]
    row, seq = legs["contact"].to_numpy(), legs["seq"].to_numpy()
    n = len(row)
    person = contacts["person"].to_numpy()[row]
    reason = contacts["reason"].to_numpy()[row]
    voice = contacts["channel"].to_numpy()[row] == VOICE
    t, end = legs["t"].to_numpy(), legs["end"].to_numpy()
    agent, queue = legs["agent"].to_numpy(), legs["queue"].to_numpy()
    moved, external = legs["moved"].to_numpy(), legs["external"].to_numpy()
    handled = agent >= 0
    wait, hold, talk = (legs[k].to_numpy() for k in ("wait", "hold", "talk"))
    enqueued = t + legs["ivr"].to_numpy()
    connected = enqueued + wait + legs["ring"].to_numpy()
    left = connected + talk + hold  # the agent; a customer passed on outside talks on
    known = rng.random(n) < np.where(voice, 0.6, 0.8)
    known |= plan.journeys["is_known"].to_numpy()[contacts["journey"]][row]
    at = contacts["t"].to_numpy()[row]
    ids = text(contact_uuid(chunk, row, seq))
    root = text(contact_uuid(chunk, row, np.zeros(n, np.int64)))
    following = text(contact_uuid(chunk, row, seq + 1))
    endpoint = obj(Address=text(people.e164(person, at)), Type='"TELEPHONE_NUMBER"')
    name = text(pick(["Chat " + q for q in QUEUES], np.maximum(queue, 0)))
    spoken = text(pick(QUEUES, np.maximum(queue, 0)))
    reason_word = only(handled, text(pick([r.attribute for r in REASONS], reason)))
    columns = {
        "AWSAccountId": text(pick(["123456789012"], np.zeros(n))),
        "AWSContactTraceRecordFormatVersion": text(pick(["2017-03-10"], np.zeros(n))),
        "Agent": only(handled, obj(
            ARN=join(f'"{_INSTANCE}/agent/', uuid(np.maximum(agent, 0), 71), '"'),
            AfterContactWorkDuration=number(legs["wrap"].to_numpy()),
            AfterContactWorkStartTimestamp=text(zulu(left)),
            AfterContactWorkEndTimestamp=text(zulu(left + legs["wrap"].to_numpy())),
            AgentInteractionDuration=number(talk),
            ConnectedToAgentTimestamp=text(zulu(connected)),
            CustomerHoldDuration=number(hold),
            LongestHoldDuration=number(np.where(hold > 400, hold * 2 // 3, hold)),
            NumberOfHolds=number((hold > 0) * (1 + (hold > 400))),
            Username=join('"agent', number(np.maximum(agent, 0), 2), '"'),
        )),
        "AgentConnectionAttempts": number(handled),
        # Keys differ only in case, as on real instances: structs cannot be inferred.
        "Attributes": obj(
            greetingPlayed='"true"', GreetingPlayed='"Y"', reason=reason_word,
            customerId=only(known, text(people.customer_number(person, at))),
            email=only(~voice & ~known, text(people.email.take(person))),
            language=pick(jsons(["en-GB", "de-DE"]), people.german[person]),
        ),
        "Channel": pick(jsons(["CHAT", "VOICE"]), voice),
        "ConnectedToSystemTimestamp": text(zulu(t)),
        "ContactId": ids,
        "CustomerEndpoint": only(voice, endpoint),
        "DisconnectReason": pick(
            jsons([None, "CUSTOMER_DISCONNECT", "AGENT_DISCONNECT", "CONTACT_FLOW_DISCONNECT"]),
            np.where(queue < 0, 3, np.where(~handled, 1, np.where(moved, 0, 1 + (talk % 3 == 0)))),
        ),
        "DisconnectTimestamp": text(zulu(end)),
        "InitialContactId": only(seq > 0, root),
        "InitiationMethod": pick(jsons(["INBOUND", "TRANSFER", "API"]),
                                 np.where(seq > 0, 1, np.where(voice, 0, 2))),
        "InitiationTimestamp": text(zulu(t)),
        "InstanceARN": text(pick([_INSTANCE], np.zeros(n))),
        "LastUpdateTimestamp": text(zulu(end + 75)),
        "NextContactId": only(moved & ~external, following),
        "PreviousContactId": only(seq > 0, root),
        "Queue": only(queue >= 0, obj(
            ARN=join(f'"{_INSTANCE}/queue/', uuid(np.maximum(queue, 0) * 2 + voice, 73), '"'),
            DequeueTimestamp=text(zulu(connected)),
            Duration=number(connected - enqueued),
            EnqueueTimestamp=text(zulu(enqueued)),
            Name=either(voice, spoken, name),
        )),
        "SystemEndpoint": only(voice & (seq == 0), pick(
            ['{"Address":"+498000000200","Type":"TELEPHONE_NUMBER"}'], np.zeros(n))),
        "TransferCompletedTimestamp": only(external, text(zulu(left))),
        "TransferredToEndpoint": only(external, pick(
            ['{"Address":"+498000000300","Type":"TELEPHONE_NUMBER"}'], np.zeros(n))),
    }
    return Table(columns, world.week(end), t)
