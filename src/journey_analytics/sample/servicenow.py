"""ServiceNow: incidents for technicians, opened by an agent after some calls."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from .people import People
from .plan import Plan
from .shapes import constant, hex32, join, number, only, pick, stamp
from .tables import Layout, Table
from .texts import HOSTILE
from .tickets import AUTO_CLOSE, HOUR, in_hours
from .world import ABANDONED, ACD, OUT_OF_HOURS, REASON, REASONS, Ints, World

_FREE_TEXT = ("short_description", "description")
INCIDENTS = Layout("servicenow", "incidents", "incident_{date}.csv", ",", _FREE_TEXT)
AUDIT = Layout("servicenow", "audit", "sys_audit_{date}.csv", ",")
GROUPS = Layout("servicenow", "groups", "sys_user_group_{date}.csv", ",")
GROUP_NAMES = ("Field Service", "Network Operations")
#: incident_state: code, and what the export calls it elsewhere.
IN_PROGRESS, RESOLVED, CLOSED = 2, 6, 7
_SHARE = {REASON["slow_internet"]: 0.12, REASON["delivery_missing"]: 0.35}


def make_incidents(
    world: World, people: People, plan: Plan, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per incident: contact, person, reason, opened, started, moved, resolved, closed."""
    contacts = plan.contacts
    share = np.array([_SHARE.get(i, 0.0) for i in range(len(REASONS))])[contacts["reason"]]
    handled = ~contacts["role"].isin((ABANDONED, OUT_OF_HOURS))
    known = contacts["named"] > 0
    rows = np.flatnonzero((contacts["system"] == ACD) & handled & known
                          & (rng.random(len(contacts)) < share))
    n = len(rows)
    incidents = contacts.iloc[rows][["journey", "person", "reason"]].reset_index(drop=True)
    incidents["contact"] = rows
    delay = rng.integers(60, 900, n) + world.dirt.skew_seconds
    incidents["opened"] = contacts["end"].to_numpy()[rows] + delay
    opened = incidents["opened"].to_numpy()
    started = in_hours(world, opened + rng.integers(HOUR // 2, 3 * HOUR, n), rng)
    incidents["started"] = started
    incidents["moved"] = np.where(rng.random(n) < 0.15, started + rng.integers(600, 5_000, n), 0)
    resolved = in_hours(world, started + rng.integers(3 * HOUR, 70 * HOUR, n), rng)
    incidents["resolved"], incidents["closed"] = resolved, resolved + AUTO_CLOSE
    return incidents[opened < world.as_of - 60].reset_index(drop=True)


def incident_number(chunk: int, row: Ints) -> object:
    """sys_id of an incident."""
    return hex32(chunk * 10_000_000 + row, 83)


def incident_tables(
    world: World, people: People, incidents: pd.DataFrame, chunk: int, hostile: Ints
) -> tuple[Table, Table]:
    """Versions of incidents as they stood at each export, and the audit of their fields."""
    changes = _changes(world, incidents)
    week = world.week(changes["t"].to_numpy())
    row = changes["row"].to_numpy()
    last = np.r_[(row[1:] != row[:-1]) | (week[1:] != week[:-1]), True][: len(row)]
    now, at = changes[last], row[last]
    seen = world.cuts[week[last]]
    of = {c: incidents[c].to_numpy()[at] for c in incidents.columns}
    n = len(at)
    person = pa.array(of["person"])
    resolved, closed = of["resolved"] < seen, of["closed"] < seen
    moved = (of["moved"] > 0) & (of["moved"] < seen)
    state = np.where(closed, CLOSED, np.where(resolved, RESOLVED,
                                              np.where(of["started"] < seen, IN_PROGRESS, 1)))
    groups = hex32(np.arange(len(GROUP_NAMES)), 89)
    bad = hostile[of["contact"]]
    category, _, sub = zip(*(r.category.partition(" / ") for r in REASONS), strict=True)
    work = np.maximum(of["resolved"] - of["started"], 0)
    columns = {
        "sys_id": incident_number(chunk, at),
        "number": join("INC", number(10_000 + chunk * 10_000_000 + at, 7)),
        "opened_at": stamp(of["opened"]),
        "resolved_at": only(resolved, stamp(of["resolved"])),
        "closed_at": only(closed, stamp(of["closed"])),
        "closed_by": only(closed, constant("system", n)),
        "incident_state": number(state),
        "contact_type": constant("phone", n),
        "category": pick(category, of["reason"]),
        "subcategory": pick(sub, of["reason"]),
        "priority": pick(["3", "4"], at % 2),
        "assignment_group": groups.take(pa.array(moved.astype(np.int64))),
        "assigned_to": hex32(1_000 + at % 6, 97),
        "reassignment_count": number(moved),
        "reopen_count": number(np.zeros(n)),
        "caller_id": people.caller.take(person),
        "caller_id.email": only(at % 3 > 0, people.email.take(person)),
        "caller_id.phone": only(at % 3 < 2, people.e164(of["person"], of["opened"])),
        "parent_incident": constant(None, n),
        "problem_id": constant(None, n),
        "short_description": pick(
            [*(f"{r.category}: please check" for r in REASONS), *HOSTILE],
            np.where(bad < 0, of["reason"], len(REASONS) + bad % len(HOSTILE))),
        "description": pick(
            ["Kunde hat angerufen.\nTechniker, bitte prüfen.", "See call notes."], at % 2),
        # Counted from 1970-01-01, as the database keeps a duration.
        "calendar_duration": only(resolved, stamp(work)),
        "active": pick(["true", "false"], closed),
        "sys_created_on": stamp(of["opened"]),
        "sys_updated_on": stamp(now["t"].to_numpy()),
    }
    incident = Table(columns, week[last], now["t"].to_numpy())
    return incident, _audit(world, changes, chunk)


def _changes(world: World, incidents: pd.DataFrame) -> pd.DataFrame:
    """One row per moment at which an incident changed, in order."""
    none = ("", "")
    steps = (
        ("opened", none), ("started", ("1", str(IN_PROGRESS))), ("moved", ("group", "group")),
        ("resolved", (str(IN_PROGRESS), str(RESOLVED))), ("closed", (str(RESOLVED), str(CLOSED))),
    )
    parts = [
        pd.DataFrame({"row": np.arange(len(incidents)), "t": incidents[name], "step": i,
                      "old": old, "new": new})
        for i, (name, (old, new)) in enumerate(steps)
    ]
    changes = pd.concat(parts, ignore_index=True)
    changes = changes[(changes["t"] > 0) & (changes["t"] < world.as_of - 60)]
    return changes.sort_values(["row", "t", "step"], kind="stable").reset_index(drop=True)


def _audit(world: World, changes: pd.DataFrame, chunk: int) -> Table:
    changes = changes[changes["step"] > 0].reset_index(drop=True)
    n = len(changes)
    moved = (changes["old"] == "group").to_numpy()
    before, after = hex32(np.arange(len(GROUP_NAMES)), 89).to_pylist()
    row = changes["row"].to_numpy()
    columns = {
        "sys_id": hex32(chunk * 10_000_000 + row * 8 + changes["step"].to_numpy(), 101),
        "tablename": constant("incident", n),
        "documentkey": incident_number(chunk, row),
        "fieldname": pick(["incident_state", "assignment_group"], moved),
        "oldvalue": pa.array(np.where(moved, before, changes["old"]), pa.string()),
        "newvalue": pa.array(np.where(moved, after, changes["new"]), pa.string()),
        "user": pick(["agent.field", "system"], changes["step"].to_numpy() == 4),
        "sys_created_on": stamp(changes["t"].to_numpy()),
    }
    t = changes["t"].to_numpy()
    return Table(columns, world.week(t), t)


def groups_table(world: World) -> Table:
    """Names of assignment groups: history speaks of them by sys_id."""
    n = len(GROUP_NAMES)
    t = np.full(n, world.start, np.int64)
    return Table({
        "sys_id": hex32(np.arange(n), 89), "name": pa.array(GROUP_NAMES),
        "sys_updated_on": stamp(t),
    }, t * 0, t)
