"""Waits until an answer, those that never got one included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..metrics.intervals import Z, effective_rows
from .chart import COLOURS, Chart, figure, plain
from .choosing import check_word
from .counting import few_said, without_small

if TYPE_CHECKING:
    from .view import View

_BY = {"queue": "q.queue", "channel": "q.channel", "source": "q.source", "reason": "j.reason"}
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def waits(view: View, by: str) -> Chart:
    """See ``View.waits``."""
    check_word("by", "waits cannot be split by this", by, list(_BY))
    stays = f"""
        SELECT coalesce(CAST({_BY[by]} AS VARCHAR), 'not known') AS "{by}", q.person_key,
            CAST(ceil(q.wait_ms / 1000.0) AS BIGINT) AS waited_seconds,
            CAST(q.stay_result = 'answered' AS INTEGER) AS answered
        FROM queue_stays AS q LEFT JOIN journeys AS j ON q.journey_key = j.journey_key
        WHERE q.wait_ms IS NOT NULL AND q.stay_result <> 'ivr' AND q.excluded_rule IS NULL"""
    sizes = view.warehouse.frame(f"""
        SELECT "{by}", sum(n)::BIGINT AS n, count(*) AS persons, sum(n * n)::BIGINT AS squares
        FROM (SELECT "{by}", person_key, count(*) AS n FROM ({stays}) GROUP BY ALL)
        GROUP BY ALL ORDER BY n DESC, "{by}" """)
    sizes, hidden = without_small(sizes, [(g,) for g in sizes[by]], view.min_group)
    data = view.warehouse.frame(f"""
        SELECT "{by}", waited_seconds, sum(answered)::BIGINT AS answered,
            (count(*) - sum(answered))::BIGINT AS "left"
        FROM ({stays}) GROUP BY ALL ORDER BY "{by}", waited_seconds""")
    data = data[data[by].isin(sizes[by])].reset_index(drop=True)
    told = {g: effective_rows(n, p, s, None, 0.0) / n for g, n, p, s in
            sizes[[by, "n", "persons", "squares"]].itertuples(index=False)}
    data = _kaplan_meier(data, by, data[by].map(told).astype(float))
    return Chart(data, _draw(data, by, [str(g) for g in sizes[by]]), (
        "Share of stays in queues that are not answered yet after so long. Who left or was passed "
        f"on counts as waiting until then.{few_said(hidden, view.min_group)}"))


def _kaplan_meier(data: pd.DataFrame, by: str, told: pd.Series) -> pd.DataFrame:
    """Add ``at_risk`` and the curve (Kaplan and Meier 1958, log-log interval of Greenwood).

    Parameters
    ----------
    told
        Independent rows per row, by which the variance is divided: persons are clusters.
    """
    ended = data["answered"] + data["left"]
    at_risk = ended.iloc[::-1].groupby(data[by].iloc[::-1]).cumsum().iloc[::-1]
    kept = 1 - data["answered"] / at_risk
    still = kept.groupby(data[by]).cumprod()
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = data["answered"] / (at_risk * (at_risk - data["answered"]))
        variance = steps.groupby(data[by]).cumsum() / told
        half = Z * np.sqrt(variance) / np.abs(np.log(still))
        low, high = still ** np.exp(half), still ** np.exp(-half)
    is_inside = (still > 0) & (still < 1)
    return data.assign(still_waiting=still, still_waiting_low=low.where(is_inside),
                       still_waiting_high=high.where(is_inside), at_risk=at_risk)


def still_waiting_at(data: pd.DataFrame, by: str, minutes: Sequence[int]) -> pd.DataFrame:
    """Return the curve of each group after so many minutes, while anyone is still at risk."""
    if data.empty:
        return data.assign(after_minutes=0)
    asked = pd.DataFrame({"waited_seconds": [60 * m for m in minutes], "after_minutes": minutes})
    grid = data[[by]].drop_duplicates().merge(asked, how="cross").sort_values("waited_seconds")
    found = pd.merge_asof(grid, data.sort_values("waited_seconds"), on="waited_seconds", by=by)
    last = found[by].map(data.groupby(by)["waited_seconds"].max())
    return found[found["waited_seconds"] <= last].reset_index(drop=True)


def _draw(data: pd.DataFrame, by: str, groups: list[str]) -> Any:
    traces = []
    for n, group in enumerate(groups):
        own = data[data[by] == group]
        look = {"color": COLOURS[n % len(COLOURS)], "dash": _DASHES[n % len(_DASHES)]}
        traces.append(go.Scatter(
            x=[0, *own["waited_seconds"] / 60], y=[100, *100 * own["still_waiting"]],
            mode="lines", name=plain(group), line={**look, "shape": "hv", "width": 2},
            hovertemplate=f"{plain(group)}: after %{{x:.1f}} min %{{y:.0f}} % still wait"
                          "<extra></extra>"))
    return figure(f"How long customers wait, by {by}", traces, height=480, showlegend=True,
                  xaxis={"title": {"text": "minutes in the queue"}, "rangemode": "tozero"},
                  yaxis={"title": {"text": "percent still waiting"}, "range": [0, 102]},
                  margin={"t": 110})
