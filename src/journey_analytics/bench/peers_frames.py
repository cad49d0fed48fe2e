"""The peers' questions asked of Polars (streaming, in memory) and of pandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .peers_duckdb import COMMON, REPEAT_MS, SESSION_GAP_MS, answers

if TYPE_CHECKING:
    import numpy as np

_ORDER = ["person_key", "started_at", "touchpoint_key"]


def polars(file: Path) -> dict[str, Any]:
    """Answer with Polars' streaming engine; paths as lists, which took it less than integers."""
    import polars as pl

    c = pl.col
    continues = c.gap_ms <= SESSION_GAP_MS
    marked = (
        pl.scan_parquet(file).sort(_ORDER)
        .with_columns(
            prev_activity=c.activity.shift(), prev_channel=c.channel.shift(),
            prev_queue=c.queue.shift(),
            gap_ms=pl.when(c.person_key == c.person_key.shift())
            .then((c.started_at - c.started_at.shift()).dt.total_milliseconds()))
        .with_columns(
            session_no=(~continues).fill_null(True).cum_sum(),
            is_switch=(continues & (c.channel != c.prev_channel)).fill_null(False),
            is_transfer=(continues & (c.channel == c.prev_channel) & (c.queue != c.prev_queue))
            .fill_null(False))
        .select(*_ORDER, "channel", "queue", "activity", "prev_activity", "gap_ms", "is_switch",
                "is_transfer", "session_no")
        .collect(engine="streaming"))
    sessions = marked.lazy().group_by("session_no").agg(
        c.person_key.first(), c.started_at.first(), ended_at=c.started_at.last(),
        touchpoints=pl.len(), path=c.activity,
        is_repeat=c.gap_ms.first().is_between(SESSION_GAP_MS + 1, REPEAT_MS).fill_null(False),
    ).collect(engine="streaming")
    variants = sessions.lazy().group_by("path").agg(sessions=pl.len()).collect(engine="streaming")
    follows = marked.lazy().filter(continues).group_by("prev_activity", "activity").agg(
        times=pl.len(), median=c.gap_ms.quantile(0.5, "equiprobable"),
        p90=c.gap_ms.quantile(0.9, "equiprobable")).collect(engine="streaming")
    common = variants.filter(c.sessions.cast(pl.Int64) * COMMON >= len(sessions))
    counts = (len(sessions), marked["is_switch"].sum(), marked["is_transfer"].sum(),
              sessions["is_repeat"].sum(), len(variants),
              (variants["sessions"].cast(pl.Int64) ** 2).sum())
    return answers(counts, follows.rows(), common.rows())


def pandas(file: Path) -> dict[str, Any]:
    """Answer with pandas, paths as text."""
    import pandas as pd

    t = pd.read_parquet(file).sort_values(_ORDER, ignore_index=True)
    prev = t.shift()
    t["gap_ms"] = (t["started_at"] - prev["started_at"]).dt.total_seconds().mul(1000).round().where(
        t["person_key"].eq(t["person_key"].shift(fill_value=-1)))
    continues = t["gap_ms"].le(SESSION_GAP_MS)
    t["session_no"] = (~continues).cumsum()
    is_same = t["channel"].eq(prev["channel"])
    t["is_switch"] = continues & ~is_same
    t["is_transfer"] = continues & is_same & t["queue"].ne(prev["queue"])
    sessions = t.assign(code=t["activity"].astype(str)).groupby("session_no").agg(
        person_key=("person_key", "first"), started_at=("started_at", "first"),
        ended_at=("started_at", "last"), touchpoints=("activity", "size"),
        gap_ms=("gap_ms", "first"), path=("code", ">".join))
    repeats = sessions["gap_ms"].between(SESSION_GAP_MS + 1, REPEAT_MS).sum()
    variants = sessions["path"].value_counts()
    t["prev_activity"] = prev["activity"]
    pairs = t[continues].sort_values("gap_ms").groupby(["prev_activity", "activity"])["gap_ms"]
    follows = [(*pair, len(gaps), *_discrete(gaps.to_numpy())) for pair, gaps in pairs]
    common = variants[variants * COMMON >= len(sessions)]
    counts = (len(sessions), t["is_switch"].sum(), t["is_transfer"].sum(), repeats, len(variants),
              (variants.astype("int64") ** 2).sum())
    return answers(counts, follows,
                   [([int(v) for v in str(path).split(">")], n) for path, n in common.items()])


def _discrete(ordered: np.ndarray[Any, Any]) -> list[float]:
    """Return median and ninth decile as SQL's discrete quantiles."""
    return [ordered[-(-len(ordered) * tenths // 10) - 1] for tenths in (5, 9)]
