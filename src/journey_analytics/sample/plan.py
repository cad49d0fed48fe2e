"""What happens: issues per person, the contacts of each issue, and the moments in them.

Issues of one person lie at least three weeks apart, so that two of the same reason family stay two
and the planted moments stay clean. A few persons get a second
issue of another family at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .habits import HABITS, KEEP, deal
from .people import People
from .world import (
    ABANDONED,
    CHANNELS,
    CHAT,
    CONNECT,
    DAY,
    EMAIL,
    FIRST,
    HIT_RATE,
    OUT_OF_HOURS,
    PLANTED,
    REASON,
    REASONS,
    REPEAT,
    SWITCH,
    VOICE,
    ZENDESK,
    Bools,
    Floats,
    Ints,
    World,
    to_local,
    to_utc,
)

#: Share of journeys with a moment that was not planted and costs nothing.
BACKGROUND = {"wait": 0.04, "hold": 0.04, "transfer": 0.04}
#: Moments that bring a second contact exclude each other; the rest of the die is "none".
EXTRA_CONTACT = (("abandonment", 0.03), ("out_of_hours", 0.03), ("repeat_contact", 0.04),
                 ("channel_switch", 0.03))
#: Reasons whose planted moment is itself a second contact: no such background there.
_CLEAN = (REASON["delivery_status"], REASON["slow_internet"])
SLOT, SPACING = 30, 22
#: How a caller is known to the telephone system.
NOBODY, BY_PHONE, BY_NUMBER, MISTYPED, CATCH_ALL = range(5)
_PLANTED_OF = np.full(len(REASONS), -1)
for _i, _p in enumerate(PLANTED):
    _PLANTED_OF[REASON[_p.reason]] = _i


@dataclass(frozen=True, slots=True)
class Plan:
    """Journeys and contacts of a chunk.

    ``journeys``: person, reason, hit (index into PLANTED or -1), is_known (by customer number, in
    each system), one column per background kind, started_at. ``contacts``: journey, person, reason,
    t, channel, system, queue, role, wait, hold, transfer; sorted by journey and time.
    """

    journeys: pd.DataFrame
    contacts: pd.DataFrame


def make_plan(world: World, people: People, rng: np.random.Generator) -> Plan:
    """Draw the journeys and contacts of a chunk of persons."""
    journeys = _issues(world, people, rng)
    n = len(journeys)
    reason = journeys["reason"].to_numpy()
    channel = journeys["channel"].to_numpy()
    day = journeys["day"].to_numpy()
    habit = np.where(rng.random(n) < KEEP, people.habit[journeys["person"]], -1)
    planted = _PLANTED_OF[reason]
    entry = np.array([p.entry for p in PLANTED])[planted]
    hit = (planted >= 0) & (channel == entry) & ~journeys["extra"].to_numpy()
    hit &= _shares(np.where(hit, planted, -1), rng) < HIT_RATE
    kind = np.where(hit, planted, -1)
    names = [p.name for p in PLANTED]

    voice = channel == VOICE
    flags: dict[str, Bools] = {}
    for name, share in BACKGROUND.items():
        own = planted == names.index(name)
        possible = voice | (channel == CHAT) if name == "wait" else voice
        flags[name] = (rng.random(n) < share) & possible & ~own
    die = rng.random(n)
    allowed = ~np.isin(reason, _CLEAN) & ~journeys["extra"].to_numpy()
    low = 0.0
    for name, share in EXTRA_CONTACT:
        sync_only = voice if name in ("abandonment", "out_of_hours", "repeat_contact") else True
        flags[name] = (die >= low) & (die < low + share) & allowed & sync_only
        low += share

    start = _moment(world, day, channel, habit, rng)
    base = _contacts(journeys, np.arange(n), start, channel, FIRST)
    delay = rng.integers(300, 2_400, n)
    base.loc[flags["abandonment"], "t"] += delay[flags["abandonment"]]
    frames = [base]

    rows = np.flatnonzero(flags["abandonment"])
    frames.append(_contacts(journeys, rows, start[rows], channel[rows], ABANDONED))
    rows = np.flatnonzero(flags["out_of_hours"])
    evening = (to_local(start[rows]) // DAY - 1) * DAY + rng.integers(73_800, 80_000, len(rows))
    frames.append(_contacts(journeys, rows, to_utc(evening), channel[rows], OUT_OF_HOURS))
    rows = np.flatnonzero(flags["repeat_contact"] | (kind == names.index("repeat_contact")))
    again = _moment(world, day[rows] + rng.integers(2, 4, len(rows)), channel[rows], habit[rows],
                    rng)
    frames.append(_contacts(journeys, rows, again, channel[rows], REPEAT))
    rows = np.flatnonzero(flags["channel_switch"] | (kind == names.index("channel_switch")))
    other = np.where(channel[rows] == VOICE, EMAIL, VOICE)
    later = _moment(world, day[rows] + rng.integers(1, 4, len(rows)), other, habit[rows], rng)
    frames.append(_contacts(journeys, rows, later, other, SWITCH))

    contacts = pd.concat(frames, ignore_index=True)
    _measure(contacts, kind, flags, rng)
    # What had not come to an end when the last file was cut is not in any file.
    contacts = contacts[(contacts["t"] >= world.start) & (contacts["t"] < world.as_of - 7_200)]
    contacts = contacts.sort_values(["journey", "t"], kind="stable").reset_index(drop=True)
    plan = _settle(journeys, contacts, kind, flags)
    plan.contacts["named"] = _introduce(world, people, plan, rng)
    return plan


def _issues(world: World, people: People, rng: np.random.Generator) -> pd.DataFrame:
    """One row per issue: who, what about, on which day, through which door."""
    # Every person has a rhythm of their own, so that weeks are alike; two issues of one person
    # are at least SPACING days apart.
    slots = -(-world.days // SLOT)
    person, slot = np.nonzero(rng.random((len(people.ids), slots)) < 0.8)
    phase = rng.integers(0, SLOT, len(people.ids))[person]
    day = phase + slot * SLOT + rng.integers(0, SLOT - SPACING, len(person))
    kept = day < world.days
    frame = pd.DataFrame({"person": person[kept], "day": world.first_day + day[kept]})
    frame["reason"] = np.searchsorted(
        np.cumsum([r.weight for r in REASONS]), _shares(np.zeros(len(frame)), rng))
    frame["extra"] = False
    frame["channel"] = _doors(frame["reason"].to_numpy(), rng)
    dealt = deal(people.habit[frame["person"]], frame["reason"].to_numpy(),
                 frame["channel"].to_numpy(), rng)
    frame[["reason", "channel"]] = frame[["reason", "channel"]].to_numpy()[dealt]
    twice = (rng.random(len(frame)) < 0.04) & (frame["reason"] != REASON["login"])
    second = frame[twice].assign(reason=REASON["login"], extra=True)
    second["day"] += rng.integers(1, 3, len(second))
    second["channel"] = _doors(second["reason"].to_numpy(), rng)
    return pd.concat([frame, second], ignore_index=True)


def _doors(reason: Ints, rng: np.random.Generator) -> Ints:
    """Return the channel of each issue's first contact."""
    doors = np.cumsum([r.entry for r in REASONS], axis=1)
    share = _shares(reason, rng)[:, None]
    channel: Ints = (share > doors[reason]).sum(axis=1).clip(max=len(CHANNELS) - 1)
    return channel


