"""The journey map: what happens in each step, from where the records lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from . import words
from .asking import Questions, Row
from .claims import NOTHING, Number, Phrase, phrase
from .model import Badge, Basis, JourneyMap, Mood, PainPoint, Share, Step, Unknown
from .read_facts import known_by, read_moves, read_waits
from .splitting import split

#: Pain points of one step that the map lists by name. Others with a card are numbered, the rest is
#: counted: a map must fit on one page.
LISTED = 3
MOST_QUESTIONS = 2
#: Things done and channels used that are listed in one step.
MOST_SHARES = 4


def read_map(
    ask: Questions, totals: Row, points: Sequence[PainPoint], others: Sequence[PainPoint],
    basis: Basis, blind: Sequence[Unknown], expects: Mapping[str, Phrase], min_group: int,
) -> JourneyMap:
    """Return the map of all journeys of persons that are not anonymous.

    Parameters
    ----------
    points, others
        Pain points with and without a card.
    blind
        What no connected source could have shown.
    expects
        What customers may expect in each step, by the settings.
    """
    passing = {r["step"]: r for r in ask.ask("steps")}
    doings = _by_step(ask.ask("step_doings"))
    channels = _by_step(ask.ask("step_channels"))
    sizes = {(str(r["kind"]), r["variant"] or ""): r for r in ask.ask("moment_sizes")}
    waits = read_waits(ask, sizes, min_group)
    handled = ask.one("handled").number("contacts")
    moves = read_moves(handled, totals.number("journeys_with_contact"),
                       totals.number("journeys"), sizes, min_group)
    steps = []
    for name in words.STEPS:
        row = passing.get(name)
        here = [p for p in (*points, *others) if p.step == name]
        carded = sum(p in points for p in here)
        badges = [Badge(p.rank, p.title, p.place, p in points, p.is_clear, known_by(p.kind))
                  for p in here]
        unseen = tuple(u.subject for u in blind if name in words.BLIND_STEPS.get(u.subject, ()))
        touchpoints, journeys, share = _passing(row, name, totals, min_group)
        steps.append(Step(
            name=name, title=words.STEP_TITLES[name], sentence=words.STEP_SENTENCES[name],
            expects=expects.get(name, NOTHING),
            doings=_shares(doings[name], row, min_group, _doing),
            channels=_shares(channels[name], row, min_group, words.channel_name),
            touchpoints=touchpoints, journeys=journeys, share=share,
            waits=waits.get(name, ()), moves=moves.get(name, ()),
            badges=tuple(badges[:LISTED]), also=tuple(badges[LISTED:carded]),
            more_points=Number(max(0, len(here) - max(LISTED, carded)), "count", "map", name,
                               "more_points"),
            questions=_open_questions([p for p in here if p in points]), blind=unseen,
        ))
    ask.answers["map"] = [
        Row("map", s.name, {"key": s.name, "more_points": s.more_points.value}) for s in steps]
    return JourneyMap(
        journeys=totals.number("journeys"), persons=totals.number("active_persons"),
        journeys_with_contact=totals.number("journeys_with_contact"), handled=handled,
        stages=split(ask.ask("journey_stages"), min_group, words.stage_name), steps=tuple(steps),
        moods=_moods(ask))


def _moods(ask: Questions) -> tuple[Mood, ...]:
    if not ask.knows("emotions"):
        return ()
    return tuple(
        Mood(str(r["step"]), str(r["kind"]), words.clean(r["instrument"]),
             r.number("mean", "signed_points", interval=True), r.number("touchpoints"))
        for r in ask.ask("moods"))


def _open_questions(
    here: Sequence[PainPoint],
) -> tuple[str | Phrase, ...]:
    """Return what the data raises and cannot answer about a step."""
    found: list[str | Phrase] = []
    for point in here:
        if not point.is_clear:
            found.append(phrase("Is number ", point.number, " real, or chance?"))
        elif known_by(point.kind) == "inferred":
            found.append(phrase("Did they hear by a way we do not see (number ", point.number,
                                ")?"))
        elif point.hints:
            found.append(phrase("Why number ", point.number, " so often with one "
                                f"{point.hints[0].trait}?"))
        else:
            found.append(phrase("What lies behind number ", point.number, "?"))
    return tuple(found[:MOST_QUESTIONS])


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
