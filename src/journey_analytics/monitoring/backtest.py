"""Which triggers would have been on: all nights at once, over what is published now."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ..engines import Published
from ..settings import Settings
from .days import WEEK, WEEKS_BEFORE
from .inputs import night_of, tables
from .triggers import judge

_KEY = ["rule", "measure", "dimension", "subject"]
_DAYS = """
SELECT 'count' AS fact, * REPLACE (channel::varchar AS channel, reason::varchar AS reason,
    queue::varchar AS queue) FROM monitored_days WHERE day >= ?"""
_PERSONS = """
SELECT count(DISTINCT person_key) FROM contacts
WHERE excluded_rule IS NULL AND ($channel = '' OR channel::varchar = $channel)
AND ($reason = '' OR reason::varchar = $reason)
AND ($queue = '' OR coalesce(queue::varchar, 'no queue') = $queue)
AND ((started_at AT TIME ZONE 'UTC') AT TIME ZONE $zone)::date BETWEEN $first AND $last"""


def backtest(
    warehouse: Published, project: Path, settings: Settings, as_of: datetime, nights: int,
) -> list[dict[str, Any]]:
    """Return spells of nights in which a trigger would have been on, oldest first.

    A spell is shown with its last night's evidence, and only where that is of enough persons.
    """
    last = night_of(settings, as_of)
    dates = [last - timedelta(days=n) for n in range(nights)]
    start = dates[-1] - timedelta(days=WEEK * (WEEKS_BEFORE + 1))
    counts = warehouse.connection.sql(_DAYS, params=[start]).to_arrow_table()
    channels = set(counts.column("channel").unique().to_pylist()) - {None}
    given, _ = tables(project, settings, {"channel": channels}, datetime.combine(
        start, datetime.min.time()), as_of)
    facts = pa.concat_tables([counts, given["trigger_inputs"]], promote_options="permissive")
    rows = judge(facts.to_pandas(date_as_object=True), dates)
    rows = rows[rows["is_on"]].sort_values([*_KEY, "night"])
    gap = rows.groupby(_KEY)["night"].diff() != 1
    found = []
    for _, spell in rows.groupby(gap.cumsum()):
        end = spell.iloc[-1]
        if end["rule"] == "map_age" or _persons(warehouse, settings, end) \
                >= settings.privacy.min_group:
            found.append({
                **{name: end[name] for name in (*_KEY, "evidence")}, "nights": len(spell),
                "first_night": spell.iloc[0]["last_day"] + timedelta(days=1),
                "last_night": end["last_day"] + timedelta(days=1)})
    return sorted(found, key=lambda f: (f["first_night"], *(f[k] for k in _KEY)))


def _persons(warehouse: Published, settings: Settings, row: pd.Series[Any]) -> int:
    return int(warehouse.connection.execute(_PERSONS, {
        **{name: row[name] for name in ("channel", "reason", "queue")},
        "zone": settings.project.timezone, "first": row["first_day"], "last": row["last_day"],
    }).fetchall()[0][0])
