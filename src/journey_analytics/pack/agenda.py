"""Agendas of a workshop, for half a day and for a whole one."""

from __future__ import annotations

AGENDAS = (
    ("Half a day", (
        ("9:00", "The question, and what would be a good end of the day"),
        ("9:15", "Walk the map: each role says one thing it did not know"),
        ("9:45", "The three findings: agree, doubt, add. Doubts go beside the number"),
        ("10:30", "Break"),
        ("10:45", "Choose two pain points: place effort on the matrix, together"),
        ("11:15", "Causes: what would have to be true? Who could tell?"),
        ("12:00", "Actions: owner, deadline, the number that must move"),
        ("12:30", "End"),
    )),
    ("A whole day", (
        ("9:00", "The question, and what would be a good end of the day"),
        ("9:20", "Walk the map in pairs; mark what is assumed and what is blind"),
        ("10:15", "The three findings, one by one: what speaks for them, what against"),
        ("11:00", "Break"),
        ("11:15", "Beliefs of the room against the data"),
        ("12:15", "Lunch"),
        ("13:15", "Choose three pain points: impact and frequency are given, effort is yours"),
        ("14:00", "Behind the scenes: hand-overs, queues and systems of the chosen ones"),
        ("14:45", "Break"),
        ("15:00", "The journey as it should be, on the empty map"),
        ("16:00", "Actions: owner, deadline, the number that must move"),
        ("16:40", "What we still do not know, and who finds out"),
        ("17:00", "End"),
    )),
)