def _shares(group: Ints | Floats, rng: np.random.Generator) -> Floats:
    """Return a random place between 0 and 1 for each row, evenly spread within its group.

    Comparing it with a share picks that share almost exactly, where independent dice would leave
    the planted cells with hit counts that differ by chance.
    """
    by = pd.Series(rng.random(len(group))).groupby(group)
    place: Floats = ((by.rank(method="first") - 0.5) / by.transform("size")).to_numpy()
    return place


def _moment(
    world: World, day: Ints, channel: Ints, habit: Ints, rng: np.random.Generator
) -> Ints:
    """Return a time on that day; calls and chats fall into opening hours, rolling forward.

    ``habit`` is the one whose hours to keep, -1 for none.
    """
    sync = channel <= CHAT
    day = np.where(sync, world.next_open[day], day)
    saturday = (day + 3) % 7 == 5
    share: Floats = rng.beta(1.4, 1.7, len(day))
    opens = np.where(saturday, 9 * 3600, 8 * 3600) + 300
    spread = np.where(saturday, 21_000, 39_000)
    opens, spread = np.where(sync, opens, 7 * 3600), np.where(sync, spread, 16 * 3600)
    for i, own in enumerate(h.hours for h in HABITS):
        if own:
            keeps = (habit == i) & ~(sync & saturday & (own[1] > 16 * 3600))
            opens = np.where(keeps, own[0], opens)
            spread = np.where(keeps, own[1] - own[0], spread)
    return to_utc(day * DAY + opens + (share * spread).astype(np.int64))


