"""Segment: page views, searches, help pages, forms, logins, confirmation mails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from .habits import HABITS
from .people import People
from .plan import Plan
from .shapes import (
    Cells,
    constant,
    either,
    join,
    jsons,
    obj,
    only,
    pick,
    stamp,
    text,
    uuid,
)
from .tables import Layout, Table
from .tickets import BY_CUSTOMER, Tickets
from .world import (
    DAY,
    FIRST,
    REASONS,
    WEB_FORM,
    Bools,
    Ints,
    World,
    to_utc,
)

EVENTS = Layout("web", "records", "events_{date}.ndjson.gz")
PAGE, SEARCH, HELP, FORM, LOGIN, MAIL = range(6)
PAGES = ("/", "/tarife", "/tarife/glasfaser", "/shop/router", "/konto", "/konto/vertrag", "/presse")
HELP_PAGES = tuple(r.help_path for r in REASONS)
#: Visitors without a name, as a share of the persons.
VISITORS = 0.35
_SITE = "https://www.nordlicht.example"


@dataclass(frozen=True, slots=True)
class _Visits:
    """Visits to expand into events: who (cookie), when, and what they do."""

    cookie: Cells
    user: Cells
    t: Ints
    pages: Ints
    searches: Bools
    helps: Ints
    form: Bools
    reason: Ints
    journey: Ints


def web_table(
    world: World, people: People, plan: Plan, story: Tickets, chunk: int, rng: np.random.Generator
) -> tuple[Table, pd.DataFrame]:
    """All events of a chunk, as Segment's raw objects, and which of them are about a journey."""
    visits = (
        _before_contact(people, plan, rng),
        _idle(world, people, rng),
        _strangers(world, people, rng),
    )
    events = pd.concat([_expand(v, rng).assign(visit=i) for i, v in enumerate(visits)],
                       ignore_index=True)
    offset = np.cumsum([0, *(len(v.t) for v in visits)])
    at = pa.array(events["row"].to_numpy() + offset[events["visit"]])
    cookie = pa.concat_arrays([_flat(v.cookie) for v in visits]).take(at)
    user = pa.concat_arrays([_flat(v.user) for v in visits]).take(at)
    kept = (events["t"] >= world.start) & (events["t"] < world.as_of - 60)
    mails = _mails(people, story, rng)
    mails = mails[mails["t"] < world.as_of - 60]
    sent = people.customer_number(mails["person"].to_numpy(), mails["t"].to_numpy())
    rows = np.flatnonzero(kept)
    events = pd.concat([events.iloc[rows], mails], ignore_index=True)
    cookie = pa.concat_arrays([cookie.take(pa.array(rows)), pa.nulls(len(mails), pa.string())])
    user = pa.concat_arrays([user.take(pa.array(rows)), sent])
    about = (events["kind"].isin((SEARCH, HELP, FORM, MAIL)) & (events["journey"] >= 0)).to_numpy()
    told = events.loc[about, ["journey"]].assign(event=np.flatnonzero(about))
    return _table(world, events, cookie, user, chunk), told


def message_id(chunk: int, event: Ints) -> Cells:
    """Segment's id of an event."""
    return join("ajs-next-", uuid(chunk * 100_000_000 + event, 107))


def _flat(cells: Cells) -> Cells:
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def _before_contact(people: People, plan: Plan, rng: np.random.Generator) -> _Visits:
    """Visits in the hours before a first contact: they tell what it will be about."""
    contacts = plan.contacts[plan.contacts["role"] == FIRST]
    extra = plan.journeys["extra"].to_numpy()[contacts["journey"]]
    form = (contacts["channel"] == WEB_FORM).to_numpy()
    # With two issues at once nobody could tell which one a help page belongs to.
    often = np.array([h.searches_first for h in HABITS])[people.habit[contacts["person"]]]
    picked = form | (~extra & (rng.random(len(contacts)) < often))
    contacts, form = contacts[picked], form[picked]
    person, n = contacts["person"].to_numpy(), len(contacts)
    lead = np.where(form, 400, rng.integers(600, 5 * 3_600, n))
    t = contacts["t"].to_numpy() - lead
    return _Visits(
        cookie=people.cookie(person, rng.integers(0, 2, n)),
        user=only(people.logs_in[person] & (rng.random(n) < 0.7),
                  people.customer_number(person, t)),
        t=t,
        pages=rng.integers(1, 3, n), searches=rng.random(n) < 0.6, helps=rng.integers(1, 4, n),
        form=form, reason=contacts["reason"].to_numpy(), journey=contacts["journey"].to_numpy(),
    )


def _idle(world: World, people: People, rng: np.random.Generator) -> _Visits:
    """Visits of customers that lead to nothing."""
    often = np.array([h.visits for h in HABITS])[people.habit]
    visits = rng.poisson(often * world.days / 90)
    person = np.repeat(np.arange(len(people.ids)), visits)
    n = len(person)
    signs_in = people.logs_in[person]
    t = _any_time(world, n, rng)
    return _Visits(
        cookie=people.cookie(person, rng.integers(0, 2, n)),
        user=only(signs_in & (rng.random(n) < 0.5), people.customer_number(person, t)),
        t=t, pages=rng.integers(2, 5, n), searches=np.zeros(n, bool),
        helps=np.zeros(n, np.int64), form=np.zeros(n, bool), reason=np.full(n, -1),
        journey=np.full(n, -1),
    )


