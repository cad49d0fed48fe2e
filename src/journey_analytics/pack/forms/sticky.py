"""Sticky notes: a CSV to paste into a whiteboard, one note a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ..claims import Number
from ..model import PackData, PainPoint
from ..quotes import safe_cell

NAME = "sticky_notes.csv"
_HEADER = ("title", "text", "category", "colour")
_COLOURS = {"pain point": "red", "not known": "grey", "quote": "yellow", "step": "blue",
            "persona": "green", "observation": "purple"}


def write_sticky_notes(data: PackData, folder: Path) -> None:
    """Write ``sticky_notes.csv`` into a folder, in UTF-8 with a mark that spreadsheets look for."""
    with (folder / NAME).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for title, text, category in _notes(data):
            writer.writerow([safe_cell(title), safe_cell(text), category, _COLOURS[category]])


def _notes(data: PackData) -> Iterator[tuple[str, str, str]]:
    for step in data.journey_map.steps if data.journey_map else ():
        yield step.title, step.sentence, "step"
    for point in data.points:
        yield f"{point.rank} {point.full_title}", _hit(point), "pain point"
    for point in data.points:
        for text in point.quotes.texts if point.quotes else ():
            yield f"Said where {point.rank} happened", text, "quote"
    for group in (*data.personas.found, *data.personas.declared):
        size = f"{_persons(group.persons)}, {group.share.text} of all"
        yield f"Persona: {group.name}", size, "persona"
    for seen in data.observations:
        yield f"Seen by {seen.who}", seen.text, "observation"
    for unknown in data.blind:
        yield f"Not known: {unknown.subject}", unknown.because, "not known"


def _persons(number: Number) -> str:
    return f"{number.text} {number.noun('person')}"


def _hit(point: PainPoint) -> str:
    text = f"Hits {_persons(point.persons)}, {point.frequency.text} of active persons"
    if point.difference.known:
        text += f"; {point.difference.text} score points ({point.difference.interval})"
    elif point.burden_per_journey.known:
        text += f"; {point.burden_per_journey.text} per journey hit"
    return f"{text}."
