"""Zendesk's streams: tickets, audits, users and groups, as its API gives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .calls import AGENTS, call_id
from .people import People, known_as
from .shapes import (
    Cells,
    constant,
    either,
    join,
    jsons,
    listed,
    number,
    obj,
    only,
    pick,
    text,
    zulu,
)
from .tables import Layout, Table
from .texts import HOSTILE, MESSAGES, SUBJECTS
from .tickets import (
    AGENT,
    BY_AGENT,
    BY_CUSTOMER,
    CUSTOMER,
    FOLLOW_UP_TICKET,
    SYSTEM,
    Tickets,
)
from .world import QUEUES, REASONS, WEB_FORM, Bools, Ints, World

TICKETS = Layout("zendesk", "tickets", "tickets_{date}.ndjson.gz")
AUDITS = Layout("zendesk", "audits", "audits_{date}.ndjson.gz")
USERS = Layout("zendesk", "users", "users_{date}.ndjson.gz")
GROUPS = Layout("zendesk", "groups", "groups_{date}.ndjson")
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
GROUP_IDS = tuple(360_001_000_000 + 11 * i for i in range(len(QUEUES)))
AGENT_IDS = 360_002_000_000
#: This account's custom fields; the adapter names them in one place.
REASON_FIELD, CALL_FIELD = 360_011_000_001, 360_011_000_002


def ticket_id(chunk: int, row: Ints) -> Ints:
    """Zendesk's number of a ticket."""
    return 100_000 + chunk * 10_000_000 + row


def comment_id(chunk: int, event: Ints) -> Ints:
    """The id of the comment in the audit of an event row."""
    return (9_000_000_000 + chunk * 100_000_000 + event) * 10 + 1


def state(story: Tickets) -> pd.DataFrame:
    """Return the events with the ticket's status and group before and after each."""
    events = story.events.copy()
    by = events.groupby("ticket", sort=False)
    queue = pd.Series(story.tickets["queue"].to_numpy()[events["ticket"]], events.index)
    for name, first in (("status", None), ("group", queue)):
        after = events[name].where(events[name] >= 0)
        if first is not None:
            after = after.where(by.cumcount() > 0, first)
        after = after.groupby(events["ticket"], sort=False).ffill().astype("int64")
        before = after.groupby(events["ticket"], sort=False).shift(fill_value=-1)
        events[f"{name}_after"], events[f"{name}_before"] = after, before
    return events


