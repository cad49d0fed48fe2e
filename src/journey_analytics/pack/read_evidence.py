"""What speaks for and against a pain point: like journeys, weakest parts, hints of cause, teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from . import words
from .asking import Questions, Row
from .model import Hint, Matched, Segment, Team

_TRAITS: dict[str, tuple[str, Callable[[str], str]]] = {
    "team": ("team", words.clean),
    "weekday": ("weekday", lambda v: words.WEEKDAY_NAMES[int(v) - 1]),
    "page before": ("page before it", words.clean),
    "step before": ("step before it", lambda v: words.STEP_TITLES.get(v, words.clean(v)).lower()),
    "entry channel": ("entry channel", words.channel_name),
    "month": ("month", lambda v: f"{date.fromisoformat(f'{v}-01'):%B %Y}"),
    "before": ("before it", words.clean),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence by rank."""

    weakest: dict[int, Segment]
    matched: dict[int, Matched]
    hints: dict[int, tuple[Hint, ...]]
    teams: dict[int, tuple[Team, ...]]


def read_evidence(ask: Questions) -> Evidence:
    """Return counter-evidence, hints of cause and teams of the worst pain points."""
    segments = ask.ask("point_segments")
    hints: dict[int, list[Hint]] = defaultdict(list)
    for row in ask.ask("point_hints"):
        hints[row["rank"]].append(_hint(row))
    teams: dict[int, list[Team]] = defaultdict(list)
    for row in ask.ask("point_teams"):
        teams[row["rank"]].append(Team(
            words.clean(row["team"]),
            row.number("share", "whole_percent", n=row["contacts_of"])))
    return Evidence(
        {r["rank"]: _segment(r) for r in segments if r["segment_kind"] != "all"},
        {r["rank"]: Matched(r.number("matched_hit"), r.number("score_with", "points"),
                            r.number("score_without", "points"))
         for r in segments if r["segment_kind"] == "all" and r["score_without"] is not None},
        {rank: tuple(found) for rank, found in hints.items()},
        {rank: tuple(found) for rank, found in teams.items()})


def trait(name: str, value: str) -> tuple[str, str]:
    """Return a trait and its value in words."""
    if name.startswith("hour"):
        return "hour of the day", f"{int(value):02d} h"
    title, say = _TRAITS.get(name, (name, words.clean))
    return title, say(value)


def _segment(row: Row) -> Segment:
    title, name = trait(row["segment_kind"], row["segment"])
    return Segment(title, name, row.number("hit_scored"),
                   row.number("difference", "signed_points", n=row["hit_scored"], interval=True))


def _hint(row: Row) -> Hint:
    title, name = trait(row["trait"], row["value"])
    return Hint(title, name, row.number("share", "whole_percent", n=row["hits_of"]),
                row.number("other_share", "whole_percent", n=row["others_of"]),
                row.number("lift", "points", interval=True))
