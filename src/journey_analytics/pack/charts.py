"""Small figures as inline SVG. All text is escaped; colours come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from .model import PainPoint, ReviewedAction, Span
from .words import WEEKDAY_NAMES, WEEKDAYS

EMPTY = Markup("")


def svg(
    name: str, width: float, height: float, title: str, description: str, body: Markup,
    css: str = "", fit: str = "xMinYMid",
) -> Markup:
    """Return a figure with its title and description for those who do not see it.

    ``fit`` is SVG's preserveAspectRatio; with ``none`` the figure takes any shape.
    """
    return Markup(
        '<svg class="figure {}" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}" '
        'preserveAspectRatio="{}" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(css, width, height, width, height, fit, name, name, name, title, name, description,
             body)


def strip(span: Span, number: int) -> Markup:
    """Return a source's rows per day (or week) as thin bars on the pack's own span of days."""
    width, height = 240.0, 28.0
    most = max(span.strip, default=0) or 1
    step = width / max(1, len(span.strip))
    bars = Markup("").join(
        Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>').format(
            i * step, height - 1 - rows / most * (height - 2), max(step - 0.6, 0.6),
            rows / most * (height - 2))
        for i, rows in enumerate(span.strip) if rows)
    unit = "week" if span.by_week else "day"
    base = Markup('<line class="axis" x1="0" x2="{:g}" y1="{:g}" y2="{:g}"/>').format(
        width, height - 0.5, height - 0.5)
    return svg(f"strip-{number}", width, height, f"{span.kind} of {span.source} per {unit}",
               f"Bars over time, one for each {unit}; the rows stand beside it.",
               bars + base, "strip", fit="none")


def trend(reviewed: ReviewedAction, since: date, number: int) -> Markup:
    """Return an action's number week by week, with its target dashed and its start marked."""
    width, height, pad = 240.0, 48.0, 5.0
    action, target = reviewed.action, reviewed.action.target.value or 0.0
    values = [w.value.value or 0.0 for w in reviewed.weeks]
    if not values:
        return EMPTY
    low, high = min(*values, target), max(*values, target)

    def x(day: date) -> float:  # the last week begins 84 days after the first
        return pad + (day - since).days / 84 * (width - 2 * pad)

    def y(value: float) -> float:
        return height - pad - (value - low) / ((high - low) or 1) * (height - 2 * pad)

    points = [(x(w.first_day), y(v)) for w, v in zip(reviewed.weeks, values, strict=True)]
    body = Markup('<line class="target" x1="0" x2="{:g}" y1="{:.1f}" y2="{:.1f}"/>').format(
        width, y(target), y(target))
    if since < action.start:
        at = x(action.start)
        body += Markup('<line class="start" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{:g}"/>').format(
            at, at, height)
    for (x1, y1), (x2, y2) in pairwise(points):
        if x2 - x1 < 1.5 * (width - 2 * pad) / 12:  # a week that is not shown leaves a gap
            body += Markup('<line class="run" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
                           ).format(x1, y1, x2, y2)
    body += Markup("").join(Markup('<circle class="week" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(
        *point) for point in points)
    return svg(f"trend-{number}", width, height, f"{action.what}: week by week",
               "A dot for each week of the quarter; dashed: the target; upright: the start. "
               "The first and the last value stand beside it.", body, "trend")


def interval(point: PainPoint, ends: tuple[float, float]) -> Markup:
    """Return a score difference with its interval, on the scale that all cards share."""
    number = point.difference
    if not number.known or number.low is None or number.high is None or number.value is None:
        return EMPTY
    width, height, pad, y = 280.0, 46.0, 10.0, 15.0
    low, high = ends

    def x(value: float) -> float:
        return pad + (value - low) / (high - low) * (width - 2 * pad)

    body = Markup(
        '<line class="axis" x1="{:g}" x2="{:g}" y1="{:g}" y2="{:g}"/>'
        '<line class="zero" x1="{:.1f}" x2="{:.1f}" y1="3" y2="27"/>'
        '<line class="whisker" x1="{:.1f}" x2="{:.1f}" y1="{:g}" y2="{:g}"/>'
        '<circle class="dot" cx="{:.1f}" cy="{:g}" r="5"/>'
        '<text class="tick" x="{:.1f}" y="41" text-anchor="{}">no difference</text>'
        '<text class="tick" x="{:g}" y="41" text-anchor="start">lower score</text>'
    ).format(pad, width - pad, y, y, x(0), x(0), x(number.low), x(number.high), y, y,
             x(number.value), y, min(x(0), width - pad),
             "end" if x(0) > width - 60 else "middle", pad)
    return svg(f"difference-{point.rank}", width, height,
               f"Score difference of pain point {point.rank}",
               "The difference and its interval, as said above.", body, "interval")


def interval_ends(points: Sequence[PainPoint]) -> tuple[float, float]:
    """Return the scale that the cards' score differences share."""
    ends = [e for p in points if p.difference.known
            for e in (p.difference.low, p.difference.high) if e is not None]
    return min([*ends, -1.0]) * 1.05, max([*ends, 0.5]) * 1.05


def hours(point: PainPoint) -> Markup:
    """Return weekday by block of three hours; darker is more often, a dot is too few to show."""
    left, top, w, h = 34.0, 4.0, 29.0, 15.0
    blocks = sorted({c.block for c in point.hours})
    first, last = blocks[0], blocks[-1]
    parts = []
    for day, name in enumerate(WEEKDAYS):
        parts.append(Markup('<text class="tick" x="0" y="{:g}">{}</text>').format(
            top + day * h + 11, name))
    cells = {(c.weekday, c.block): c for c in point.hours}
    for day in range(7):
        for place, block in enumerate(range(first, last + 1)):
            x, y = left + place * w, top + day * h
            cell = cells.get((day, block))
            level = cell.level if cell else -1
            parts.append(Markup('<rect class="heat level{}" x="{:g}" y="{:g}" width="{:g}" '
                                'height="{:g}"/>').format(max(level, 0), x, y, w - 2, h - 2))
            if level == 0:
                parts.append(Markup('<circle class="few" cx="{:g}" cy="{:g}" r="1.5"/>').format(
                    x + w / 2 - 1, y + h / 2 - 1))
    bottom = top + 7 * h + 11
    for place, block in enumerate(range(first, last + 2)):
        parts.append(Markup('<text class="tick" x="{:g}" y="{:g}" text-anchor="middle">{}</text>')
                     .format(left + place * w - 1, bottom, 3 * block))
    width = left + (last - first + 1) * w + 10
    return svg(f"hours-{point.rank}", width, bottom + 4, f"When pain point {point.rank} happens",
               "Weekdays down, hours of the day across; the busiest are said below.",
               Markup("").join(parts), "hours")


def busiest(point: PainPoint) -> Markup:
    """Return the weekday and hours with most moments, in words."""
    worst = max((c for c in point.hours if c.level), key=lambda c: (c.moments, -c.weekday))
    return Markup("<time>{}, {}:00 to {}:00</time>").format(
        WEEKDAY_NAMES[worst.weekday], 3 * worst.block, 3 * worst.block + 3)


