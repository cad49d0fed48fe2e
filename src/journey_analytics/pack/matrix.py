"""The priority matrix: how many a pain point hits, and how hard, as an SVG that explains itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .charts import svg
from .labels import Box, place_labels, spread
from .model import Basis, Cuts, PainPoint

RADIUS = 12.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to places; linear from zero, or logarithmic where values differ by powers."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        if self.is_log:
            part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def plotted(points: Sequence[PainPoint]) -> list[PainPoint]:
    """Return the pain points that have both an impact and a frequency."""
    return [p for p in points if p.frequency.known and height_of(p) is not None]


def height_of(point: PainPoint) -> float | None:
    """Return the impact per journey hit: score points, or milliseconds lost."""
    number = point.impact if point.impact.known else point.burden_per_journey
    if point.burden_per_journey.form == "duration_of_hours":
        number = point.burden_per_journey
        return None if number.value is None else number.value * 3_600_000
    return number.value if number.known else None


def matrix(
    points: Sequence[PainPoint], basis: Basis, cuts: Cuts | None, name: str, narrow: bool = False,
) -> Markup:
    """Return the matrix; the narrow one leaves words to the list below it."""
    shown = plotted(points)
    width, height = (360.0, 400.0) if narrow else (920.0, 540.0)
    left, right, top, bottom = (44.0, 12.0, 44.0, 56.0) if narrow else (64.0, 24.0, 44.0, 56.0)
    heights = [height_of(p) or 0.0 for p in shown]
    x = Scale(0.0, max(p.frequency.high or p.frequency.value or 0.0 for p in shown) * 1.06,
              left, width - right)
    y = _height_scale(heights, height - bottom, top, basis)
    frame = Box(left, top - 8, width - left - right, height - top - bottom + 8)
    parts = _axes(x, y, frame, basis, shown[0], narrow)
    hard: list[Box] = []
    if basis.is_score:
        for curve, caption in _equal_burden(x, y, named=not narrow):
            parts.append(curve)
            hard.append(caption)
    for line, caption in _cut_lines(x, y, frame, cuts):
        parts.append(line)
        hard.append(caption)
    dots = [(x(p.frequency.value or 0.0), y(h)) for p, h in zip(shown, heights, strict=True)]
    whiskers = [w for point, (cx, cy) in zip(shown, dots, strict=True)
                for w in _whiskers(point, x, y, cx, cy, basis, frame)]
    parts += [Markup('<rect class="whisker" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
                     ).format(w.x, w.y, w.w, w.h) for w in whiskers]
    badges = spread(dots, RADIUS, frame)
    leaders, names = ([], []) if narrow else _names(shown, badges, frame, whiskers, hard)
    css = "matrix narrow" if narrow else "matrix wide"
    if not narrow and len(names) < len(shown):
        css += " incomplete"  # then the list of names is shown below it
    parts += leaders
    for (cx, cy), (bx, by) in zip(dots, badges, strict=True):
        if math.dist((cx, cy), (bx, by)) > 1:
            parts.append(Markup(
                '<line class="leader" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
                '<circle class="exact" cx="{:.1f}" cy="{:.1f}" r="3"/>'
            ).format(cx, cy, bx, by, cx, cy))
    for point, (bx, by) in zip(shown, badges, strict=True):
        parts.append(Markup(
            '<g class="{}"><circle class="badge" cx="{:.1f}" cy="{:.1f}" r="{:g}"/>'
            '<text class="rank" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text></g>'
        ).format("clear" if point.is_clear else "unclear", bx, by, RADIUS, bx, by + 4.5,
                 point.number.svg))
    parts += names
    sentence = "In the order of their ranks: " + "; ".join(p.full_title for p in shown)
    return svg(name, width, height, "Priority matrix: impact by frequency", sentence,
               Markup("").join(parts), css)


def _height_scale(heights: list[float], start: float, end: float, basis: Basis) -> Scale:
    known = [h for h in heights if h > 0]
    if not basis.is_score and known and max(known) / min(known) > 30:
        return Scale(min(known) / 1.6, max(known) * 1.6, start, end, is_log=True)
    return Scale(0.0, (max(heights) or 1.0) * 1.12, start, end)


def _axes(
    x: Scale, y: Scale, frame: Box, basis: Basis, example: PainPoint, narrow: bool
) -> list[Markup]:
    floor = frame.y + frame.h
    parts = [Markup('<line class="axis" x1="{:g}" x2="{:g}" y1="{:g}" y2="{:g}"/>').format(
        frame.x, frame.x + frame.w, floor, floor)]
    for value in _ticks(x):
        parts.append(Markup(
            '<text class="tick" x="{:.1f}" y="{:g}" text-anchor="middle">{:g}%</text>'
        ).format(x(value), floor + 18, round(100 * value, 3)))
    for value in _ticks(y) if basis.is_score else _spans(y):
        text = f"{value:g}" if basis.is_score else _span_text(value)
        parts.append(Markup(
            '<line class="grid" x1="{:g}" x2="{:g}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="tick" x="{:g}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(frame.x, frame.x + frame.w, y(value), y(value), frame.x - 8, y(value) + 4, text))
    up = ("Impact: score points lost per journey hit" if basis.is_score
          else "Impact: customer time lost per journey hit")
    along = Markup("Frequency: share of {} active persons hit").format(example.active_persons.svg)
    parts.append(Markup('<text class="axis-title" x="{:g}" y="16">↑ {}</text>').format(
        2 if narrow else frame.x - 40, up))
    parts.append(Markup('<text class="axis-title" x="{:g}" y="{:g}" text-anchor="end">{} →</text>')
                 .format(frame.x + frame.w, floor + 44, along))
    return parts


def _equal_burden(x: Scale, y: Scale, named: bool) -> list[tuple[Markup, Box]]:
    """Return curves along which frequency times impact is the same, and where their names are."""
    found = []
    for share in (0.08, 0.3):
        product = share * x.high * y.high
        starts = product / y.high
        spots = [starts + (x.high - starts) * i / 60 for i in range(61)]
        places = " ".join(f"{x(fx):.1f},{y(product / fx):.1f}" for fx in spots)
        right, low = x(x.high) - 4, y(product / x.high) - 6
        curve = Markup('<polyline class="equal" points="{}"/>').format(places)
        if named:
            curve += Markup('<text class="equal-name" x="{:.1f}" y="{:.1f}" text-anchor="end">'
                            'same burden along this line</text>').format(right, low)
        found.append((curve, Box(right - 150, low - 11, 150, 14)))
    return found


def _cut_lines(x: Scale, y: Scale, frame: Box, cuts: Cuts | None) -> list[tuple[Markup, Box]]:
    """Return the lines that cut the matrix, where it holds them, and where their names are."""
    if cuts is None:
        return []
    found = []
    right, floor = frame.x + frame.w, frame.y + frame.h
    share, impact = cuts.frequency.at.value or 0.0, cuts.impact.at.value or 0.0
    if cuts.impact.at.form == "duration_of_hours":
        impact *= 3_600_000
    if x.low < share < x.high:
        is_left = x(share) < frame.x + frame.w / 2
        found.append(_cut_line((x(share), frame.y, x(share), floor), cuts.frequency.drawn_by,
                               x(share) + (5 if is_left else -5), frame.y + 11, is_left))
    if y.low < impact < y.high:
        below = 12 if y(impact) < floor - 16 else -4
        found.append(_cut_line((frame.x, y(impact), right, y(impact)), cuts.impact.drawn_by,
                               frame.x + 4, y(impact) + below, True))
    return found


def _cut_line(
    ends: tuple[float, float, float, float], name: str, at: float, base: float, is_left: bool,
) -> tuple[Markup, Box]:
    width = 6.0 * len(name)
    return (Markup(
        '<line class="cut-line" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
        '<text class="cut-name" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
    ).format(*ends, at, base, "start" if is_left else "end", name),
        Box(at if is_left else at - width, base - 11, width, 14))


def _whiskers(
    point: PainPoint, x: Scale, y: Scale, cx: float, cy: float, basis: Basis, frame: Box
) -> list[Box]:
    """Return the intervals of a point as thin boxes: along for frequency, up for impact."""
    found = []
    low, high = point.frequency.low, point.frequency.high
    if low is not None and high is not None:
        found.append(Box(x(low), cy - 1, x(high) - x(low), 2))
    low, high = point.difference.low, point.difference.high
    if basis.is_score and low is not None and high is not None:
        top, bottom = sorted(min(max(y(-e), frame.y), frame.y + frame.h) for e in (low, high))
        found.append(Box(cx - 1, top, 2, bottom - top))
    return found


def _names(
    points: list[PainPoint], badges: list[tuple[float, float]], frame: Box, soft: list[Box],
    hard: list[Box],
) -> tuple[list[Markup], list[Markup]]:
    """Return each point's name where it is least in the way, and lines to those that lie far."""
    texts = [(f"{p.rank} {p.title}", _cut(p.place, 40)) for p in points]
    labels = place_labels(texts, badges, RADIUS, frame, soft, hard)
    leaders, parts = [], []
    for point, (_, second), label in zip(points, texts, labels, strict=True):
        if label is None:
            continue
        if label.line is not None:
            leaders.append(Markup(
                '<line class="leader" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
            ).format(*label.line))
        parts.append(Markup(
            '<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
            '<text class="sub" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
        ).format(label.x, label.y - 2, label.anchor,
                 Markup("{} {}").format(point.number.svg, point.title),
                 label.x, label.y + 13, label.anchor, second))
    return leaders, parts


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most - 1].rstrip()}…"


def _ticks(scale: Scale) -> list[float]:
    """Return three to six round values on a scale."""
    size = 10 ** math.floor(math.log10(scale.high))
    step = next(s for s in (size / 10, size / 5, size / 4, size / 2, size, 2 * size)
                if scale.high / s <= 6)
    return [round(i * step, 10) for i in range(int(scale.high / step) + 1)]


_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_SPANS = (
    *((n * _MINUTE, f"{n} min") for n in (1, 2, 5, 10, 20, 30)),
    *((n * _HOUR, f"{n} h") for n in (1, 2, 4, 8, 12)), (_DAY, "1 day"),
    *((n * _DAY, f"{n} days") for n in (2, 4, 7, 14)),
)


def _spans(scale: Scale) -> list[float]:
    found = [float(v) for v, _ in _SPANS if scale.low < v < scale.high]
    return found if scale.is_log else found[-3:]


def _span_text(value: float) -> str:
    return next(text for v, text in _SPANS if v == value)
