"""The lives of tickets: who wrote when, and every change of status and group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .people import People
from .plan import Plan
from .texts import opening, reply
from .world import (
    ABANDONED,
    ACD,
    DAY,
    FIRST,
    OUT_OF_HOURS,
    PLANTED,
    REASON,
    SECOND_LEVEL,
    SWITCH,
    ZENDESK,
    Bools,
    Ints,
    World,
    to_local,
    to_utc,
)

HOUR = 3_600
NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED = range(6)
CUSTOMER, AGENT, SYSTEM = range(3)
BY_CUSTOMER, BY_AGENT, FOLLOW_UP_TICKET = range(3)
AUTO_CLOSE = 4 * DAY
#: Reasons with a planted second contact: nothing else there may look like one.
_CLEAN = (REASON["delivery_status"], REASON["slow_internet"])
_SWITCH = next(i for i, p in enumerate(PLANTED) if p.name == "channel_switch")


@dataclass(frozen=True, slots=True)
class Tickets:
    """Zendesk's tickets of a chunk.

    ``tickets``: contact, journey, person, reason, queue, kind, created, call (contact row of
    the call it was opened in, or -1), names_call, parent (row, follow-ups only). ``events``:
    ticket, t, actor, role, status, group, assigned, message, public; sorted.
    """

    tickets: pd.DataFrame
    events: pd.DataFrame


class _Story:
    """Collects events; a step is one update for the rows where it happens."""

    def __init__(self, german: Bools) -> None:
        self.german = german
        self.parts: list[pd.DataFrame] = []

    def add(
        self, where: Bools, t: Ints, actor: int, role: str, *, status: int | Ints = -1,
        group: int = -1, says: str | Ints | None = None, public: bool = True,
        assigned: bool = False,
    ) -> None:
        rows = np.flatnonzero(where)
        if says is None:
            message: Ints | int = -1
        elif isinstance(says, str):
            message = reply(says, self.german)[rows]
        else:
            message = says[rows]
        self.parts.append(pd.DataFrame({
            "ticket": rows, "t": t[rows], "actor": actor, "role": role,
            "status": status if isinstance(status, int) else status[rows],
            "group": group, "assigned": assigned, "message": message, "public": public,
            "seq": len(self.parts),
        }))


def in_hours(world: World, t: Ints, rng: np.random.Generator) -> Ints:
    """Return ``t``, or a moment of the next opening morning where nobody works at ``t``."""
    day, second = np.divmod(to_local(t), DAY)
    day = day + (second > 19 * HOUR)
    second = np.where(second > 19 * HOUR, 0, second)
    opens = world.next_open[day]
    closed = (opens > day) | (second < 8 * HOUR)
    morning = opens * DAY + 8 * HOUR + rng.integers(300, 2 * HOUR, len(t))
    return np.where(closed, to_utc(morning), t)


def make_tickets(world: World, people: People, plan: Plan, rng: np.random.Generator) -> Tickets:
    """Open a ticket for each written contact and for some calls, and let them run."""
    contacts = plan.contacts
    hit = plan.journeys["hit"].to_numpy()[contacts["journey"]]
    written = (contacts["system"] == ZENDESK).to_numpy()
    # The call we asked for is noted in the ticket that asked, not in a new one.
    asked = (hit == _SWITCH) & (contacts["role"] == SWITCH).to_numpy()
    handled = ~contacts["role"].isin((ABANDONED, OUT_OF_HOURS)).to_numpy()
    noted = (contacts["system"] == ACD).to_numpy() & handled & ~asked
    noted &= (contacts["named"] > 0).to_numpy() & (rng.random(len(contacts)) < 0.3)
    rows = np.flatnonzero(written | noted)
    tickets = contacts.iloc[rows][["journey", "person", "reason", "queue"]].reset_index(drop=True)
    tickets["contact"] = rows
    tickets["kind"] = np.where(written[rows], BY_CUSTOMER, BY_AGENT)
    begin, end = (contacts[c].to_numpy()[rows] for c in ("t", "end"))
    n = len(rows)
    during = begin + ((end - begin) * rng.uniform(0.3, 1.0, n)).astype(np.int64)
    after = end + rng.integers(0, 1_200, n)
    opened = np.where(rng.random(n) < 0.5, during, after)
    tickets["created"] = np.where(tickets["kind"] == BY_AGENT, opened, begin)
    tickets["names_call"] = (tickets["kind"] == BY_AGENT) & (
        rng.random(n) < world.dirt.names_call)
    tickets["parent"] = -1

    german = people.german[tickets["person"].to_numpy()]
    story = _Story(german)
    closed = _customers_tickets(world, plan, tickets, story, rng)
    _agents_tickets(world, tickets, story, rng)
    tickets = _follow_ups(world, people, tickets, closed, story, rng)

    events = pd.concat(story.parts, ignore_index=True)
    events["t"] -= world.dirt.skew_seconds
    tickets["created"] -= world.dirt.skew_seconds
    events = events[events["t"] < world.as_of - 60]
    events = events.sort_values(["ticket", "t", "seq"], kind="stable").reset_index(drop=True)
    # A ticket exists once its first event does; later rows keep their number.
    return Tickets(tickets, events)


def _customers_tickets(
    world: World, plan: Plan, tickets: pd.DataFrame, story: _Story, rng: np.random.Generator
) -> Ints:
    """Tickets by e-mail or form. Returns when each of them was closed (0: not one of these)."""
    n = len(tickets)
    mine = (tickets["kind"] == BY_CUSTOMER).to_numpy()
    reason = tickets["reason"].to_numpy()
    created = tickets["created"].to_numpy()
    clean = np.isin(reason, _CLEAN)

    def some(share: float) -> Bools:
        return np.asarray(mine & ~clean & (rng.random(n) < share))

    def after(t: Ints, low: float, high: float) -> Ints:
        return t + rng.integers(int(low * HOUR), int(high * HOUR), n)

    directed, call_end = _asked_to_call(plan, tickets)
    chased, asks, reopened = some(0.06), some(0.35) | directed, some(0.05)
    moved = mine & ~clean & (reason != REASON["outage"]) & (rng.random(n) < 0.04)
    assigned = after(created, 0.1, 2)
    first = in_hours(world, after(created, 2, 20), rng)
    first = np.where(chased, in_hours(world, after(created, 34, 50), rng), first)
    # The delivery desk answers round the clock: the reply comes before the call it asks for, and
    # journeys with and without the planted switch wait alike for it.
    first = np.where(clean, after(created, 1, 4), np.maximum(first, assigned + 1_800))
    assigned = np.where(clean, created + 600, assigned)
    answer = after(first, 1, 24)
    second = in_hours(world, after(answer, 1, 10), rng)
    noted = call_end + rng.integers(120, 900, n)
    solved = np.where(directed, noted, np.where(asks, second, first))
    again = after(solved, 12, 40)
    third = in_hours(world, after(again, 2, 10), rng)
    closed = np.where(reopened, third, solved) + AUTO_CLOSE

    story.add(mine, created, CUSTOMER, "open", status=NEW,
              says=opening(reason, story.german, rng.integers(0, 2, n)))
    story.add(mine, assigned, AGENT, "assign", status=OPEN, assigned=True)
    story.add(moved, assigned + rng.integers(300, 1_500, n), AGENT, "move", group=SECOND_LEVEL)
    story.add(chased, after(created, 20, 28), CUSTOMER, "chaser", says="chase")
    story.add(mine & ~asks, first, AGENT, "reply", status=SOLVED, says="solve")
    story.add(asks & ~directed, first, AGENT, "reply", status=PENDING, says="ask")
    story.add(directed, first, AGENT, "reply", status=PENDING, says="call_us")
    story.add(asks & ~directed, answer, CUSTOMER, "answer", status=OPEN, says="answer")
    story.add(asks & ~directed, second, AGENT, "reply", status=SOLVED, says="solve")
    story.add(directed, noted, AGENT, "note", status=SOLVED, says="done_note", public=False)
    reopened &= ~directed
    story.add(reopened, again, CUSTOMER, "reopen", status=OPEN, says="again")
    story.add(reopened, third, AGENT, "reply", status=SOLVED, says="solve")
    story.add(mine, closed, SYSTEM, "close", status=CLOSED)
    return np.where(mine, closed, 0)


def _asked_to_call(plan: Plan, tickets: pd.DataFrame) -> tuple[Bools, Ints]:
    """Tickets of the planted channel switch, and the end of the call each of them leads to."""
    contacts = plan.contacts
    calls = contacts[contacts["role"] == SWITCH].drop_duplicates("journey").set_index("journey")
    journey = tickets["journey"]
    hit = plan.journeys["hit"].to_numpy()[journey]
    first = contacts["role"].to_numpy()[tickets["contact"]] == FIRST
    directed = (hit == _SWITCH) & first & (tickets["kind"] == BY_CUSTOMER).to_numpy()
    end = journey.map(calls["end"]).fillna(0).to_numpy().astype(np.int64)
    return directed, end


def _agents_tickets(
    world: World, tickets: pd.DataFrame, story: _Story, rng: np.random.Generator
) -> None:
    """Tickets that an agent writes during or right after a call."""
    n = len(tickets)
    mine = (tickets["kind"] == BY_AGENT).to_numpy()
    created = tickets["created"].to_numpy()
    at_once = mine & (rng.random(n) < 0.6)
    soon = created + rng.integers(60, 600, n)
    later = in_hours(world, created + rng.integers(4 * HOUR, 28 * HOUR, n), rng)
    story.add(mine, created, AGENT, "open", status=OPEN, says="call_note", public=False,
              assigned=True)
    story.add(at_once, soon, AGENT, "note", status=SOLVED)
    story.add(mine & ~at_once, later, AGENT, "reply", status=SOLVED, says="solve")
    story.add(mine, np.where(at_once, soon, later) + AUTO_CLOSE, SYSTEM, "close", status=CLOSED)


def _follow_ups(
    world: World, people: People, tickets: pd.DataFrame, closed: Ints, story: _Story,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """A few answers to closed tickets, which become new tickets of the same journey."""
    planted = {REASON[p.reason] for p in PLANTED}
    calm = ~tickets["reason"].isin(planted).to_numpy()
    created = in_hours(world, closed + rng.integers(DAY // 4, DAY, len(closed)), rng)
    rows = np.flatnonzero(calm & (closed > 0) & (created < world.as_of - DAY)
                          & (rng.random(len(closed)) < 0.05))
    more = tickets.iloc[rows].assign(
        kind=FOLLOW_UP_TICKET, created=created[rows], parent=rows, contact=-1, names_call=False,
    )
    tickets = pd.concat([tickets, more], ignore_index=True)
    story.german = people.german[tickets["person"].to_numpy()]
    mine = (tickets["kind"] == FOLLOW_UP_TICKET).to_numpy()
    t = tickets["created"].to_numpy()
    done = in_hours(world, t + rng.integers(2 * HOUR, 12 * HOUR, len(t)), rng)
    story.add(mine, t, CUSTOMER, "open", status=NEW, says="follow_up")
    story.add(mine, done, AGENT, "reply", status=SOLVED, says="solve", assigned=True)
    story.add(mine, done + AUTO_CLOSE, SYSTEM, "close", status=CLOSED)
    return tickets
