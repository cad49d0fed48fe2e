"""What monitoring found: update triggers that are on, actions so far, sources that are late."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..metrics import read_ledger
from ..settings_lists import LONGEST_CELL
from . import words
from .asking import Questions, Row
from .model import Action, Late, PainPoint, Trigger, Triggers

#: Rules in words, and how what they measure is written.
_RULES = {
    "map_age": ("The map is old", "span_days"), "new_channel": ("A new channel", "count"),
    "migration": ("A migration", "percent"), "volume": ("More than expected", "count"),
    "satisfaction": ("Lower scores", "fine_points"), "audience": ("Another mix", "percent"),
}
_MEASURES = {
    "map_age": "age of the data in the last version",
    "audience": "share of contacts",
}
_SUBJECTS = {"channel": words.channel_name, "reason": words.reason_name}
#: Units of changes that are not points.
_FORMS = {"share": "signed_points_of_percent", "seconds": "signed_duration",
          "hours": "signed_duration"}
#: How values themselves are written, by their unit; else as points.
_LEVELS = {"share": "percent", "seconds": "duration", "hours": "duration"}
#: Reasons that name a setting's number, in words.
_BECAUSE = {"too early": "it began too short a time ago",
            "not enough data": "too few rows or persons before or after"}
_KEPT_OUT = {
    "quarantined": "too many rows cannot be used", "new_columns": "they have new columns",
    "empty": "a column is empty more or less often than before",
    "unknown": "most values of a column were never seen before",
    "volume": "they have far more or far fewer rows than usual",
}


def read_triggers(ask: Questions) -> Triggers | None:
    """Return the update triggers; None where the warehouse has none of them."""
    if not ask.knows("triggers"):
        return None
    return Triggers(ask.one("triggers_judged").number("judged"),
                    tuple(_trigger(r) for r in ask.ask("triggers")))


def trigger_words(row: Row) -> tuple[str, str, str]:
    """Return a trigger's rule, its place and what was measured, in words."""
    rule, dimension = str(row["rule"]), str(row["dimension"])
    subject = "" if dimension == "all" or rule == "migration" else str(row["subject"])
    measure = _MEASURES.get(rule, words.clean(row["measure"]))
    if rule == "migration":
        of = "of persons" if dimension == "person" else f"at a {dimension}"
        measure = f"contacts {of} not seen in the eight weeks before"
    return _RULES[rule][0], _SUBJECTS.get(dimension, words.clean)(subject), measure


def _trigger(row: Row) -> Trigger:
    title, subject, measure = trigger_words(row)
    n, form = row["n"], _RULES[str(row["rule"])][1]
    return Trigger(
        title, subject, measure, row.number("measured", form, n=n),
        row.number("expected", form, n=n, interval=True), row["first_day"], row["last_day"],
        row["since"])


def read_actions(ask: Questions, points: Sequence[PainPoint]) -> tuple[Action, ...]:
    """Return the actions so far, each with the pain points that it names."""
    if not ask.knows("action_progress"):
        return ()
    rows = {r["rank"]: r for r in ask.answers["pain_points"]}
    return tuple(_action(r, tuple(p for p in points if _names(r, rows[p.rank])))
                 for r in ask.ask("action_progress"))


def _names(action: Row, point: Row) -> bool:
    """Tell whether an action is about a pain point: its kind, inside the segment it touches."""
    kind = re.split(r"[ |]", str(action["pain_point"]), maxsplit=1)[0]
    parts = (part.split("=", 1) for part in str(action["segment"]).split(" and ") if "=" in part)
    return kind == str(point["kind"]) and all(
        str(point.values.get(name.strip())) == value.strip() for name, value in parts)


def _action(row: Row, points: tuple[PainPoint, ...]) -> Action:
    form = _FORMS.get(row["unit"], "signed_points")
    because = str(row["because"] or "")
    if re.search(r"\d", because):
        because = _BECAUSE[row["verdict"]]
    change, other, difference = (row.number(name, form, interval=True) for name in (
        "change", "other_change", "difference"))
    level = _LEVELS.get(row["unit"], "points")
    return Action(
        row.key, _metric_name(row["metric"]), row["wanted"], row.number("target", level),
        words.clean(row["segment"] or ""), row["start_date"], level,
        row.number("value_before", level, n=row["n_before"]),
        row.number("value", level, n=row["n_after"], interval=True),
        words.clean(row["what"], LONGEST_CELL), words.clean(row["owner"]), row["deadline"],
        bool(row["is_due"]), row["verdict"], because, row["unit"] == "share", change, other,
        difference, words.clean(row["effort"] or ""), points)


def _metric_name(text: str) -> str:
    """Return a metric of an action in words."""
    name, _, variant = text.partition("/")
    found = read_ledger().metrics.get(name)
    if found is None:  # each kind of moment has its own
        return "share of journeys that meet it"
    return f"{found.name}, {variant.replace('_', ' ')}" if variant else found.name


def read_late(ask: Questions) -> tuple[Late, ...]:
    """Return the sources that are stale, or whose new files were kept out."""
    if not ask.knows("gates"):
        return ()
    return tuple(Late(words.clean(r["source"]), r["newest"], _KEPT_OUT.get(r["gate"], ""))
                 for r in ask.ask("gates"))
