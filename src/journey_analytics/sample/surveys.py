"""Surveys: one invitation per journey, and the score that the planted moments cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .calls import call_id, contact_uuid
from .people import People, spelled_email
from .plan import Plan
from .shapes import constant, either, join, local, number, only, pick
from .tables import Layout, Table, concat
from .texts import COMMENTS, hostile_comment, survey_comment
from .tickets import HOUR, SOLVED, Tickets
from .world import (
    ACD,
    CHANNELS,
    CONNECT,
    OUT_OF_HOURS,
    PLANTED,
    QUEUES,
    Ints,
    World,
)
from .zendesk import ticket_id

#: One file family per system that the answers refer to.
LAYOUTS = tuple(
    Layout(f"survey_{name}", "records", f"survey_{name}_{{date}}.csv", ";", ("comment",))
    for name in ("calls", "connect", "tickets")
)
ANSWERED, COMMENTED, WITH_CSAT, BASE = 0.4, 0.45, 0.08, 8.5
PERSON_NOISE, NOISE = 0.7, 1.1


def make_surveys(
    world: World, people: People, plan: Plan, story: Tickets, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per invitation: journey, person, contact, ticket, sent, answered, score, comment.

    ``answered`` is 0 and ``score`` -1 where nobody answered before the data end.
    """
    contacts, journeys = plan.contacts, plan.journeys
    n = len(journeys)
    person, hit = journeys["person"].to_numpy(), journeys["hit"].to_numpy()
    effect = np.array([world.effects[p.name] for p in PLANTED] + [0.0])
    mood = rng.normal(0, PERSON_NOISE, len(people.ids))
    raw = BASE + mood[person] + rng.normal(0, NOISE, n) - effect[hit]
    score = np.clip(np.rint(raw), 0, 10).astype(np.int64)

    last = contacts.drop_duplicates("journey", keep="last").reset_index()
    contact = np.full(n, -1)
    contact[last["journey"]] = last["index"]
    done = contacts["end"].to_numpy()[contact]
    finished = contacts["role"].to_numpy()[contact] != OUT_OF_HOURS
    ticket, solved = _tickets_of(plan, story)
    done = np.maximum(done, solved)
    finished &= solved < world.as_of
    sent = done + rng.integers(HOUR, 12 * HOUR, n)
    answered = sent + rng.integers(HOUR // 6, 44 * HOUR, n)
    answers = (rng.random(n) < ANSWERED) & (answered < world.as_of - 60)
    german = people.german[person]
    comment = survey_comment(hit, score, german, rng.integers(0, 2, n))
    comment = np.where(rng.random(n) < COMMENTED, comment, -1)
    attack = rng.random(n) < 0.004 * world.dirt.rows
    comment = np.where(attack, hostile_comment(rng.integers(0, 50, n)), comment)
    frame = pd.DataFrame({
        "journey": np.arange(n), "person": person, "contact": contact,
        "ticket": ticket, "system": contacts["system"].to_numpy()[contact],
        "sent": sent, "answered": np.where(answers, answered, 0),
        "score": np.where(answers, score, -1), "comment": np.where(answers, comment, -1),
        "csat": answers & (rng.random(n) < WITH_CSAT), "shout": rng.random(n) < 0.05,
        "known": rng.random(n) < 0.9,
    })
    asked: pd.DataFrame = frame[finished & (sent < world.as_of - 60)].reset_index(drop=True)
    return asked


def _tickets_of(plan: Plan, story: Tickets) -> tuple[Ints, Ints]:
    """Return each journey's latest customer ticket and when the last of its tickets was solved.

    A ticket that is still open makes the second one infinite: no survey yet.
    """
    n = len(plan.journeys)
    tickets, events = story.tickets, story.events
    solved = np.full(len(tickets), 2**62)
    final = events[events["status"] == SOLVED].drop_duplicates("ticket", keep="last")
    solved[final["ticket"]] = final["t"]
    # An event after the last "solved" other than the automatic close: open again.
    reopened = events[events["role"] == "reopen"].drop_duplicates("ticket", keep="last")
    back = reopened["ticket"].to_numpy()
    solved[back] = np.where(solved[back] < reopened["t"].to_numpy(), 2**62, solved[back])
    exists = np.zeros(len(tickets), bool)
    exists[events["ticket"]] = True
    solved = np.where(exists, solved, 0)
    latest = np.zeros(n, np.int64)
    np.maximum.at(latest, tickets["journey"].to_numpy(), solved)
    ticket = np.full(n, -1)
    ticket[tickets["journey"].to_numpy()[exists]] = np.flatnonzero(exists)
    return ticket, latest


def survey_tables(
    world: World, people: People, plan: Plan, surveys: pd.DataFrame, chunk: int
) -> list[Table]:
    """One table per layout: an invitation, and the answer as a newer version of its row."""
    tables = []
    for system in (ACD, CONNECT, CONNECT + 1):
        mine = surveys[surveys["system"] == system].reset_index(drop=True)
        answers = mine[mine["answered"] > 0]
        rated = answers[answers["csat"]]
        tables.append(concat([
            _rows(world, people, plan, mine.assign(answered=0), chunk, "nps"),
            _rows(world, people, plan, answers, chunk, "nps"),
            _rows(world, people, plan, rated, chunk, "csat"),
        ]))
    return tables


def _rows(
    world: World, people: People, plan: Plan, surveys: pd.DataFrame, chunk: int, metric: str
) -> Table:
    n = len(surveys)
    person, contact = surveys["person"].to_numpy(), surveys["contact"].to_numpy()
    sent, answered = surveys["sent"].to_numpy(), surveys["answered"].to_numpy()
    done = answered > 0
    score = surveys["score"].to_numpy()
    if metric == "csat":
        score = np.clip(1 + score * 2 // 5, 1, 5)
    system = surveys["system"].to_numpy()
    references = (
        number(call_id(chunk, contact)),
        contact_uuid(chunk, contact, np.zeros(n, np.int64)),
        number(ticket_id(chunk, np.maximum(surveys["ticket"].to_numpy(), 0))),
    )
    is_ticket = system > CONNECT
    reference = either(
        system == ACD, references[0], either(is_ticket, references[2], references[1]))
    comment = surveys["comment"].to_numpy()
    says = done & (comment >= 0) & (metric == "nps")
    t = np.where(done, answered, sent)
    columns = {
        "response_id": join("R", number(chunk * 10_000_000 + surveys["journey"].to_numpy(), 8)),
        "question_id": constant(metric, n),
        "metric": constant(metric.upper(), n),
        "score": only(done, number(score)),
        "scale_min": constant("0" if metric == "nps" else "1", n),
        "scale_max": constant("10" if metric == "nps" else "5", n),
        "sent_at": local(sent),
        "answered_at": only(done, local(answered)),
        "status": pick(["sent", "complete"], done),
        "comment": only(says, pick(COMMENTS, np.maximum(comment, 0))),
        "language": pick(["en", "de"], people.german[person]),
        "ref_type": pick(["call", "ticket"], is_ticket),
        "ref_id": reference,
        "channel": pick(CHANNELS, plan.contacts["channel"].to_numpy()[contact]),
        "queue": pick(QUEUES, plan.contacts["queue"].to_numpy()[contact]),
        "customer_number": only(~surveys["known"].to_numpy(), people.customer_number(person, sent)),
        "email": only(surveys["known"].to_numpy(),
                      spelled_email(people, person, surveys["shout"].to_numpy())),
        "updated_at": local(t),
    }
    return Table(columns, world.week(t), t)
