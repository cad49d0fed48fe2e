"""What a pain point is held against: the score, contacts that follow, time to resolution."""

from __future__ import annotations

import numpy as np

from .facts import CONTACT, Cell, Reason
from .regression import Bools, Fit, Floats, Ints, fit, halfway


def of_score(reason: Reason, cell: Cell) -> Fit | None:
    """Return the difference of scores, points."""
    rows = np.flatnonzero(~np.isnan(reason.score))
    rows, hit, places = reason.compared(cell, rows)
    if not hit.any():
        return None
    return score_difference(reason, rows, hit, reason.controls(cell, rows, places))


def score_difference(reason: Reason, rows: Ints, hit: Bools, controls: Floats) -> Fit | None:
    """Return the difference of scores among some journeys, points.

    Where answers depend on the score, neither the plain nor the weighted comparison is right by
    itself: the weights rest on the form of that dependence. So it is halfway between them.
    """
    shared = (reason.score[rows], hit, controls, reason.person[rows], len(reason.persons))
    plain = fit(*shared)
    if plain is None or reason.weights is None:
        return plain
    weighted = fit(*shared, weights=reason.weights[rows])
    return plain if weighted is None else halfway(plain, weighted)


def of_repeat(reason: Reason, cell: Cell) -> Fit | None:
    """Return the difference of the chance that another contact of the family follows in time.

    Judged among journeys that had as many contacts then, had not had the next one, and whose
    window has passed.
    """
    rows, hit, places, at, following = _at_risk(reason, cell)
    judged = (following > at) & (at + reason.windows.repeat_ms <= reason.windows.as_of_ms)
    follows = (following - at <= reason.windows.repeat_ms).astype(np.float64)
    return _fit(reason, cell, rows[judged], hit[judged], places[judged], follows[judged])


def of_resolution(reason: Reason, cell: Cell) -> Fit | None:
    """Return the difference of the restricted mean time to resolution, hours.

    Time counts from the moment to the journey's end, up to the window; whose window has not passed
    at the end of the data is left out, so nothing is censored. A journey that is still open has
    the whole window.
    """
    rows, hit, places, at, _ = _at_risk(reason, cell)
    left = reason.ended_ms[rows] - at
    judged = (left >= 0) & (at + reason.windows.resolution_ms <= reason.windows.as_of_ms)
    hours = np.minimum(left, reason.windows.resolution_ms) / 3_600_000
    return _fit(reason, cell, rows[judged], hit[judged], places[judged], hours[judged])


def of_knock_on(reason: Reason, cell: Cell) -> tuple[Fit | None, Fit | None]:
    """Return the differences of contacts that follow in the journey, and of minutes spent on them.

    Counted from the moment up to the window of a resolution, where that has passed.
    """
    rows, hit, places, at, _ = _at_risk(reason, cell)
    judged = at + reason.windows.resolution_ms <= reason.windows.as_of_ms
    rows, hit, places, at = rows[judged], hit[judged], places[judged], at[judged]
    contacts, minutes = reason.following(rows, at, at + reason.windows.resolution_ms)
    return (_fit(reason, cell, rows, hit, places, contacts),
            _fit(reason, cell, rows, hit, places, minutes))


def _at_risk(reason: Reason, cell: Cell) -> tuple[Ints, Bools, Ints, Floats, Floats]:
    """Return journeys that reached the contact each is judged at, that place in milliseconds,
    and when the next contact began."""
    rows, hit, places = reason.compared(cell, np.flatnonzero(reason.contacts > 0))
    number = places // CONTACT
    reached = (number >= 1) & (number <= reason.contacts[rows])
    rows, hit, places, number = rows[reached], hit[reached], places[reached], number[reached]
    contact = reason.first_contact[rows] + number - 1
    return (rows, hit, places, reason.contact_at[contact] + places % CONTACT,
            reason.next_at[contact])


def _fit(
    reason: Reason, cell: Cell, rows: Ints, hit: Bools, places: Ints, outcome: Floats
) -> Fit | None:
    if not hit.any():
        return None
    controls = reason.controls(cell, rows, places)
    return fit(outcome, hit, controls, reason.person[rows], len(reason.persons))
