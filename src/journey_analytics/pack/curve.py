"""The emotion curve of the journey map: mean moods by step, one line for each way of knowing."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from .charts import svg
from .model import JourneyMap, Mood

#: Moods lie between these (METRICS.md section 6).
AWFUL, DELIGHTED = -2.0, 2.0
WIDTH, HEIGHT, TOP, BOTTOM = 1050.0, 108.0, 6.0, 6.0
#: How far dots of one step lie apart, one kind beside the other.
SHIFT = 30.0


def curve(journey_map: JourneyMap) -> Markup:
    """Return the curve: a dot and its interval by step, joined where steps follow each other."""
    column = WIDTH / len(journey_map.steps)
    place = {s.name: (i + 0.5) * column for i, s in enumerate(journey_map.steps)}
    moods = [m for m in journey_map.moods if m.step in place and m.mean.known]
    kinds = list(dict.fromkeys(m.kind for m in moods))
    shift = {kind: (n - (len(kinds) - 1) / 2) * SHIFT for n, kind in enumerate(kinds)}
    parts = [Markup('<line class="zero" x1="0" x2="{:g}" y1="{:.1f}" y2="{:.1f}"/>').format(
        WIDTH, _y(0), _y(0))]
    for text, value in (("delighted", DELIGHTED), ("neither", 0.0), ("awful", AWFUL)):
        parts.append(Markup('<text class="tick" x="4" y="{:.1f}">{}</text>').format(
            _y(value) + (10 if value > 0 else -4), text))
    for kind in kinds:
        own = [(place[m.step] + shift[kind], m) for m in moods if m.kind == kind]
        parts.append(_line(kind, sorted(own, key=lambda dot: dot[0])))
    for step, x in place.items():
        here = sorted((m for m in moods if m.step == step), key=lambda m: -(m.mean.value or 0.0))
        parts += [_value(m, x + shift[m.kind], n, len(here)) for n, m in enumerate(here)]
    return svg("curve", WIDTH, HEIGHT, "Emotion curve",
               "Mean mood of customers by step, with intervals; one line for each way of "
               "knowing it.", Markup("").join(parts), "emotions")


def _line(kind: str, dots: Sequence[tuple[float, Mood]]) -> Markup:
    corners = " ".join(f"{x:.1f},{_y(m.mean.value or 0.0):.1f}" for x, m in dots)
    parts = [Markup('<g class="mood {}"><polyline points="{}"/>').format(kind, corners)]
    for x, mood in dots:
        if mood.mean.low is not None and mood.mean.high is not None:
            parts.append(Markup('<line class="whisker" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" '
                                'y2="{:.1f}"/>').format(
                x, x, _y(mood.mean.low), _y(mood.mean.high)))
        parts.append(Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(
            x, _y(mood.mean.value or 0.0)))
    return Markup("").join([*parts, Markup("</g>")])


def _value(mood: Mood, x: float, place: int, count: int) -> Markup:
    """Return a mood's value: of the best above it, of the worst below, between them beside it."""
    y = _y(mood.mean.value or 0.0)
    ends = [_y(e) for e in (mood.mean.low, mood.mean.high) if e is not None] or [y]
    if place == 0:
        spot, anchor = (x, min(ends) - 5), "middle"
    elif place == count - 1:
        spot, anchor = (x, max(ends) + 13), "middle"
    else:
        spot, anchor = (x + 7, y + 4), "start"
    return Markup('<text class="value {}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        mood.kind, *spot, anchor, mood.mean.svg)


def _y(value: float) -> float:
    share = (DELIGHTED - value) / (DELIGHTED - AWFUL)
    return TOP + min(max(share, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM)
