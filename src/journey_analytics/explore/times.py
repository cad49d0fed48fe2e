"""When: the heat map of a week, and the timeline of one person or journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from ..errors import SettingsError
from .chart import COLOURS, SCALE, Chart, figure, plain
from .choosing import is_whole
from .counting import add_shares, base_of, few_said, without_small

if TYPE_CHECKING:
    from .view import View

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SYMBOLS = {"customer": "circle", "agent": "square", "bot": "diamond", "system": "triangle-up"}
_LOCAL = "timezone($zone, timezone('UTC', {0}))"


def heat_map(view: View) -> Chart:
    """See ``View.heat_map``."""
    counted = "SELECT * FROM contacts WHERE excluded_rule IS NULL"
    at = _LOCAL.format("started_at")
    data = view.warehouse.frame(f"""
        SELECT CAST(isodow({at}) AS INTEGER) AS weekday, CAST(hour({at}) AS INTEGER) AS hour,
            count(*) AS contacts, count(DISTINCT person_key) AS persons
        FROM ({counted}) GROUP BY ALL ORDER BY ALL""", {"zone": view.zone})
    cells = [(f"{d} {h}",) for d, h in zip(data["weekday"], data["hour"], strict=True)]
    data, hidden = without_small(data, cells, view.min_group)
    data = add_shares(data, "contacts", base_of(view, counted))
    table = data.pivot(index="weekday", columns="hour", values="contacts").reindex(
        index=range(7, 0, -1), columns=range(24))
    heat = go.Heatmap(
        z=table.to_numpy(dtype=float), x=list(range(24)), y=[_WEEKDAYS[d - 1] for d in table.index],
        colorscale=SCALE, zmin=0, xgap=1, ygap=1, colorbar={"title": {"text": "contacts"}},
        hovertemplate="%{y} %{x}:00: %{z} contacts<extra></extra>")
    return Chart(data, figure(
        "When contacts begin", [heat], height=380,
        xaxis={"title": {"text": f"hour, {view.zone}"}, "dtick": 3, "showgrid": False},
        yaxis={"showgrid": False}),
        f"White is none, or too few to show.{few_said(hidden, view.min_group)}")


def timeline(view: View, key: int) -> Chart:
    """See ``View.timeline``."""
    allowed = "a journey_key or person_key of view.table('journeys')"
    if not is_whole(key):
        raise SettingsError("view.timeline()", "not one key", found=type(key).__name__,
                            allowed=allowed)
    data = view.warehouse.frame(f"""
        SELECT {_LOCAL.format('t.started_at')} AS started_at, t.journey_key,
            CAST(t.channel AS VARCHAR) AS channel, CAST(t.actor AS VARCHAR) AS actor,
            CAST(t.step AS VARCHAR) AS step, CAST(t.kind AS VARCHAR) AS kind, t.activity,
            CAST(t.queue AS VARCHAR) AS queue, (
                SELECT string_agg(k.title, ', ' ORDER BY k.title)
                FROM moments AS m INNER JOIN moment_kinds AS k ON m.kind = k.kind
                WHERE m.anchor_key = t.touchpoint_key OR (m.anchor_key = t.contact_key
                    AND t.touchpoint_no = (SELECT min(f.touchpoint_no) FROM touchpoints AS f
                                           WHERE f.contact_key = t.contact_key))
            ) AS moments
        FROM touchpoints AS t
        WHERE t.journey_key = $key OR t.person_key = $key
        ORDER BY t.touchpoint_no""", {"zone": view.zone, "key": int(key)})
    if data.empty:
        raise SettingsError("view.timeline()", "no such journey or person in this view", found=key,
                            allowed=allowed)
    lanes = list(dict.fromkeys(data["channel"].fillna("none")))
    journeys = list(dict.fromkeys(data["journey_key"]))
    said = data.apply(lambda r: plain(", ".join(str(v) for v in (
        r["kind"], r["activity"], r["queue"], r["moments"]) if isinstance(v, str))), axis=1)
    traces = []
    for actor, own in data.assign(said=said).groupby("actor", dropna=False):
        traces.append(go.Scatter(
            x=own["started_at"], y=own["channel"].fillna("none"), mode="markers",
            name=plain(actor), hovertext=own["said"],
            hovertemplate="%{x|%a %d %b %H:%M}<br>%{hovertext}<extra></extra>",
            marker={"size": 12, "symbol": _SYMBOLS.get(str(actor), "circle"),
                    "color": [COLOURS[journeys.index(j) % len(COLOURS)]
                              for j in own["journey_key"]]}))
    hurt = data[data["moments"].notna()]
    traces.append(go.Scatter(
        x=hurt["started_at"], y=hurt["channel"].fillna("none"), mode="markers", name="moment",
        hovertext=[plain(m) for m in hurt["moments"]],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 22, "symbol": "circle-open", "color": "#9c3325", "line": {"width": 2}}))
    what = "One journey" if len(journeys) == 1 else f"{len(journeys)} journeys of one person"
    return Chart(data, figure(what, traces, height=180 + 60 * len(lanes), margin={"t": 110},
                              xaxis={"title": {"text": view.zone}}, showlegend=True),
                 "Shape: who acted. Colour: the journey. Ring: a moment.")
