"""The seeded generator behind ``data/sample``, ``journeys sample`` and the benchmarks.

:func:`generate` writes a project that is ready to run: a broadband provider's exports in the
shapes of six vendors, with planted pain points, known dirt, and the truth beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from . import calls, closed_doors, servicenow, surveys, truth, web, zendesk
from .dirt import Entry, dirt_csv, hostile_entries, hostile_rows, soil
from .guard import refuse_foreign
from .levels import MIDDLE, dirt_level
from .people import People, make_people
from .plan import Plan, make_plan
from .project import write_project
from .tables import Layout, Table, concat, save, write
from .tickets import Tickets, make_tickets
from .world import PLANTED, TIMEZONE, Bools, Ints, World, make_world

__all__ = ["PLANTED", "TIMEZONE", "Sample", "generate"]

#: Persons per chunk: bounds the memory; part of the recipe, so never a parameter.
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written: rows by stream, journeys hit by planted pain point, days of delivery."""

    folder: Path
    rows: dict[str, int]
    hits: dict[str, int]
    deliveries: tuple[date, ...]


def generate(
    folder: Path | str, persons: int = 2_000, days: int = 90, seed: int = 7,
    effects: Mapping[str, float] | str | None = None, end: str = "2026-03-31",
    dirt: str = MIDDLE.name, nights: int = 0,
) -> Sample:
    """Write a sample project.

    Parameters
    ----------
    folder
        Where to: a new or empty folder, or a generated project, whose files of the same names
        are overwritten.
    persons, days, seed
        Size, and the dice. Equal arguments give equal bytes (on one version of NumPy).
    effects
        Planted pain point -> NPS points lost: a mapping, ``"wait=3,hold=0.5"`` or ``"shuffle"``.
    end
        Last day of the data, in Berlin; ``as_of`` is its end.
    dirt
        Name of a level: ``light``, ``middle`` (the shipped sample), ``heavy``, or ``tidy``.
    nights
        0 for weekly deliveries; else the last so many days come one a night, after one delivery
        of everything before, and 5 % of a night's rows are late or corrections.

    Returns
    -------
    Sample
        Counts of what was written.
    """
    refuse_foreign(Path(folder))
    world = make_world(persons, days, seed, effects, end, dirt_level(dirt), nights)
    folder = Path(folder)
    rows: dict[str, int] = {}
    hits = np.zeros(len(PLANTED), np.int64)
    log: list[Entry] = []
    tables: dict[str, list[bytes]] = {}
    for chunk, first in enumerate(range(0, persons, CHUNK)):
        many = persons > CHUNK
        hits += _chunk(world, folder, chunk, first, min(CHUNK, persons - first),
                       f"_{chunk + 1:03d}" if many else "", rows, log, tables)
    for name, parts in tables.items():
        save(folder / "truth" / f"{name}.csv.gz", b"".join(parts))
    save(folder / "truth" / "pain_points.csv", truth.csv(truth.pain_points(world, hits)))
    save(folder / "truth" / "dirt.csv", dirt_csv(log))
    write_project(world, folder, hits)
    names = [p.name for p in PLANTED]
    return Sample(folder, rows, dict(zip(names, hits.tolist(), strict=True)), world.extracts)


@dataclass(frozen=True, slots=True)
class _ClosedDoors:
    """What the issues of :mod:`closed_doors` add to the files, and to the truth."""

    tables: dict[Layout, Table]
    journeys: truth.Columns
    contacts: truth.Columns
    comments: Ints


def _closed_doors(
    world: World, people: People, plan: Plan, story: Tickets, chunk: int,
    dice: Callable[[str], np.random.Generator],
) -> _ClosedDoors:
    """Tell the issues of :mod:`closed_doors`: chats, calls and surveys, and no ticket."""
    own = closed_doors.make_closed_doors(world, people, plan, dice("closed doors"))
    chunk += closed_doors.IDS
    legs = calls.make_legs(own.contacts, dice("closed doors legs"))
    none = Tickets(story.tickets.iloc[:0], story.events.iloc[:0])
    asked = surveys.make_surveys(world, people, own, none, dice("closed doors surveys"))
    answers = surveys.survey_tables(world, people, own, asked, chunk)
    acd = calls.acd_table(world, people, own.contacts, legs, chunk, dice("closed doors acd"))
    connect = calls.connect_table(world, people, own, legs, chunk, dice("closed doors connect"))
    return _ClosedDoors(
        {calls.ACD_LOG: acd, calls.CONNECT_RECORDS: connect,
         **dict(zip(surveys.LAYOUTS, answers, strict=True))},
        truth.journeys(people, own, asked, chunk),
        truth.contacts(people, own, none, pd.DataFrame({"contact": []}, dtype="int64"), chunk),
        asked["comment"].to_numpy())


