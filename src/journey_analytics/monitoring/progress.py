"""Actions measured back: the number before and after the start, there and elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlglot
from sqlglot import exp

from ..engines import DuckDBEngine
from ..metrics import read_ledger
from ..metrics.measuring import UNITS
from ..metrics.parameters import numbers_of, parameters_of
from ..metrics.query import judged_query, statement_of
from ..models import DIALECT, Statement
from ..settings import Settings
from .actions import Action
from .changes import Cell, Estimate, cell, difference, level
from .inputs import night_of

ON, NOT_ON, EARLY, OPEN = "on target", "not on target", "too early", "not enough data"
#: Nothing is said before so many days, and no more than so many are compared: whole weeks.
_FIRST_DAYS, _MOST_DAYS = 28, 91
#: Fewer rows before or after tell nothing.
_FEWEST = 30
_MEANS = {
    "action": "id in actions.csv", "pain_point": "the pain point it is about",
    "what": "what is done, in its owner's words", "owner": "whose it is",
    "deadline": "when the target shall be met", "metric": "what shall move (docs/metrics.md)",
    "wanted": "up or down", "target": "value to reach, in the unit",
    "segment": "the rows it touches; empty: all", "effort": "as it was estimated",
    "start_date": "first day it works", "is_due": "the deadline has passed",
    "verdict": "on target, not on target, too early, not enough data",
    "because": "why; empty: on target", "unit": "share, seconds, …",
    "days": "days that are compared: so many before the start, and the last so many",
    "value_before": "value before the start", "value": "value now",
    "value_low": "its 95 % interval, lower end", "value_high": "upper end",
    "change": "value now less before", "change_low": "its interval, lower end; persons are "
    "clusters", "change_high": "upper end",
    "other_change": "the same change in journeys that it does not touch",
    "other_low": "its interval, lower end", "other_high": "upper end",
    "difference": "change less other_change", "difference_low": "its interval, lower end",
    "difference_high": "upper end",
    "n_before": "rows before", "n_after": "rows now",
    "persons": "persons before or now, the fewer",
    "other_n_before": "rows elsewhere before", "other_n_after": "rows elsewhere now",
}
_TEXTS = ("action", "pain_point", "what", "owner", "metric", "wanted", "segment", "effort",
          "verdict", "because", "unit")
_DAYS = ("deadline", "start_date")
_COUNTS = ("days", "n_before", "n_after", "persons", "other_n_before", "other_n_after")
_SCHEMA = pa.schema([(name, pa.string() if name in _TEXTS else pa.date32() if name in _DAYS
                      else pa.int64() if name in _COUNTS else pa.bool_() if name == "is_due"
                      else pa.float64()) for name in _MEANS])
#: Weeks of a quarter.
WEEKS = 13
_WEEK_MEANS = {
    "action": "id in actions.csv", "first_day": "first day of the week; weeks end at as_of",
    "value": "the action's number in that week, where it applies, in its unit",
    "n": "rows it rests on", "persons": "persons it rests on"}
_WEEK_SCHEMA = pa.schema([("action", pa.string()), ("first_day", pa.date32()),
                          ("value", pa.float64()), ("n", pa.int64()), ("persons", pa.int64())])
_ROWS = """
SELECT person_key, booked_at, {x} AS x, {y} AS y, is_touched,
bool_or(is_touched) OVER (PARTITION BY coalesce(journey_key, unit_key)) AS is_near
FROM judged WHERE cell.rule IS NULL"""


def publish_progress(
    engine: DuckDBEngine, settings: Settings, actions: Sequence[Action], as_of: datetime,
) -> None:
    """Measure every action over the tables of this run, and add what is found to them.

    ``action_progress`` has its verdict, ``action_weeks`` its number week by week.
    """
    rows = [_measured(engine, settings, action, as_of) for action in actions]
    engine.register("action_rows", pa.Table.from_pylist(rows, schema=_SCHEMA))
    engine.materialize("action_progress", Statement("FROM action_rows", tuple(_MEANS)), True)
    engine.comment("action_progress", "How each action of actions.csv stands: its number before "
                   "and after, beside what it does not touch (docs/monitoring.md).", _MEANS)
    weeks = [row for action in actions for row in _weeks(engine, settings, action, as_of)]
    engine.register("action_week_rows", pa.Table.from_pylist(weeks, schema=_WEEK_SCHEMA))
    engine.materialize("action_weeks", Statement("FROM action_week_rows", tuple(_WEEK_MEANS)), True)
    engine.comment("action_weeks", "The number of each action of actions.csv in each of the last "
                   "13 weeks, where it applies. Weeks without rows have no row.", _WEEK_MEANS)


def _measured(
    engine: DuckDBEngine, settings: Settings, action: Action, as_of: datetime,
) -> dict[str, Any]:
    night = night_of(settings, as_of)
    days = min(_MOST_DAYS, (night - action.start).days // 7 * 7)
    row: dict[str, Any] = {
        **{name: getattr(action, name) for name in (
            "action", "pain_point", "what", "owner", "deadline", "metric", "target", "segment",
            "effort")},
        "wanted": "up" if action.sign > 0 else "down", "start_date": action.start,
        "is_due": night > action.deadline, "unit": action.variant.unit}
    if days < _FIRST_DAYS:
        return {**row, "verdict": EARLY,
                "because": f"fewer than {_FIRST_DAYS} days since its start"}
    frame = rows_of(engine, settings, action, as_of, action.start - timedelta(days=days), night)
    zone = settings.project.timezone
    booked = frame["booked_at"].to_numpy("datetime64[us]")
    before = booked < np.datetime64(_midnight(action.start, zone))
    after = booked >= np.datetime64(_midnight(night - timedelta(days=days), zone))
    after &= ~before
    here, elsewhere = (frame["is_touched"].to_numpy(bool), ~frame["is_near"].to_numpy(bool))
    measure = action.variant.measure
    was, now, other_was, other_now = (
        cell(frame, where & when, measure)
        for where in (here, elsewhere) for when in (before, after))
    row |= {"days": days, "n_before": was.n if was else 0, "n_after": now.n if now else 0,
            "other_n_before": other_was.n if other_was else 0,
            "other_n_after": other_now.n if other_now else 0,
            "persons": min(was.persons if was else 0, now.persons if now else 0)}
    least = settings.privacy.min_group
    if was is None or now is None or not (_tells(was, least) and _tells(now, least)):
        return {**row, "verdict": OPEN,
                "because": f"fewer than {_FEWEST} rows, or {least} persons, before or after"}
    value = level(frame, now, measure)
    change = contrast = difference(frame, (1, now), (-1, was))
    row |= {"value_before": _round(was.value), **_ends("value", value), **_ends("change", change)}
    if other_was and other_now and _tells(other_was, least) and _tells(other_now, least):
        contrast = difference(frame, (1, now), (-1, was), (-1, other_now), (1, other_was))
        other = difference(frame, (1, other_now), (-1, other_was))
        row |= {**_ends("other_change", other, "other"), **_ends("difference", contrast)}
    verdict, because = judge_action(action.sign, action.target, value, contrast)
    return {**row, "verdict": verdict, "because": because}


def _weeks(
    engine: DuckDBEngine, settings: Settings, action: Action, as_of: datetime,
) -> list[dict[str, Any]]:
    """Return an action's number in each week of the quarter before ``as_of``, where it applies."""
    night, zone = night_of(settings, as_of), settings.project.timezone
    days = [night - timedelta(weeks=n) for n in range(WEEKS, -1, -1)]
    frame = rows_of(engine, settings, action, as_of, days[0], night)
    booked, here = frame["booked_at"].to_numpy("datetime64[us]"), frame["is_touched"].to_numpy(bool)
    found = []
    for first, until in pairwise(days):
        when = ((booked >= np.datetime64(_midnight(first, zone)))
                & (booked < np.datetime64(_midnight(until, zone))))
        part = cell(frame, here & when, action.variant.measure)
        if part:
            found.append({"action": action.action, "first_day": first, "n": part.n,
                          "value": _round(part.value), "persons": part.persons})
    return found


