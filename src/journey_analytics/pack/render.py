"""Renders the pack's model as one HTML file."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from . import charts, words
from .agenda import AGENDAS
from .claims import Number
from .curve import curve
from .definitions import LEVEL, RESAMPLES
from .explorer import explorer_json, plotly_code
from .matrix import matrix, plotted
from .model import PackData, Period

TEMPLATES = Path(__file__).parent / "templates"
#: The tab's icon as an address that needs no request.
ICON = ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        "%3Ccircle cx='8' cy='8' r='7' fill='%239c3325'/%3E%3C/svg%3E")


#: Sections of a full pack, in the order they stand: id and title.
SECTIONS = (
    ("brief", "What stands out"), ("map", "Journey map"), ("personas", "Personas"),
    ("priorities", "Priorities"), ("points", "Pain points"), ("blueprint", "Behind them"),
    ("beliefs", "Beliefs"), ("observations", "The front line"), ("future", "Future state"),
    ("change", "What has changed"), ("worksheets", "Worksheets"), ("guide", "How to use it"),
    ("coverage", "Coverage"), ("definitions", "Definitions and method"),
)


@cache
def environment() -> Environment:
    """Return the templates, with escaping on and missing names an error."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        finalize=_only_claims,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    found.filters.update(
        day=_day, short_day=_short_day, moment=_moment, name=_name, of=_of, noun=_noun,
        interval=_interval, period=_period, width=_width)
    found.globals.update(
        strip=charts.strip, trend=charts.trend, hours_figure=charts.hours,
        interval_figure=charts.interval,
        busiest=charts.busiest, matrix=matrix, words=words, icon=Markup(ICON), level=LEVEL,
        resamples=RESAMPLES, curve=curve, agendas=AGENDAS,
        mood_kinds=(("measured", "observed"), ("expressed", "inferred"), ("inferred", "inferred")))
    return found


def render_html(data: PackData) -> str:
    """Return the pack as one self-contained HTML page."""
    everything = (*data.points, *data.others)
    has_matrix = len(plotted(data.points)) > 0
    explorer = plotly = Markup()
    if has_matrix:
        explorer = Markup(explorer_json(everything, data.basis, len(data.points)))
        plotly = Markup(plotly_code())
    return environment().get_template("pack.html.j2").render(
        d=data, css=Markup("".join((TEMPLATES / name).read_text(encoding="utf-8")
                                for name in ("pack.css", "workshop.css"))),
        script=Markup((TEMPLATES / "pack.js").read_text(encoding="utf-8")),
        sections=SECTIONS, has_matrix=has_matrix,
        is_full=not (data.scope.is_brief or data.review),
        is_part=bool(data.scope.filters or data.scope.period),
        ends=charts.interval_ends(data.points), plotly=plotly, explorer=explorer)


def _only_claims(value: object) -> object:
    """Refuse bare numbers: a template prints numbers only as claims."""
    if isinstance(value, int | float):
        raise TypeError(f"a template prints the bare number {value!r}; print a Number")
    return value


def _time(value: date, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def _day(value: date) -> Markup:
    return _time(value, f"{value.day} {value:%B %Y}")


def _short_day(value: date) -> Markup:
    return _time(value, f"{value.day} {value:%b %Y}")


def _moment(value: datetime) -> Markup:
    return _time(value, f"{value.day} {value:%B %Y}, {value:%H:%M}")


def _period(period: Period) -> Markup:
    """Return a span of days as words that follow "began"."""
    since = period.since and Markup("from {}").format(_day(period.since))
    until = period.until and Markup("until {}").format(_day(period.until))
    return Markup(" ").join(part for part in (since, until) if part)


def _width(number: Number) -> str:
    """Return a share as the width of a bar, for a style."""
    return f"{100 * (number.value or 0):.1f}%"


def _name(text: str) -> Markup:
    """Return a foreign name, kept from turning the direction of the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def _of(number: Number, one: str, many: str = "") -> Markup:
    return number.of(one, many)


def _noun(number: Number, one: str, many: str = "") -> str:
    return number.noun(one, many)


def _interval(number: Number) -> Markup:
    """Return both ends of an interval, each a claim of its own."""
    if not number.interval:
        return escape("")
    return Markup("{} to {}").format(number.lower, number.upper)