def _chunk(
    world: World, folder: Path, chunk: int, first: int, count: int, part: str,
    rows: dict[str, int], log: list[Entry], tables: dict[str, list[bytes]],
) -> Ints:
    """Write the files of one chunk of persons; returns its hits by planted pain point."""

    def dice(purpose: str) -> np.random.Generator:
        return world.rng(chunk, purpose)

    people = make_people(world, first, count, dice("people"))
    plan = make_plan(world, people, dice("plan"))
    legs = calls.make_legs(plan.contacts, dice("legs"))
    story = make_tickets(world, people, plan, dice("tickets"))
    incidents = servicenow.make_incidents(world, people, plan, dice("incidents"))
    asked = surveys.make_surveys(world, people, plan, story, dice("surveys"))
    forced = _closed_doors(world, people, plan, story, chunk, dice)
    bad_tickets = hostile_rows(world, dice("hostile tickets"), len(story.tickets))
    bad_incidents = hostile_rows(world, dice("hostile incidents"), len(plan.contacts))

    def deliver(layout: Layout, table: Table, eligible: Bools | None = None) -> None:
        purpose = f"dirt {layout.source} {layout.stream}"
        soiled, extra, entries = soil(world, layout, table, dice(purpose), part, eligible)
        if layout in forced.tables:
            soiled = concat([soiled, forced.tables[layout]])
        write(world, folder, layout, soiled, part, extra)
        key = f"{layout.source}.{layout.stream}"
        rows[key] = rows.get(key, 0) + len(soiled) + sum(map(len, extra.values()))
        log.extend(entries)

    acd = calls.acd_table(world, people, plan.contacts, legs, chunk, dice("acd"))
    answered = np.asarray(acd.columns["AGENT"].to_numpy(zero_copy_only=False) != "[None]")
    deliver(calls.ACD_LOG, acd, answered)
    deliver(calls.CONNECT_RECORDS,
            calls.connect_table(world, people, plan, legs, chunk, dice("connect")))
    deliver(zendesk.TICKETS,
            zendesk.tickets_table(world, people, plan.contacts, story, chunk, bad_tickets))
    deliver(zendesk.AUDITS,
            zendesk.audits_table(world, people, plan.contacts, story, chunk, bad_tickets))
    users = zendesk.users_table(world, people, story)
    incident, audit = servicenow.incident_tables(world, people, incidents, chunk, bad_incidents)
    if chunk == 0:
        staff, groups = zendesk.staff_tables(world)
        users = concat([staff, users])
        deliver(zendesk.GROUPS, groups)
        deliver(servicenow.GROUPS, servicenow.groups_table(world))
    deliver(zendesk.USERS, users)
    deliver(servicenow.INCIDENTS, incident)
    deliver(servicenow.AUDIT, audit)
    tables_of_surveys = surveys.survey_tables(world, people, plan, asked, chunk)
    for layout, table in zip(surveys.LAYOUTS, tables_of_surveys, strict=True):
        deliver(layout, table)
    events, told = web.web_table(world, people, plan, story, chunk, dice("web"))
    deliver(web.EVENTS, events)

    log.extend(hostile_entries(
        bad_tickets[story.events["ticket"].unique()], bad_incidents[incidents["contact"]],
        np.concatenate([asked["comment"], forced.comments])))
    for name, columns in (
        ("persons", truth.persons(people)),
        ("journeys", truth.journeys(people, plan, asked, chunk)),
        ("contacts", truth.contacts(people, plan, story, incidents, chunk)),
        ("visits", truth.visits(people, plan, told, chunk)),
    ):
        tables.setdefault(name, []).append(truth.csv(columns, header=chunk == 0))
    tables["journeys"].append(truth.csv(forced.journeys, header=False))
    tables["contacts"].append(truth.csv(forced.contacts, header=False))
    hit = plan.journeys["hit"].to_numpy()
    return np.bincount(hit[hit >= 0], minlength=len(PLANTED))