def rows_of(
    engine: DuckDBEngine, settings: Settings, action: Action, as_of: datetime, first: date,
    until: date,
) -> pd.DataFrame:
    """Return the rows that a metric counts, in its unit, and which of them the action touches."""
    variant, zone = action.variant, settings.project.timezone
    touched = exp.and_(*(exp.EQ(this=exp.cast(exp.column(name), "varchar"),
                                expression=exp.Literal.string(word))
                         for name, word in action.touched.items())) \
        if action.touched else exp.true()
    judged = judged_query(variant, (), _midnight(first, zone), _midnight(until, zone), {}).select(
        exp.func("coalesce", touched, exp.false()).as_("is_touched"))
    scale = UNITS[variant.unit]
    x = {"net": "value::integer - against::integer", "share": "value::integer"}.get(
        variant.measure, "value")
    y = "below" if variant.measure == "ratio" else "1"
    text = _ROWS.format(x=f"({x}) / {float(scale)}", y=f"({y})::double")
    rows = sqlglot.parse_one(text, dialect=DIALECT)
    assert isinstance(rows, exp.Query)
    params = parameters_of(numbers_of(read_ledger(), settings, {}), as_of)
    found: pd.DataFrame = engine.query(statement_of(
        variant, judged, [("counted", rows)], {**params, "zone": zone})).to_pandas()
    return found.assign(person=pd.factorize(found["person_key"])[0])


def judge_action(
    sign: int, target: float, value: Estimate, contrast: Estimate,
) -> tuple[str, str]:
    """Return the verdict and why: the value now and its change both have to show it."""
    if value.low is None or value.high is None or contrast.low is None or contrast.high is None:
        return OPEN, "the values do not vary enough to tell"
    near, far = (value.low, value.high) if sign > 0 else (-value.high, -value.low)
    if far < sign * target:
        return NOT_ON, "its value lies short of the target, with its whole interval"
    if near < sign * target:
        return OPEN, "the interval of its value holds the target"
    if (contrast.low if sign > 0 else -contrast.high) <= 0:
        return OPEN, "the target is met, but its change cannot be told from chance, or from " \
                     "what happened elsewhere"
    return ON, ""


def _tells(part: Cell, least: int) -> bool:
    return part.n >= _FEWEST and part.persons >= least


def _ends(name: str, found: Estimate, ends: str = "") -> dict[str, float | None]:
    ends = ends or name
    return {name: _round(found.value), f"{ends}_low": _round(found.low),
            f"{ends}_high": _round(found.high)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _midnight(day: date, zone: str) -> datetime:
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