def _strangers(world: World, people: People, rng: np.random.Generator) -> _Visits:
    """Visitors that are a cookie and nothing else."""
    count = int(len(people.ids) * VISITORS)
    visitor = np.repeat(np.arange(count), rng.integers(1, 3, count))
    n = len(visitor)
    return _Visits(
        cookie=uuid(int(people.ids[0]) * 4 + visitor, 43), user=constant(None, n),
        t=_any_time(world, n, rng), pages=rng.integers(1, 5, n), searches=rng.random(n) < 0.2,
        helps=(rng.random(n) < 0.15).astype(np.int64), form=np.zeros(n, bool),
        reason=rng.integers(0, len(REASONS), n), journey=np.full(n, -1),
    )


def _any_time(world: World, n: int, rng: np.random.Generator) -> Ints:
    day = world.first_day + rng.integers(0, world.days, n)
    return to_utc(day * DAY + 7 * 3_600 + (rng.beta(2, 2, n) * 16 * 3_600).astype(np.int64))


def _expand(visits: _Visits, rng: np.random.Generator) -> pd.DataFrame:
    """One row per event of each visit, some 40 seconds apart: login, pages, search, help, form."""
    n = len(visits.t)
    signed = (~np.asarray(visits.user.is_null().to_numpy(zero_copy_only=False))).astype(np.int64)
    counts = (
        (LOGIN, signed), (PAGE, visits.pages), (SEARCH, visits.searches.astype(np.int64)),
        (HELP, visits.helps), (FORM, visits.form.astype(np.int64)),
    )
    parts = []
    for order, (kind, count) in enumerate(counts):
        row = np.repeat(np.arange(n), count)
        parts.append(pd.DataFrame({"row": row, "kind": kind, "order": order}))
    events = pd.concat(parts, ignore_index=True).sort_values(["row", "order"], kind="stable")
    events = events.reset_index(drop=True)
    step = events.groupby("row").cumcount().to_numpy()
    row = events["row"].to_numpy()
    events["t"] = visits.t[row] + step * 40 + rng.integers(0, 30, len(row))
    events["page"] = rng.integers(0, len(PAGES), len(row))
    events["reason"], events["journey"] = visits.reason[row], visits.journey[row]
    return events


def _mails(people: People, story: Tickets, rng: np.random.Generator) -> pd.DataFrame:
    """Confirmation mails for most of the tickets that customers open."""
    tickets = story.tickets
    rows = np.flatnonzero((tickets["kind"] == BY_CUSTOMER) & (rng.random(len(tickets)) < 0.85))
    return pd.DataFrame({
        "kind": MAIL, "t": tickets["created"].to_numpy()[rows] + rng.integers(20, 90, len(rows)),
        "page": 0, "reason": tickets["reason"].to_numpy()[rows],
        "person": tickets["person"].to_numpy()[rows],
        "journey": tickets["journey"].to_numpy()[rows],
    })


def _table(world: World, events: pd.DataFrame, cookie: Cells, user: Cells, chunk: int) -> Table:
    n = len(events)
    kind, t = events["kind"].to_numpy(), events["t"].to_numpy()
    reason = np.maximum(events["reason"].to_numpy(), 0)
    page = kind == PAGE
    path = either(
        page, pick(PAGES, events["page"].to_numpy()),
        either(kind == HELP, pick(HELP_PAGES, reason),
               pick(["/", "/suche", "/", "/kontakt", "/login", "/"], kind)))
    query = text(pick([r.name.replace("_", " ") for r in REASONS], reason))
    properties = either(
        (kind == SEARCH), obj(query=query),
        either(kind == FORM, obj(form='"kontakt"', formId='"7"'),
               either(kind == MAIL, obj(template=query), obj(path=text(path)))))
    millis = (np.arange(n) * 37) % 1_000
    late = (np.arange(n) * 13) % 5
    event = pick([None, "Products Searched", None, "Form Submitted", "Signed In",
                  "Ticket Confirmation Sent"], kind)
    website = kind != MAIL
    columns = {
        "type": pick(jsons(["track", "page"]), page | (kind == HELP)),
        "messageId": text(message_id(chunk, np.arange(n))),
        "anonymousId": text(cookie),
        "userId": text(user),
        "event": text(event),
        "name": only(kind == HELP, constant('"Help"', n)),
        "properties": properties,
        "context": either(
            website,
            obj(ip='"192.0.2.1"', library='{"name":"analytics.js","version":"2.11.1"}',
                locale='"de-DE"', page=obj(path=text(path), url=join(f'"{_SITE}', path, '"'))),
            constant('{"library":{"name":"analytics-python","version":"2.3.0"}}', n)),
        "originalTimestamp": _millis(t, millis),
        "sentAt": _millis(t + 1, millis),
        "receivedAt": _millis(t + 1 + late, millis),
        "timestamp": _millis(t + late, millis),
        "integrations": constant("{}", n),
    }
    return Table(columns, world.week(t), t)


def _millis(t: Ints, millis: Ints) -> Cells:
    fraction = pick([f".{m:03d}Z" for m in range(1_000)], millis)
    return join('"', stamp(t, between="T"), fraction, '"')