def _contacts(
    journeys: pd.DataFrame, rows: Ints, t: Ints, channel: Ints, role: int
) -> pd.DataFrame:
    reason = journeys["reason"].to_numpy()[rows]
    voice_system = np.array([r.voice_system for r in REASONS])[reason]
    system = np.where(channel == VOICE, voice_system, np.where(channel == CHAT, CONNECT, ZENDESK))
    return pd.DataFrame({
        "journey": rows,
        "person": journeys["person"].to_numpy()[rows],
        "reason": reason,
        "t": t,
        "channel": channel,
        "system": system,
        "queue": np.array([r.queue for r in REASONS])[reason],
        "role": role,
    })


def _measure(
    contacts: pd.DataFrame, kind: Ints, flags: dict[str, Bools], rng: np.random.Generator
) -> None:
    """Give each call and chat its waits; planted ones are far from the background."""
    n = len(contacts)
    journey = contacts["journey"].to_numpy()
    first = (contacts["role"] == FIRST).to_numpy()
    names = [p.name for p in PLANTED]

    def draws(name: str, usual: Ints, background: Ints, planted: Ints) -> Ints:
        mine = first & (kind[journey] == names.index(name))
        return np.where(mine, planted, np.where(first & flags[name][journey], background, usual))

    usual = np.clip(np.exp(rng.normal(2.9, 0.6, n)), 3, 55).astype(np.int64)
    wait = draws("wait", usual, rng.integers(130, 420, n), rng.integers(600, 1_500, n))
    gave_up = (contacts["role"] == ABANDONED).to_numpy()
    contacts["wait"] = np.where(gave_up, rng.integers(45, 280, n), wait)
    short = np.where(rng.random(n) < 0.25, rng.integers(8, 60, n), 0)
    hold = draws("hold", short, rng.integers(130, 300, n), rng.integers(380, 900, n))
    contacts["hold"] = np.where(contacts["channel"] == VOICE, hold, 0)
    zero, one = np.zeros(n, np.int64), np.ones(n, np.int64)
    contacts["transfer"] = draws("transfer", zero, one, one).astype(bool)


def _settle(
    journeys: pd.DataFrame, contacts: pd.DataFrame, kind: Ints, flags: dict[str, Bools]
) -> Plan:
    """Keep the journeys that left a trace, and the hits whose moment is in the data."""
    seen = {role: np.zeros(len(journeys), bool) for role in (FIRST, REPEAT, SWITCH)}
    for role, mask in seen.items():
        mask[contacts.loc[contacts["role"] == role, "journey"]] = True
    needs = {"repeat_contact": REPEAT, "channel_switch": SWITCH}
    for i, planted in enumerate(PLANTED):
        kind = np.where((kind == i) & ~seen[needs.get(planted.name, FIRST)], -1, kind)
    kept = np.zeros(len(journeys), bool)
    kept[contacts["journey"]] = True
    number = np.cumsum(kept) - 1
    contacts["journey"] = number[contacts["journey"]]
    result = journeys.loc[kept, ["person", "reason", "extra"]].reset_index(drop=True)
    result["hit"] = kind[kept]
    result["is_known"] = result["hit"] >= 0
    for name, flag in flags.items():
        result[f"background_{name}"] = flag[kept]
    result["started_at"] = contacts.groupby("journey")["t"].min()
    return Plan(result, contacts)


def _introduce(world: World, people: People, plan: Plan, rng: np.random.Generator) -> Ints:
    """Return how a caller is known: one of the codes from :data:`NOBODY` on.

    Nobody can join an anonymous call to anything, so only journeys of one contact have one.
    A journey with a planted moment is always known by its customer number.
    """
    contacts, dirt = plan.contacts, world.dirt
    die = rng.random(len(contacts))
    slip = rng.random(len(contacts))
    journey = contacts["journey"].to_numpy()
    hit = plan.journeys["hit"].to_numpy()[journey] >= 0
    alone = np.bincount(journey)[journey] == 1
    number = np.where(slip < dirt.mistyped, MISTYPED,
                      np.where(slip < dirt.mistyped + dirt.catch_all, CATCH_ALL, BY_NUMBER))
    quiet = np.where(alone & (die < dirt.anonymous), NOBODY, BY_PHONE)
    return np.where(hit, BY_NUMBER, np.where(die < dirt.by_phone_only, quiet, number))
