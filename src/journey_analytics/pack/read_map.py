"""The journey map: what happens in each step, from where the records lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from . import words
from .asking import Questions, Row
from .claims import Number
from .model import Badge, Basis, Fact, JourneyMap, PainPoint, Share, Split, Step, Unknown
from .read_facts import read_moves, read_waits
from .splitting import split

#: Pain points of one step that the map lists by name. Others with a card are numbered, the rest is
#: counted: a map must fit on one page.
LEAST_LISTED, MOST_LISTED = 3, 5
#: Things done and channels used that are listed in one step.
MOST_SHARES = 4


def read_map(
    ask: Questions, totals: Row, points: Sequence[PainPoint], others: Sequence[PainPoint],
    basis: Basis, blind: Sequence[Unknown], min_group: int,
) -> JourneyMap:
    """Return the map of all journeys of persons that are not anonymous.

    Parameters
    ----------
    points, others
        Pain points with and without a card.
    blind
        What no connected source could have shown.
    """
    passing = {r["step"]: r for r in ask.ask("steps")}
    doings = _by_step(ask.ask("step_doings"))
    channels = _by_step(ask.ask("step_channels"))
    sizes = {(str(r["kind"]), r["variant"] or ""): r for r in ask.ask("moment_sizes")}
    waits = read_waits(ask, sizes, min_group)
    handled = ask.one("handled").number("contacts")
    moves = read_moves(handled, totals.number("journeys_with_contact"),
                       totals.number("journeys"), sizes, min_group)
    answers = split(ask.ask("survey_answers"), min_group, str.upper)
    steps = []
    for name in words.STEPS:
        row = passing.get(name)
        here = [p for p in (*points, *others) if p.step == name]
        carded = sum(p in points for p in here)
        listed = min(MOST_LISTED, max(LEAST_LISTED, carded))
        badges = [Badge(p.rank, p.title, p.place, p in points, p.is_clear) for p in here]
        touchpoints, journeys, share = _passing(row, name, totals, min_group)
        steps.append(Step(
            name=name, title=words.STEP_TITLES[name], sentence=words.STEP_SENTENCES[name],
            doings=_shares(doings[name], row, min_group, _doing),
            channels=_shares(channels[name], row, min_group, words.channel_name),
            touchpoints=touchpoints, journeys=journeys, share=share,
            waits=waits.get(name, ()), moves=moves.get(name, ()),
            badges=tuple(badges[:listed]), also=tuple(badges[listed:carded]),
            more_points=max(0, len(here) - max(listed, carded)), ranked_points=len(here),
            score=_score(here, basis, answers if name == "aftercare" else None),
            blind=tuple(u.subject for u in blind if name in words.BLIND_STEPS.get(u.subject, ())),
        ))
    return JourneyMap(
        journeys=totals.number("journeys"), persons=totals.number("active_persons"),
        journeys_with_contact=totals.number("journeys_with_contact"), handled=handled,
        stages=split(ask.ask("journey_stages"), min_group, words.stage_name), steps=tuple(steps))


def _by_step(rows: list[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["step"])].append(row)
    return found


def _doing(word: str) -> str:
    step, kind, actor, _ = words.words_from_token(word)
    return words.touchpoint_name(step, kind, actor)


def _shares(
    rows: list[Row], step: Row | None, min_group: int, name: Callable[[str], str]
) -> tuple[Share, ...]:
    """Return the commonest of what a step's journeys do; what too few do is left out."""
    if step is None:
        return ()
    return tuple(
        Share(name(str(r["word"])), r.number("journeys"),
              r.rate("journeys", step["journeys"], "whole_percent"))
        for r in rows if r["persons"] >= min_group)[:MOST_SHARES]


def _passing(
    row: Row | None, name: str, totals: Row, min_group: int
) -> tuple[Number, Number, Number]:
    """Return touchpoints and journeys in a step, and its share of all journeys."""
    if row is None:
        return (Number(0, "count", "steps", name, "touchpoints"),
                Number(0, "count", "steps", name, "journeys"),
                Number(0, "percent", "steps", name, "journeys_share"))
    if row["persons"] < min_group:
        few = Number(None, "count", "steps", name, "journeys", floor=min_group)
        return few, few, few
    touchpoints = row.number("touchpoints")
    if 0 < row["touchpoint_persons"] < min_group:  # fewer than those who pass otherwise
        touchpoints = replace(touchpoints, value=None, floor=min_group)
    return touchpoints, row.number("journeys"), row.rate("journeys", totals["journeys"])


def _score(
    here: Sequence[PainPoint], basis: Basis, answers: Split | None
) -> tuple[Fact, ...]:
    """Return what is measured of the score at a step: the clearest loss, and answers."""
    facts = [Fact(a.size, f"{a.name} answers") for a in answers.parts] if answers else []
    clear = [p for p in here if basis.is_score and p.difference.known
             and p.difference.high is not None and p.difference.high < 0]
    if clear:
        worst = min(clear, key=lambda p: p.difference.value or 0.0)
        facts.append(Fact(worst.difference, f"points where number {worst.rank} happens",
                          worst.hit_scored))
    return tuple(facts)
