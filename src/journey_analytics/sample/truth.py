"""What was put in: the answers that a run on the sample is measured against."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .calls import call_id, contact_uuid
from .habits import HABITS
from .people import NEVER, People, known_as
from .plan import CATCH_ALL, MISTYPED, NOBODY, Plan
from .servicenow import incident_number
from .shapes import Cells, constant, either, join, listed, number, only, pick, zulu
from .tables import _one
from .tickets import BY_AGENT, BY_CUSTOMER, FOLLOW_UP_TICKET, Tickets
from .web import message_id
from .world import (
    ACD,
    CHANNELS,
    CHAT,
    EMAIL,
    PLANTED,
    QUEUES,
    REASON,
    REASONS,
    ROLES,
    SYSTEMS,
    ZENDESK,
    Ints,
    World,
)
from .zendesk import comment_id, ticket_id

_MESSAGE_ROLES = ("answer", "chaser", "reopen")
Columns = dict[str, Cells]


def persons(people: People) -> Columns:
    """Customers and all their keys."""
    n = len(people.ids)
    rows = np.arange(n)
    never = np.zeros(n, np.int64)
    external, email, phone = known_as(people, rows, never)
    new_phone, new_number = people.phone_changes < NEVER, people.number_changes < NEVER
    return {
        "person": _person(people, rows),
        "customer_number": people.crm,
        "customer_number_2": only(new_number, people.new_crm),
        "phone": people.e164(rows, never),
        "phone_2": only(new_phone, join("+49", people.new_area, people.new_line)),
        "email": people.email,
        "zendesk_user": number(people.zendesk_user),
        "zendesk_external_id": external,
        "zendesk_phone": phone,
        "servicenow_caller": people.caller,
        "cookie_1": people.cookie(rows, np.zeros(n, np.int64)),
        "cookie_2": people.cookie(rows, np.ones(n, np.int64)),
        "logs_in": _yes(people.logs_in),
        "habit": pick([h.name for h in HABITS], people.habit),
        "shared_phone": either(people.switchboard, "switchboard",
                               only(people.family, constant("family", n))),
    }


def journeys(people: People, plan: Plan, surveys: pd.DataFrame, chunk: int) -> Columns:
    """One row per issue: its planted moment, its score, and the background moments in it."""
    frame = plan.journeys
    n = len(frame)
    score = np.full(n, -1)
    invited = np.zeros(n, bool)
    score[surveys["journey"]], invited[surveys["journey"]] = surveys["score"], True
    hit, reason = frame["hit"].to_numpy(), frame["reason"].to_numpy()
    background = [
        only(frame[name].to_numpy(), constant(name.removeprefix("background_"), n))
        for name in map(str, frame) if name.startswith("background_")
    ]
    return {
        "journey": _journey(chunk, np.arange(n)),
        "person": _person(people, frame["person"].to_numpy()),
        "reason": pick([r.name for r in REASONS], reason),
        "family": pick([r.family for r in REASONS], reason),
        "stage": pick([r.stage for r in REASONS], reason),
        "started_at": zulu(frame["started_at"].to_numpy()),
        "invited": _yes(invited),
        "score": only(score >= 0, number(score)),
        "planted": only(hit >= 0, pick([p.name for p in PLANTED], np.maximum(hit, 0))),
        "background": listed(" ", *background),
    }


def contacts(
    people: People, plan: Plan, story: Tickets, incidents: pd.DataFrame, chunk: int
) -> Columns:
    """Every contact, with the records in each system that belong to it."""
    frame = plan.contacts
    n = len(frame)
    tickets = story.tickets
    exists = np.zeros(len(tickets), bool)
    exists[story.events["ticket"]] = True
    rows = np.arange(n)
    system, named = frame["system"].to_numpy(), frame["named"].to_numpy()
    calls = either(
        system == ACD, join("acd:", number(call_id(chunk, rows))),
        only(system != ZENDESK, join("connect:", contact_uuid(chunk, rows, np.zeros(n, np.int64)))))
    ticket, incident = np.full(n, -1), np.full(n, -1)
    own = np.flatnonzero(exists & tickets["kind"].isin((BY_AGENT, BY_CUSTOMER)).to_numpy())
    ticket[tickets["contact"].to_numpy()[own]] = own
    incident[incidents["contact"]] = np.arange(len(incidents))
    source_ids = listed(
        " ", calls,
        only(ticket >= 0, join("zendesk:", number(ticket_id(chunk, ticket)))),
        only(incident >= 0, join("servicenow:", incident_number(chunk, np.maximum(incident, 0)))),
    )
    main = {
        "contact": join("C", number(chunk * 10_000_000 + rows)),
        "journey": _journey(chunk, frame["journey"].to_numpy()),
        "person": _person(people, frame["person"].to_numpy()),
        "started_at": zulu(frame["t"].to_numpy()),
        "channel": pick(CHANNELS, frame["channel"].to_numpy()),
        "system": pick(SYSTEMS, system),
        "queue": either(frame["channel"].to_numpy() == CHAT,
                        join("Chat ", pick(QUEUES, frame["queue"].to_numpy())),
                        pick(QUEUES, frame["queue"].to_numpy())),
        "kind": pick(ROLES, frame["role"].to_numpy()),
        "source_ids": source_ids,
        "anonymous": _yes((named == NOBODY) & (system == ACD)),
        "customer_number": only(system == ACD, only(named >= MISTYPED, either(
            named == CATCH_ALL, "catch_all", constant("mistyped", n)))),
    }
    follow = np.flatnonzero(exists & (tickets["kind"] == FOLLOW_UP_TICKET).to_numpy())
    events = story.events[story.events["role"].isin(_MESSAGE_ROLES)]
    at = events["ticket"].to_numpy()
    return _stack(
        main,
        _in_tickets(people, tickets.iloc[follow], chunk, tickets["created"].to_numpy()[follow],
                    constant("follow_up", len(follow)),
                    join("zendesk:", number(ticket_id(chunk, follow))), "F", follow),
        _in_tickets(people, tickets.iloc[at], chunk, events["t"].to_numpy(),
                    pa.array(events["role"], pa.string()),
                    join("zendesk_comment:", number(comment_id(chunk, events.index.to_numpy()))),
                    "M", events.index.to_numpy()),
    )


def _in_tickets(
    people: People, tickets: pd.DataFrame, chunk: int, t: Ints, kind: Cells, source_ids: Cells,
    letter: str, index: Ints,
) -> Columns:
    n = len(tickets)
    return {
        "contact": join(letter, number(chunk * 10_000_000 + index)),
        "journey": _journey(chunk, tickets["journey"].to_numpy()),
        "person": _person(people, tickets["person"].to_numpy()),
        "started_at": zulu(t),
        "channel": constant(CHANNELS[EMAIL], n),
        "system": constant(SYSTEMS[ZENDESK], n),
        "queue": pick(QUEUES, tickets["queue"].to_numpy()),
        "kind": kind,
        "source_ids": source_ids,
        "anonymous": constant("false", n),
        "customer_number": constant(None, n),
    }


def visits(people: People, plan: Plan, told: pd.DataFrame, chunk: int) -> Columns:
    """Events of self-service that are about a journey: searches, help, forms, confirmations."""
    journey = told["journey"].to_numpy()
    return {
        "event": message_id(chunk, told["event"].to_numpy()),
        "journey": _journey(chunk, journey),
        "person": _person(people, plan.journeys["person"].to_numpy()[journey]),
    }


def pain_points(world: World, hits: Ints) -> Columns:
    """The planted cells, ranked by what they should cost."""
    effect = np.array([world.effects[p.name] for p in PLANTED])
    burden = hits * effect
    order = np.lexsort((np.arange(len(PLANTED)), -burden))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    planted = [PLANTED[i] for i in order]
    return {
        "planted": pa.array([p.name for p in planted]),
        "kind": pa.array([p.name for p in planted]),
        "stage": pa.array([REASONS[REASON[p.reason]].stage for p in planted]),
        "step": pa.array([p.step for p in planted]),
        "reason": pa.array([p.reason for p in planted]),
        "entry_channel": pa.array([CHANNELS[p.entry] for p in planted]),
        "channel": pa.array([p.channel for p in planted]),
        "queue": pa.array([QUEUES[p.queue] for p in planted]),
        "journeys_hit": number(hits[order]),
        "effect": pa.array([f"{v:g}" for v in effect[order]]),
        "expected_burden": pa.array([f"{v:.1f}" for v in burden[order]]),
        "rank": number(rank[order]),
        "also_shows_as": pa.array([p.echo for p in planted]),
    }


def csv(columns: Columns, header: bool = True) -> bytes:
    """Plain CSV; no cell of the truth needs quotes."""
    parts: list[Cells | str] = []
    for i, cells in enumerate(columns.values()):
        parts += [",", pc.fill_null(cells, "")] if i else [pc.fill_null(cells, "")]
    body = "".join(_one(join(*parts, "\n")).to_pylist())
    return ((",".join(columns) + "\n" if header else "") + body).encode()


def _stack(*parts: Columns) -> Columns:
    return {name: pa.concat_arrays([_one(p[name]) for p in parts]) for name in parts[0]}


def _person(people: People, rows: Ints) -> Cells:
    return join("P", number(people.ids[rows]))


def _journey(chunk: int, rows: Ints) -> Cells:
    return join("J", number(chunk * 10_000_000 + rows))


def _yes(mask: np.ndarray) -> Cells:
    return pick(["false", "true"], mask)
