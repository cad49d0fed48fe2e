"""Simulated daily counts of a contact center: quiet, or with one planted shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = date(2026, 1, 5)  # a Monday
REASONS = ("invoice", "outage", "delivery", "login")
#: Contacts an average day, by channel and reason.
SIZES = {"voice": (60, 45, 25, 12), "email": (30, 12, 40, 8), "chat": (15, 10, 5, 20)}
WEEKDAYS = np.array([1.35, 1.15, 1.05, 1.0, 0.95, 0.4, 0.1])
HOLIDAYS = [FIRST + timedelta(days=d) for d in range(17, 2000, 37)]
LIMITS = {"map_days": 180, "min_contacts": 20, "min_answers": 30, "migration_share": 0.5}


@dataclass(frozen=True, slots=True)
class Shift:
    """What changes from a day on."""

    day: int
    volume: float = 1.0  # contacts of voice, times this
    score: float = 0.0  # points that scores move
    new_channel: int = 0  # contacts a day of a channel that was not there
    is_migration: bool = False  # every queue has another name


def simulate(
    rng: np.random.Generator, days: int, shift: Shift | None = None, rate: float = 0.01,
) -> pd.DataFrame:
    """Return the facts of so many days, in the shape of ``trigger_results``.

    Contacts vary more than independent ones would: by day, and by day and reason (outages,
    mailings), with a slow wave. On a holiday a fifth comes.
    """
    shift = shift or Shift(days)
    at = np.arange(days)
    is_after = at >= shift.day
    level = WEEKDAYS[at % 7] * np.exp(0.03 * np.sin(at / 29 + rng.uniform(0, 6)))
    level = level * rng.gamma(100, 1 / 100, days)
    level[[d for d in range(days) if FIRST + timedelta(days=d) in HOLIDAYS]] *= 0.2
    counts: dict[tuple[str, str], np.ndarray] = {}
    for channel, sizes in SIZES.items():
        for reason, size in zip(REASONS, sizes, strict=True):
            mean = size * level * rng.gamma(40, 1 / 40, days)
            mean = mean * np.where(is_after & (channel == "voice"), shift.volume, 1.0)
            counts[channel, reason] = rng.poisson(mean)
    if shift.new_channel:
        counts["app", "login"] = rng.poisson(shift.new_channel * level * is_after)
    parts: list[pd.DataFrame] = []
    days_of = np.array([FIRST + timedelta(days=int(d)) for d in at])

    def add(measure: str, dimension: str, subject: str, channel: str | None, reason: str | None,
            queue: str | None, n: np.ndarray, total: np.ndarray | None = None) -> None:
        some = np.flatnonzero(n)
        parts.append(pd.DataFrame({
            "fact": "count", "measure": measure, "dimension": dimension, "subject": subject,
            "channel": channel, "reason": reason, "queue": queue, "day": days_of[some],
            "n": n[some], "total": 0 if total is None else total[some]}))

    for channel in dict.fromkeys(c for c, _ in counts):
        add("contacts", "channel", channel, channel, None, None,
            sum(n for (c, _), n in counts.items() if c == channel))
    for (channel, reason), n in counts.items():
        add("contacts", "channel and reason", f"{channel} | {reason}", channel, reason, None, n)
        add("complaints", "channel and reason", f"{channel} | {reason}", channel, reason, None,
            rng.binomial(n, 0.1))
    for reason in REASONS:
        n = sum(n for (_, r), n in counts.items() if r == reason)
        add("contacts", "reason", reason, None, reason, None, n)
        old = n * ~(is_after & shift.is_migration)
        add("contacts", "queue", reason, None, None, reason, old)
        add("contacts", "queue", f"new {reason}", None, None, f"new {reason}", n - old)
    common = rng.normal(0, 0.1, days)
    all_answers, all_scores = np.zeros(days, int), np.zeros(days)
    for channel in SIZES:
        whole = sum(n for (c, _), n in counts.items() if c == channel)
        answers = rng.binomial(whole, 0.15)
        mean = 3.8 + common + shift.score * is_after
        scores = np.rint(1000 * (answers * mean + rng.normal(0, 1.1, days) * np.sqrt(answers)))
        add("CSAT 1-5", "channel", channel, channel, None, None, answers, scores)
        all_answers, all_scores = all_answers + answers, all_scores + scores
    add("CSAT 1-5", "all", "all", None, None, None, all_answers, all_scores)
    told = [{"fact": "limit", "subject": k, "value": float(v)}
            for k, v in {**LIMITS, "false_discovery_rate": rate}.items()]
    told += [{"fact": "holiday", "day": d} for d in HOLIDAYS]
    return pd.concat([*parts, pd.DataFrame(
        told, columns=["fact", "subject", "channel", "day", "until_day", "issued_day", "value"])])
