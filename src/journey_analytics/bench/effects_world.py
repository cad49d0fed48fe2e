"""Journeys as tables, with planted effects: the statistics' own generator.

Lighter than the sample (no files, no pipeline), so that many worlds can be drawn. Scores are whole
numbers and, unlike a real scale, have no ends: so the planted effect is the true one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..learning.facts import CONTACT
from ..learning.regression import Bools, Floats, Ints

#: noise: no effect at all. confounding: where more is hit, scores are lower anyway. mediation:
#: waits bring transfers, and both bring repeat contacts. response: each kind met makes an answer
#: less likely. unhappy: low scores answer more often, which no adjustment can undo.
SCENARIOS = ("noise", "confounding", "mediation", "response", "unhappy")
REASONS, CHANNELS, MONTHS, QUEUES = 6, 3, 6, 2
#: Kinds with the contact they happen at and how far into it, in the order of time.
_KINDS = (("wait", 1, 1_000), ("hold", 1, 200_000), ("transfer", 1, 400_000),
          ("silent_wait", 1, 90_000_000), ("repeat_contact", 2, 0))
_BRINGS = {("wait", "transfer"): 0.25, ("wait", "repeat_contact"): 0.1,
           ("transfer", "repeat_contact"): 0.2}
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class World:
    """Facts as the solver reads them; what was planted, and the naive difference, by pain point."""

    facts: pa.Table
    truth: dict[str, float]
    naive: dict[str, float]


def make_world(scenario: str, seed: int, journeys: int) -> World:
    """Draw a world of 54 pain points, half of them without any effect of their own."""
    dice = np.random.default_rng([seed, SCENARIOS.index(scenario)])
    persons = max(1, journeys * 2 // 3)
    person = np.sort(np.minimum((persons * dice.random(journeys) ** 1.3).astype(np.int64),
                                persons - 1))
    reason = dice.integers(0, REASONS, journeys)
    channel, month = dice.integers(0, CHANNELS, journeys), dice.integers(0, MONTHS, journeys)
    queue = dice.integers(0, QUEUES, journeys)
    is_confounded = scenario == "confounding"
    pull = is_confounded * (0.6 * channel + 0.15 * month + 0.3 * reason)
    score = 6 - pull + dice.normal(0, 1.2, persons)[person] + dice.normal(0, 1.6, journeys)
    is_planted = scenario != "noise"
    hit: dict[str, Bools] = {}
    effect: dict[tuple[str, int, int], float] = {}
    for kind, _, _ in _KINDS:
        rate = np.exp(dice.uniform(np.log(0.02), np.log(0.25), (REASONS, QUEUES)))[reason, queue]
        rate = rate * (1 + is_confounded * (0.6 * channel + 0.15 * month))
        if scenario == "mediation":
            rate = rate + sum(rise * hit[a] for (a, b), rise in _BRINGS.items() if b == kind)
        hit[kind] = dice.random(journeys) < rate
        sizes = dice.choice([0.5, 1.0, 1.5, 2.0, 3.0], (REASONS, QUEUES))
        sizes = is_planted * sizes * (dice.random((REASONS, QUEUES)) < 0.5)
        score = score - sizes[reason, queue] * hit[kind]
        effect |= {(kind, r, q): -float(sizes[r, q]) for r in range(REASONS)
                   for q in range(QUEUES)}
    if scenario == "mediation":
        effect = _total(effect)
    score = np.rint(score)
    chance = {"response": 0.7 * 0.6 ** np.sum(list(hit.values()), axis=0),
              "unhappy": np.where(score < 5, 0.6, 0.25)}.get(scenario, np.full(journeys, 0.4))
    score[dice.random(journeys) >= chance] = np.nan
    names = {key: f"{key[0]} | {key[1]} | {key[2]}" for key in effect}
    cells = {name: hit[kind] & (reason == r) & (queue == q)
             for (kind, r, q), name in names.items()}
    naive = {name: float(np.nanmean(score[cell]) - np.nanmean(score[~cell]))
             if (cell & ~np.isnan(score)).any() else np.nan for name, cell in cells.items()}
    facts = _facts(person, reason, channel, queue, month, score, hit, cells,
                   dice.integers(0, 120_000, journeys))
    return World(facts, {names[key]: value for key, value in effect.items()}, naive)


def _total(effect: dict[tuple[str, int, int], float]) -> dict[tuple[str, int, int], float]:
    """Return what a kind costs in all: its own, and that of the kinds it brings."""
    total = dict(effect)
    for r in range(REASONS):
        for q in range(QUEUES):
            for kind in ("transfer", "wait"):
                total[kind, r, q] += sum(rise * total[b, r, q]
                                         for (a, b), rise in _BRINGS.items() if a == kind)
    return total


def _facts(
    person: Ints, reason: Ints, channel: Ints, queue: Ints, month: Ints, score: Floats,
    hit: dict[str, Bools], cells: dict[str, Bools], jitter: Ints,
) -> pa.Table:
    """Return the worlds' rows as ``pain_point_facts`` has them."""
    at = {kind: contact * CONTACT + after + (jitter if after else 0 * jitter)
          for kind, contact, after in _KINDS}
    n = len(person)
    key = np.arange(1, n + 1)
    began = 400 * _DAY + month * 30 * _DAY
    again = began + 2 * _DAY
    ended = np.where(hit["repeat_contact"], again, began) + 500_000
    rows = [pd.DataFrame({
        "fact": "journey", "journey_key": key, "person_key": person, "reason": reason,
        "entry_channel": channel, "entry_queue": queue, "month": month, "score": score,
        "at_ms": ended,
        "is_score": True, "repeat_ms": 7 * _DAY, "resolution_ms": 28 * _DAY,
        "as_of_ms": 700 * _DAY})]
    for of, start, following in (
        (np.ones(n, bool), began, np.where(hit["repeat_contact"], again, np.nan)),
        (hit["repeat_contact"], again, np.full(n, np.nan)),
    ):
        rows.append(pd.DataFrame({
            "fact": "contact", "journey_key": key[of], "person_key": person[of],
            "reason": reason[of], "at_ms": start[of],
            "next_ms": following[of], "handled_ms": 300_000}))
    for name, of in cells.items():
        kind = name.split(" | ")[0]
        rows.append(pd.DataFrame({
            "fact": "hit", "journey_key": key[of], "person_key": person[of],
            "reason": reason[of], "pain_point": name, "kind": kind, "place": at[kind][of],
            "loss_ms": 0, "is_candidate": True, "is_within_parent": False}))
    frame = pd.concat(rows, ignore_index=True)
    frame["reason"] = frame["reason"].astype(str)
    for name in ("entry_channel", "entry_queue"):
        frame[name] = frame[name].astype("Int64").astype("str")
    frame["parent_kind"] = pd.Series([None] * len(frame), dtype="str")
    for name in ("at_ms", "next_ms", "handled_ms", "place", "loss_ms", "repeat_ms",
                 "resolution_ms", "as_of_ms"):
        frame[name] = frame[name].astype("Int64")
    return pa.Table.from_pandas(frame, preserve_index=False)
