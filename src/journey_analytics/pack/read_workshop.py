"""Beliefs, constraints of the future state and objectives: what the room argues about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..settings import Settings
from ..settings_lists import LONGEST_CELL
from ..settings_observations import Observation, read_observations
from . import words
from .asking import Questions, Row
from .claims import NOTHING, Number, Phrase, phrase
from .model import Belief, Beliefs, Constraint, FailingPart, Objective, PainPoint

#: Parts that are named where a constraint fails most.
MOST_PARTS = 3
OBJECTIVE = "hits/share"
_NAMES = {"reason": words.reason_name, "queue": words.queue_name, "channel": words.channel_name}


def read_beliefs(ask: Questions, kinds: dict[str, Row]) -> Beliefs | None:
    """Return the beliefs and what the data say to them; None where there is none."""
    if not ask.knows("beliefs"):
        return None
    rows = ask.ask("beliefs")
    if not rows:
        return None
    tested = ask.one("beliefs_tested")
    return Beliefs(tested.number("tested"), tested.number("standing"),
                   tuple(_belief(r, kinds) for r in rows))


def _belief(row: Row, kinds: dict[str, Row]) -> Belief:
    is_share = bool(row["is_share"])
    form = "percent" if is_share else "signed_points"
    n_with, n_without = row.number("n_with"), row.number("n_without")
    n = int((n_with.value or 0) + (n_without.value or 0)) or None
    return Belief(
        name=words.clean(row["belief"]), statement=words.clean(row["statement"], LONGEST_CELL),
        whose=words.clean(row["whose"]), about=_about(row, kinds), claim=_claim(row),
        verdict=row["verdict"], because=row["because"] or "", is_share=is_share,
        effect=row.number("effect", form, n=n, interval=True), n_with=n_with, n_without=n_without,
        smallest=_smallest(row), stands=bool(row["stands"]))


def _about(row: Row, kinds: dict[str, Row]) -> str:
    """Return moment and segment in words: Long wait (queue, over 5 minutes), reason invoice."""
    moment, _, over = str(row["moment"]).partition(" over ")
    kind, _, variant = moment.partition("/")
    details = [d for d in (variant, f"over {over}" if over else "") if d]
    title = str(kinds[kind]["title"]) if kind in kinds else kind
    parts = [f"{title} ({', '.join(details)})" if details else title]
    for part in filter(None, str(row["segment"]).split(" and ")):
        name, _, value = part.partition("=")
        known = _NAMES.get(name.strip(), words.reason_name)(value.strip())
        parts.append(f"{name.strip()} {known or 'none'}")
    return words.clean(", ".join(parts), LONGEST_CELL)


def _claim(row: Row) -> Phrase:
    size = row.number("threshold", "whole_percent" if row["is_share"] else "points")
    match row["claimed"]:
        case "at least":
            return phrase("At least ", size, " of these journeys have it")
        case "at most":
            return phrase("At most ", size, " of these journeys have it")
        case "worse":
            return phrase("Such journeys score at least ", size, " points lower")
        case "better":
            return phrase("Such journeys score at least ", size, " points higher")
    return phrase("Such journeys score the same, give or take ", size, " points")


def _smallest(row: Row) -> Phrase:
    """Return the smallest effect that would have been called supported, four times of five."""
    if row["smallest"] is None:
        return NOTHING if row["because"] else phrase("none: too few journeys for so small a share")
    if row["is_share"]:
        size = row.number("smallest", "percent")
        return phrase(size, " or more" if row["claimed"] == "at least" else " or less")
    size = row.number("smallest", "size_of_points")
    match row["claimed"]:
        case "worse":
            return phrase("a loss of ", size, " points")
        case "better":
            return phrase("a gain of ", size, " points")
    return phrase("the same, give or take ", size, " points")


def read_future(ask: Questions) -> tuple[Constraint, ...]:
    """Return the constraints of the future state, each with where it fails most."""
    if not ask.knows("future_checks"):
        return ()
    by_constraint: dict[int, list[Row]] = defaultdict(list)
    for row in ask.ask("future_checks"):
        by_constraint[row["constraint_no"]].append(row)
    found = []
    for whole, *parts in by_constraint.values():
        clear = [p for p in parts if whole["share"] is not None
                 and p["share_low"] > whole["share"]]
        found.append(Constraint(
            name=words.clean(whole["name"], LONGEST_CELL), share=_share(whole),
            failing=whole.number("journeys_failing"), journeys=whole.number("journeys"),
            because=whole["because"] or "",
            parts=tuple(FailingPart(
                p["dimension"], _NAMES[p["dimension"]](str(p["value"])) or "no queue", _share(p))
                for p in clear[:MOST_PARTS])))
    return tuple(found)


def _share(row: Row) -> Number:
    return row.number("share", "percent", n=row["journeys"], interval=True)


def read_front_line(project: Path, settings: Settings) -> tuple[Observation, ...]:
    """Return the observations of a project, safe to be printed; bad lines were told by the run."""
    return tuple(Observation(o.step, words.stage_name(o.stage), words.clean(o.who),
                             words.clean(o.text, LONGEST_CELL))
                 for o in read_observations(project, settings)[0])


def with_objectives(ask: Questions, points: Sequence[PainPoint]) -> tuple[PainPoint, ...]:
    """Return the pain points with a card, each with a measurable objective."""
    rows = {r["rank"]: r for r in ask.ask("objectives")}
    return tuple(replace(p, objective=_objective(rows[p.rank])) if p.rank in rows else p
                 for p in points)


def _objective(row: Row) -> Objective:
    return Objective(
        OBJECTIVE, row.rate("journeys_hit", row["journeys_of_reason"]),
        row.number("target", "whole_percent"), bool(row["is_reached"]), row.number("weeks"),
        row.number("journeys_of_reason"), row.number("spared"))
