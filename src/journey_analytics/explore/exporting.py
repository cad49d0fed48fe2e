"""Files for other tools: Parquet, CSV, XES."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as parquet

from ..engines import Explored
from .chart import private_file

_ROWS = 100_000
_UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
"""


def to_parquet(warehouse: Explored, table: str, path: str | Path) -> Path:
    """Write a table, piece by piece."""
    target = Path(path)
    reader = warehouse.batches(f'FROM "{table}"', _ROWS)
    with _private(target) as file, parquet.ParquetWriter(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    return target


def to_csv(warehouse: Explored, table: str, path: str | Path) -> Path:
    """Write a table; text that begins like a formula gets an apostrophe before it."""
    frame = warehouse.frame(f'FROM "{table}"')
    for name in [c for c in frame if pd.api.types.is_string_dtype(frame[c])]:
        text = frame[name]
        frame[name] = text.mask(text.str.match(r"[=+\-@\t\r]", na=False), "'" + text)
    return private_file(path, frame.to_csv(index=False))


def to_xes(warehouse: Explored, path: str | Path) -> Path:
    """Write journeys as traces and touchpoints as events; agents are not in it."""
    target = Path(path)
    with _private(target) as file:
        file.write(_HEAD.encode())
        for batch in warehouse.batches(_TRACES, 1000):
            for trace in batch.column(0):
                file.write(trace.as_py().encode())
        file.write(b"</log>\n")
    return target


def _private(target: Path) -> BinaryIO:
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _attribute(key: str, value: str, kind: str = "string") -> str:
    """Return SQL for an attribute; none where it is empty. Customer text stays text."""
    text = f"cast({value} as varchar)"
    # Controls have no place in XML; a tab or line end would come back as a space.
    text = f"regexp_replace({text}, '{_UNWRITABLE}', '', 'g')"
    for raw, entity in (("'&'", "&amp;"), ("'<'", "&lt;"), ("'>'", "&gt;"), ("'\"'", "&quot;"),
                        ("chr(9)", "&#9;"), ("chr(10)", "&#10;"), ("chr(13)", "&#13;")):
        text = f"replace({text}, {raw}, '{entity}')"
    return f"""coalesce('<{kind} key="{key}" value="' || {text} || '"/>', '')"""


_TIME = "strftime(t.started_at, '%Y-%m-%dT%H:%M:%S.%f+00:00')"
_EVENT = " || ".join([
    "'<event>'",
    _attribute("concept:name", "coalesce(t.activity, concat_ws(' ', cast(t.kind as varchar), "
               "cast(t.step as varchar)))"),
    _attribute("time:timestamp", _TIME, "date"),
    _attribute("org:group", "t.queue"),
    *(_attribute(c, f"t.{c}") for c in ("kind", "step", "stage", "channel", "actor", "source",
                                        "touchpoint_key")),
    "'</event>'"])
_TRACES = f"""
    SELECT '<trace>' || {_attribute("concept:name", "j.journey_key")}
        || {_attribute("customer", "j.person_key")} || {_attribute("product", "j.reason")}
        || {_attribute("channel", "j.entry_channel")}
        || {_attribute("journey_status", "j.journey_status")}
        || e.events || '</trace>' || chr(10) AS trace
    FROM journeys AS j INNER JOIN (
        SELECT t.journey_key, string_agg({_EVENT}, '' ORDER BY t.touchpoint_no) AS events
        FROM touchpoints AS t GROUP BY t.journey_key) AS e ON j.journey_key = e.journey_key
    ORDER BY j.journey_key"""