def tickets_table(
    world: World, people: People, contacts: pd.DataFrame, story: Tickets, chunk: int,
    hostile: Ints,
) -> Table:
    """The incremental export: each delivery has the tickets changed since, as they then stood."""
    events = state(story)
    week = world.week(events["t"].to_numpy())
    last = np.r_[(events["ticket"].to_numpy()[1:] != events["ticket"].to_numpy()[:-1])
                 | (week[1:] != week[:-1]), True][: len(events)]
    now = events[last].reset_index(drop=True)
    row = now["ticket"].to_numpy()
    n = len(row)
    ticket = story.tickets.iloc[row]
    person, reason = ticket["person"].to_numpy(), ticket["reason"].to_numpy()
    kind, contact = ticket["kind"].to_numpy(), ticket["contact"].to_numpy()
    form = _by_form(contacts, story.tickets)[row]
    by_agent = kind == BY_AGENT
    requester = number(people.zendesk_user[person])
    agent = number(AGENT_IDS + row % AGENTS)
    taken = now["assigned"].to_numpy() | (now["status_after"].to_numpy() > 0)
    subject = 2 * reason + (row % 2)
    bad = hostile[row] % len(HOSTILE)
    tag = pick([r.tag for r in REASONS], reason)
    described = story.events.drop_duplicates("ticket").set_index("ticket")["message"]
    follow = kind == FOLLOW_UP_TICKET
    source = obj(
        **{"from": either(
            follow, obj(ticket_id=number(ticket_id(chunk, ticket["parent"].to_numpy()))),
            obj(address=text(people.email.take(pa.array(person))))), "to": "{}",
           "rel": either(follow, '"follow_up"', pa.scalar(None, pa.string()))})
    channel = np.where(by_agent, np.where(row % 10 < 7, 2, 1), np.where(form, 1, 0))
    call = only(ticket["names_call"].to_numpy(),
                text(number(call_id(chunk, np.maximum(contact, 0)))))
    columns = {
        "id": number(ticket_id(chunk, row)),
        "url": join('"https://nordlicht.zendesk.example/api/v2/tickets/',
                    number(ticket_id(chunk, row)), '.json"'),
        "external_id": constant(None, n),
        "via": obj(channel=pick(jsons(["email", "web", "voice"]), channel), source=source),
        "created_at": text(zulu(ticket["created"].to_numpy())),
        "updated_at": text(zulu(now["t"].to_numpy())),
        "type": text(constant("question", n)),
        "subject": either(
            hostile[row] >= 0, pick(jsons(HOSTILE), bad), pick(jsons(SUBJECTS), subject)),
        "description": pick(jsons(MESSAGES), described.loc[row].to_numpy()),
        "priority": pick(jsons(["normal", "high", None]), row % 7 % 3),
        "status": text(pick(STATUSES, now["status_after"].to_numpy())),
        "requester_id": requester,
        "submitter_id": either(by_agent, agent, requester),
        "assignee_id": only(taken, agent),
        "organization_id": constant(None, n),
        "group_id": number(np.array(GROUP_IDS)[now["group_after"].to_numpy()]),
        "tags": join('["', tag, '","privat"]'),
        "custom_fields": join(
            f'[{{"id":{REASON_FIELD},"value":', text(tag), f'}},{{"id":{CALL_FIELD},"value":',
            pc.fill_null(call, "null"), "}]"),
        # An object or a word, depending on the ticket: never infer a struct from it.
        "satisfaction_rating": either(row % 9 == 0, '"unoffered"', '{"score":"offered"}'),
        "followup_ids": constant("[]", n),
        "problem_id": constant(None, n),
        "brand_id": constant("360003000000", n),
        "generated_timestamp": number(now["t"].to_numpy() + 2),
    }
    return Table(columns, week[last], now["t"].to_numpy())


def _by_form(contacts: pd.DataFrame, tickets: pd.DataFrame) -> Bools:
    contact = np.maximum(tickets["contact"].to_numpy(), 0)
    by_form = contacts["channel"].to_numpy()[contact] == WEB_FORM
    return np.asarray(by_form & (tickets["kind"] == BY_CUSTOMER).to_numpy())


