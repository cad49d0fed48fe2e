"""Update triggers: all rules over all nights asked for, under one rate of false discoveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..learning.multiplicity import q_values
from .days import WEEK, Days, arrange
from .evidence import sentence
from .judged import Judged
from .mixes import audience, migrations, new_channels
from .scores import satisfaction
from .volumes import volumes

_PLACES = ("channel", "channel and reason", "channel and queue")
_NUMBERS = ("value", "expected", "low", "high", "p_value", "q_value")
_TEXTS = ("rule", "measure", "dimension", "subject", "channel", "reason", "queue", "evidence",
          "announced")


def triggers(facts: pa.Table) -> pa.Table:
    """Return what the rules say of the night: the week before ``as_of``.

    Parameters
    ----------
    facts
        ``trigger_results``: rows that are daily counts, limits, holidays, announcements, issued
        packs, and the night.
    """
    frame = facts.to_pandas(date_as_object=True)
    nights = frame.loc[frame["fact"] == "night", "day"].tolist()
    return as_table(judge(frame, nights))


def judge(facts: pd.DataFrame, nights: Sequence[date]) -> pd.DataFrame:
    """Return one row per rule, subject and night that could be judged.

    Parameters
    ----------
    nights
        Dates of the nights: each looks at the seven days before it.
    """
    by_fact = dict(tuple(facts.groupby("fact")))
    none = facts.iloc[:0]
    limits = by_fact["limit"].set_index("subject")["value"]
    last = [night - timedelta(days=1) for night in sorted(nights)]
    found = [_packs(by_fact.get("issue", none), limits["map_days"], last)]
    if "count" in by_fact:
        holidays = by_fact.get("holiday", none)["day"].tolist()
        days = arrange(by_fact["count"], holidays, last)
        found += [judged.rows() for judged in _rules(days, limits)]
    rows = pd.concat([f for f in found if len(f)] or found[:1], ignore_index=True)
    rows["last_day"] = [last[n] for n in rows["night"]]
    rows["first_day"] = [d - timedelta(days=WEEK - 1) for d in rows["last_day"]]
    rows["q_value"] = np.nan
    for _, index in rows.groupby("night").groups.items():
        rows.loc[index, "q_value"] = q_values(rows.loc[index, "p_value"].to_numpy(float))
    rows["announced"] = _announced(rows, by_fact.get("announcement", none))
    is_found = (rows["q_value"] <= limits["false_discovery_rate"]) & (rows["announced"] == "")
    rows["is_on"] = rows["is_on"].astype(bool) | is_found
    rows["evidence"] = [sentence(row) for row in _records(rows)]
    return rows.sort_values(["night", "rule", "measure", "dimension", "subject"],
                            ignore_index=True)


def _rules(days: Days, limits: pd.Series) -> list[Judged]:
    measure, dimension = days.subjects["measure"], days.subjects["dimension"]
    is_count = measure.isin(["contacts", "complaints"]).to_numpy()
    contacts, answers = int(limits["min_contacts"]), int(limits["min_answers"])
    return [
        volumes(days.of(is_count & dimension.isin(_PLACES).to_numpy()), contacts),
        satisfaction(days.of(~is_count), answers),
        *(audience(days, of, contacts) for of in ("channel", "reason", "persona")),
        new_channels(days, contacts),
        *(migrations(days, of, contacts, float(limits["migration_share"]))
          for of in ("queue", "source", "person")),
    ]


def _packs(issues: pd.DataFrame, map_days: float, last: Sequence[date]) -> pd.DataFrame:
    """Return the age of the last issue of each pack, in each night that had one."""
    columns = ["rule", "measure", "dimension", "subject", "channel", "reason", "queue", "night",
               "value", "expected", "low", "high", "n", "n_before", "p_value", "is_on"]
    rows = []
    listed = _records(issues.sort_values("day"))
    for night, day in enumerate(last):
        stands = {issue["subject"]: issue["day"] for issue in listed if issue["issued_day"] <= day
                  and (pd.isna(issue["until_day"]) or issue["until_day"] > day)}
        for pack, reaches in stands.items():
            age = (day + timedelta(days=1) - reaches).days
            rows.append(("map_age", "days", "pack", pack, "", "", "", night, float(age), map_days,
                         np.nan, np.nan, 0.0, 0.0, np.nan, age > map_days))
    return pd.DataFrame(rows, columns=columns)


def _announced(rows: pd.DataFrame, announcements: pd.DataFrame) -> list[str]:
    """Return what was announced for the time and place of a drop of scores."""
    listed = _records(announcements)
    return ["" if rule != "satisfaction" else next(
        (a["subject"] for a in listed
         if a["day"] <= last and a["until_day"] >= first
         and (not a["channel"] or not channel or a["channel"] == channel)), "")
            for rule, first, last, channel in zip(
                rows["rule"], rows["first_day"], rows["last_day"], rows["channel"], strict=True)]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]


def as_table(rows: pd.DataFrame) -> pa.Table:
    """Return judged rows as a table; numbers rounded to a millionth, empty text as none."""
    def numbers(name: str) -> pa.Array:
        return pa.array([None if np.isnan(v) else round(float(v), 6)
                         for v in rows[name].to_numpy(float)], pa.float64())

    return pa.table({
        **{n: pa.array([t or None for t in rows[n]], pa.string()) for n in _TEXTS},
        **{n: numbers(n) for n in _NUMBERS},
        **{n: pa.array(rows[n].astype(int).tolist(), pa.int64()) for n in ("n", "n_before")},
        "is_on": pa.array(rows["is_on"].tolist(), pa.bool_()),
        **{n: pa.array(rows[n].tolist(), pa.date32()) for n in ("first_day", "last_day")},
    })
