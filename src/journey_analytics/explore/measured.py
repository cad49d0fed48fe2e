"""Metrics of the ledger for the journeys of a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from ..metrics import Question, measure, read_ledger
from ..metrics.query import PERIODS
from .chart import COLOURS, Chart, figure, plain
from .choosing import check_days, check_word, day_of

if TYPE_CHECKING:
    from .view import Day, View

VALUE_COLUMNS = ("value", "low", "high", "unit", "n", "persons", "journeys", "immature", "method",
            "blind")


def metric(
    view: View, name: str, variant: str | None, by: str | Sequence[str], since: Day | None,
    until: Day | None, numbers: Mapping[str, float],
) -> pd.DataFrame:
    """See ``View.metric``."""
    check_word("view.metric()", "no such metric", name, sorted(read_ledger().metrics))
    split = (by,) if isinstance(by, str) else tuple(by)
    check_days("view.metric()", since, until)
    question = Question(name, variant, split, _day(since), _day(until), dict(numbers),
                        f"{view.warehouse.schema}.chosen" if view.filters else "")
    found = measure(view.whole, view.settings, question)
    dimensions = list(dict.fromkeys(d for v in found.values for d in v.group)) or list(split)
    rows = [{**v.group, **{c: getattr(v, c) for c in VALUE_COLUMNS}} for v in found.values]
    data = pd.DataFrame(rows, columns=[*dimensions, *VALUE_COLUMNS])
    for period in set(dimensions) & set(PERIODS):
        data[period] = pd.to_datetime(data[period])
    return data.astype({"value": float, "low": float, "high": float})


def metrics() -> pd.DataFrame:
    """See ``View.metrics``."""
    return pd.DataFrame([
        {"metric": m.id, "name": m.name, "unit": m.variant(None).unit,
         "variants": ", ".join(m.variants), "meaning": m.sentence}
        for m in read_ledger().metrics.values()])


def trend(view: View, name: str, variant: str | None, period: str, by: str | None) -> Chart:
    """See ``View.trend``."""
    check_word("period", "no such period", period, PERIODS)
    data = metric(view, name, variant, (period, by) if by else (period,), None, None, {})
    definition = read_ledger().metric(name)
    times = 100 if definition.variant(variant).unit == "share" else 1
    unit = "percent" if times == 100 else definition.variant(variant).unit
    traces = []
    groups = data.groupby(by, dropna=False) if by else [("", data)]
    for n, (group, own) in enumerate(groups):
        colour = COLOURS[n % len(COLOURS)]
        traces.append(go.Scatter(
            x=own[period], y=times * own["value"], mode="lines+markers", name=plain(group),
            line={"color": colour}, marker={"symbol": n, "size": 8}, error_y={
                "type": "data", "symmetric": False, "thickness": 1.2,
                "array": times * (own["high"] - own["value"]),
                "arrayminus": times * (own["value"] - own["low"])},
            customdata=own["n"],
            hovertemplate="%{x|%d %b %Y}: %{y:.2f}, n = %{customdata}<extra></extra>"))
    return Chart(data, figure(
        f"{definition.name}, by {period}", traces, height=440, showlegend=bool(by),
        margin={"t": 110}, yaxis={"title": {"text": unit}, "rangemode": "tozero"}),
        f"{definition.sentence} 95 % intervals, persons as clusters.")


def _day(given: Day | None) -> date | None:
    return None if given is None else day_of(given)