def audits_table(
    world: World, people: People, contacts: pd.DataFrame, story: Tickets, chunk: int, hostile: Ints
) -> Table:
    """One audit per update, with its events: comments, changes, and values set at birth."""
    events = state(story)
    n = len(events)
    row = events["ticket"].to_numpy()
    t = events["t"].to_numpy()
    audit = 9_000_000_000 + chunk * 100_000_000 + np.arange(n)
    born = np.r_[True, row[1:] != row[:-1]][:n]
    actor = events["actor"].to_numpy()
    person = story.tickets["person"].to_numpy()[row]
    author = either(actor == CUSTOMER, number(people.zendesk_user[person]),
                    either(actor == AGENT, number(AGENT_IDS + row % AGENTS), "-1"))
    message = events["message"].to_numpy()
    body = pick(jsons(MESSAGES), np.maximum(message, 0))
    attack = (hostile[row] >= 0) & born & (actor == CUSTOMER)
    body = either(attack, pick(jsons(HOSTILE), hostile[row] % len(HOSTILE)), body)
    comment = only(message >= 0, obj(
        id=number(comment_id(chunk, np.arange(n))), type='"Comment"', author_id=author, body=body,
        public=either(events["public"].to_numpy(), "true", "false")))
    old, new = (events[f"status_{x}"].to_numpy() for x in ("before", "after"))
    group_old, group_new = (events[f"group_{x}"].to_numpy() for x in ("before", "after"))
    ids = np.array(GROUP_IDS)
    agent = text(number(AGENT_IDS + row % AGENTS))
    parts = [
        comment,
        _event(audit, 2, "status", born, (new != old) & (new >= 0),
               text(pick(STATUSES, np.maximum(old, 0))), text(pick(STATUSES, np.maximum(new, 0)))),
        _event(audit, 3, "group_id", born, group_new != group_old,
               text(number(ids[np.maximum(group_old, 0)])), text(number(ids[group_new]))),
        _event(audit, 4, "assignee_id", born, events["assigned"].to_numpy(), "null", agent),
    ]
    inner = listed(",", *parts)
    # Who wrote in a form answers by mail.
    form = born & _by_form(contacts, story.tickets)[row]
    channel = np.where(actor == SYSTEM, 1, np.where((actor == CUSTOMER) & ~form, 0, 2))
    columns = {
        "id": number(audit),
        "ticket_id": number(ticket_id(chunk, row)),
        "created_at": text(zulu(t)),
        "author_id": author,
        "via": obj(channel=pick(jsons(["email", "rule", "web"]), channel),
                   source='{"from":{},"to":{},"rel":null}'),
        "events": join("[", inner, "]"),
    }
    return Table(columns, world.week(t), t)


def _event(
    audit: Ints, number_in_audit: int, field: str, born: np.ndarray, changed: np.ndarray,
    old: Cells | str, new: Cells,
) -> Cells:
    ids = number(audit * 10 + number_in_audit)
    name = f'"{field}"'
    change = obj(id=ids, type='"Change"', field_name=name, previous_value=old, value=new)
    create = obj(id=ids, type='"Create"', field_name=name, value=new)
    return only(changed, either(born, create, change))


def users_table(world: World, people: People, story: Tickets) -> Table:
    """Requesters, delivered with their first ticket."""
    rows = story.events.drop_duplicates("ticket")
    requester = story.tickets["person"].to_numpy()[rows["ticket"]]
    first = pd.DataFrame({"person": requester, "t": rows["t"]})
    first = first.sort_values(["t", "person"]).drop_duplicates("person").sort_values("person")
    person, t = first["person"].to_numpy(), first["t"].to_numpy()
    external, email, phone = known_as(people, person, t)
    columns = _user(
        number(people.zendesk_user[person]), text(people.name.take(pa.array(person))), text(email),
        text(phone), "end-user", text(external), t - 30)
    return Table(columns, world.week(t), t)


def staff_tables(world: World) -> tuple[Table, Table]:
    """Agents and groups, all in the first delivery."""
    t = np.full(AGENTS, world.start, np.int64)
    row = np.arange(AGENTS)
    who = join('"Agent ', number(row, 2), '"')
    mail = join('"agent', number(row, 2), '@nordlicht.example"')
    none = constant(None, AGENTS)
    users = Table(_user(number(AGENT_IDS + row), who, mail, none, "agent", none, t), t * 0, t)
    n = len(QUEUES)
    groups = Table({
        "id": number(np.array(GROUP_IDS)),
        "name": text(pick(QUEUES, np.arange(n))),
        "updated_at": text(zulu(np.full(n, world.start))),
        "deleted": constant("false", n),
    }, np.zeros(n, np.int64), np.full(n, world.start))
    return users, groups


def _user(
    ids: Cells, name: Cells, email: Cells, phone: Cells, role: str, external: Cells, t: Ints
) -> dict[str, Cells]:
    n = len(t)
    return {
        "id": ids, "name": name, "email": email, "phone": phone, "role": constant(f'"{role}"', n),
        "external_id": external, "created_at": text(zulu(t)), "updated_at": text(zulu(t)),
        "active": constant("true", n), "time_zone": constant('"Berlin"', n),
        "locale": constant('"de"', n),
    }
