"""Where it hurts: moods, channel switches, pain points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from scipy.stats import t as student

from ..engines import Explored
from ..errors import SettingsError
from .chart import COLOURS, SCALE, Chart, figure, plain
from .choosing import Filter, check_word
from .counting import COUNTED, add_shares, base_of, few_said, without_small
from .drawing_paths import whiskers

if TYPE_CHECKING:
    from .view import View

_STEPS = ("search", "reach", "wait", "handle", "hand_over", "resolve", "aftercare")
_SWITCH_KINDS = ("directed", "forced", "chosen")


def by_switch(warehouse: Explored, from_channel: str, to_channel: str, kind: str | None,
              number: int) -> Filter:
    """Return the filter of journeys with such a channel switch."""
    known = [str(w) for w, in warehouse.rows(
        "SELECT DISTINCT channel::VARCHAR FROM contacts WHERE channel IS NOT NULL ORDER BY 1")]
    for word in (from_channel, to_channel):
        check_word(".with_switch()", "no such channel in the data", word, known)
    if from_channel == to_channel:
        raise SettingsError(".with_switch()", "from and to are the same", found=from_channel)
    if kind is not None:
        check_word(".with_switch()", "no such kind of switch", kind, _SWITCH_KINDS)
    marks = [f"switch_{name}_{number}" for name in ("from", "to", "kind")]
    return Filter(
        f"{kind or 'any'} switch from {from_channel} to {to_channel}",
        "j.journey_key IN (SELECT journey_key FROM channel_switches WHERE "
        f"from_channel::VARCHAR = ${marks[0]} AND to_channel::VARCHAR = ${marks[1]} "
        f"AND switch_kind = coalesce(${marks[2]}, switch_kind))",
        dict(zip(marks, (from_channel, to_channel, kind), strict=True)))


def emotions(view: View) -> Chart:
    """See ``View.emotions``."""
    # Whole thousandths, so that sums do not depend on their order.
    data = view.warehouse.frame("""
        SELECT CAST(step AS VARCHAR) AS step, CAST(kind AS VARCHAR) AS kind, instrument,
            sum(n)::BIGINT AS touchpoints, count(*) AS persons, sum(total)::BIGINT AS total,
            sum(total * total)::DOUBLE AS total_total, sum(total * n)::DOUBLE AS total_n,
            sum(n * n)::DOUBLE AS n_n
        FROM (
            SELECT t.step, e.kind, e.instrument, e.person_key, count(*) AS n,
                sum(CAST(round(1000 * e.value) AS BIGINT))::BIGINT AS total
            FROM emotions AS e INNER JOIN touchpoints AS t ON e.touchpoint_key = t.touchpoint_key
            GROUP BY ALL)
        GROUP BY ALL""")
    left_out = int((data["persons"] < view.min_group).sum())
    data = data[data["persons"] >= view.min_group]
    mean = data["total"] / data["touchpoints"]
    squares = data["total_total"] - 2 * mean * data["total_n"] + mean * mean * data["n_n"]
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(squares.clip(lower=0) * data["persons"] / (data["persons"] - 1)
                        ) / data["touchpoints"] / 1000
    data = data.assign(mean=mean / 1000)
    half = student.ppf(0.975, data["persons"] - 1) * error
    data["mean_low"], data["mean_high"] = data["mean"] - half, data["mean"] + half
    place = {step: n for n, step in enumerate(_STEPS)}
    data = data.assign(place=data["step"].map(place)).sort_values(
        ["kind", "instrument", "place"]).drop(
        columns=["place", "total", "total_total", "total_n", "n_n"])
    data = data.reset_index(drop=True)
    traces = [go.Scatter(
        x=own["step"], y=own["mean"], mode="lines+markers", name=plain(f"{kind}: {instrument}"),
        error_y=whiskers(own, "mean"), marker={"symbol": n, "size": 10},
        hovertemplate="%{x}: %{y:.2f}<extra></extra>")
        for n, ((kind, instrument), own) in enumerate(data.groupby(["kind", "instrument"]))]
    return Chart(data, figure(
        "Mood by step", traces, height=460, margin={"t": 110}, showlegend=True,
        xaxis={"categoryorder": "array", "categoryarray": list(_STEPS), "type": "category"},
        yaxis={"title": {"text": "mood, -2 awful to +2 delighted"}, "range": [-2.1, 2.1]}),
        f"Ways of knowing are never pooled.{few_said(left_out, view.min_group)}")


def switches(view: View) -> Chart:
    """See ``View.switches``."""
    data = view.warehouse.frame(f"""
        SELECT CAST(s.from_channel AS VARCHAR) AS from_channel,
            CAST(s.to_channel AS VARCHAR) AS to_channel, count(*) AS switches,
            count(*) FILTER (WHERE s.switch_kind = 'directed') AS directed,
            count(*) FILTER (WHERE s.switch_kind = 'forced') AS forced,
            count(*) FILTER (WHERE s.switch_kind = 'chosen') AS chosen,
            count(DISTINCT s.journey_key) AS journeys, count(DISTINCT s.person_key) AS persons
        FROM channel_switches AS s WHERE s.journey_key IN (SELECT journey_key FROM ({COUNTED}))
        GROUP BY ALL ORDER BY switches DESC, from_channel, to_channel""")
    ways = [(f"{a} > {b}",) for a, b in zip(data["from_channel"], data["to_channel"], strict=True)]
    data, hidden = without_small(data, ways, view.min_group)
    data = add_shares(data, "journeys", base_of(view))
    table = data.pivot(index="from_channel", columns="to_channel", values="switches")
    heat = go.Heatmap(
        z=table.to_numpy(dtype=float), x=list(table.columns), y=list(table.index),
        colorscale=SCALE, zmin=0, texttemplate="%{z}", xgap=2, ygap=2,
        colorbar={"title": {"text": "switches"}},
        hovertemplate="from %{y} to %{x}: %{z}<extra></extra>")
    return Chart(data, figure(
        "From which channel to which", [heat], height=420,
        xaxis={"title": {"text": "to"}, "type": "category", "showgrid": False},
        yaxis={"title": {"text": "from"}, "type": "category", "showgrid": False}),
        f"White is none.{few_said(hidden, view.min_group)}")


def pain_points(view: View) -> Chart:
    """See ``View.pain_points``."""
    if view.filters:
        raise SettingsError(
            "view.pain_points()", "they are estimated each night over all journeys",
            found="; ".join(view.filters), allowed="a view without filters",
            remedy="Ask the unfiltered view and pick rows of .data by reason, channel or queue.")
    data = view.warehouse.frame("""
        SELECT p.rank, k.title, p.* EXCLUDE (rank), r.impact_per_journey, r.quadrant
        FROM pain_points AS p INNER JOIN moment_kinds AS k ON p.kind = k.kind
        LEFT JOIN pain_point_priorities AS r ON p.pain_point = r.pain_point
        WHERE p.rank IS NOT NULL AND p.persons_hit >= $min_group ORDER BY p.rank""",
        {"min_group": view.min_group})
    basis = str(data["basis"].iloc[0]) if len(data) else "nothing could be ranked"
    is_score = bool(data["impact"].notna().any())
    dots = go.Scatter(
        x=100 * data["frequency"], y=data["impact_per_journey"], mode="markers+text",
        text=[str(r) if r <= 9 else "" for r in data["rank"]], textfont={"color": "#ffffff"},
        hovertext=[plain(f"{t}, {r}, {q if isinstance(q, str) else 'no queue'}") for t, r, q in
                   data[["title", "reason", "queue"]].itertuples(index=False)],
        hovertemplate="%{hovertext}<br>%{x:.1f} % of persons, %{y:.2f}<extra></extra>",
        error_x={**whiskers(data, "frequency", 100), "thickness": 0.8},
        marker={"size": 24, "color": [COLOURS[2] if c else COLOURS[0]
                                      for c in data["is_clear"].fillna(False)]})
    return Chart(data, figure(
        "Pain points: how many, how hard", [dots], height=540,
        xaxis={"title": {"text": "percent of active persons hit"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "score points lost per journey hit" if is_score
                         else "customer hours lost per journey hit"}, "rangemode": "tozero"}),
        f"Ranked by {basis}. Red: a loss that stands at a false discovery rate of 5 %.")
