"""Renders the pack's model as one HTML file."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from . import charts, words
from .claims import Number
from .explorer import explorer_json, plotly_code
from .matrix import matrix, plotted
from .model import PackData

TEMPLATES = Path(__file__).parent / "templates"
#: The tab's icon as an address that needs no request.
ICON = ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        "%3Ccircle cx='8' cy='8' r='7' fill='%239c3325'/%3E%3C/svg%3E")


@cache
def environment() -> Environment:
    """Return the templates, with escaping on and missing names an error."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    found.filters.update(
        day=_day, short_day=_short_day, moment=_moment, name=_name, of=_of, noun=_noun,
        interval=_interval)
    found.globals.update(
        strip=charts.strip, hours_figure=charts.hours, interval_figure=charts.interval,
        busiest=charts.busiest, matrix=matrix, words=words, icon=Markup(ICON))
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
        d=data, css=Markup((TEMPLATES / "pack.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "pack.js").read_text(encoding="utf-8")),
        has_matrix=has_matrix, ends=charts.interval_ends(data.points), plotly=plotly,
        explorer=explorer)


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _short_day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def _moment(value: datetime) -> str:
    return f"{value.day} {value:%B %Y}, {value:%H:%M}"


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
