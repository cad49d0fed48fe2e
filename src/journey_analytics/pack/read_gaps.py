"""Parts that a pack can have and this one has not, and why."""

from __future__ import annotations

from .asking import Questions
from .model import PackData, Unknown


def read_gaps(ask: Questions, data: PackData) -> tuple[Unknown, ...]:
    """Return what is missing because nothing was given to find it out."""
    found = []
    if not data.personas.found:
        found.append(Unknown("Personas", f"{data.personas.none_because.capitalize()}."))
    if data.journey_map and not data.journey_map.moods:
        found.append(Unknown("Moods along the journey", "No survey or text tells them."))
    if not ask.answers["identity_sensitivity"]:
        found.append(Unknown(
            "How much rests on who counts as one customer",
            "Other rules for shared keys were not tried; IT can do it: journeys identity."))
    return tuple(found)
