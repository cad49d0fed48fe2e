"""Who comes, and where: shares of a whole that shift, places that are new."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import f as fisher
from scipy.stats import norm

from .days import FEWEST_WEEKS, Bools, Days, Floats, divided, in_week, weeks_before
from .judged import Judged

#: A part smaller than this in expected contacts is added to the others.
_SMALLEST_PART = 5


def audience(days: Days, dimension: str, min_contacts: int) -> Judged:
    """Hold the week's shares of channels, reasons or personas against those of the weeks before.

    Pearson's statistic of the week over that of the weeks before about their common shares, each by
    its degrees of freedom, is F where contacts come in batches (Rao and Scott, J. Am. Stat. Assoc.
    76, 1981: the statistic over a factor estimated from clusters, here weeks). Shown is the part
    that moved most.
    """
    chosen = ((days.subjects["measure"] == "contacts")
              & (days.subjects["dimension"] == dimension)).to_numpy()
    days = days.of(chosen)
    found, weeks = in_week(days.n, days.nights), weeks_before(days.n, days.nights)
    n, n_weeks = found.sum(axis=0), weeks.sum(axis=0)
    n_before = n_weeks.sum(axis=-1)
    share = np.nan_to_num(divided(weeks.sum(axis=-1), n_before))
    is_small = share * n < _SMALLEST_PART
    found, share = _merged(found, is_small), _merged(share, is_small)
    share = np.minimum(share, 1.0)  # the last digit of a sum of all shares may lie above
    weeks = np.concatenate([weeks * ~is_small[..., None],
                            (weeks * is_small[..., None]).sum(axis=0)[None]])
    parts = (share > 0).sum(axis=0) - 1.0
    counted = (n_weeks > 0).sum(axis=-1) - 1.0
    statistic = np.nansum(divided((found - share * n) ** 2, share * n), axis=0)
    scaled = statistic / (1 + np.nan_to_num(divided(n, n_before)))
    usual = np.nansum(divided((weeks - share[..., None] * n_weeks) ** 2,
                              share[..., None] * n_weeks), axis=(0, 2))
    phi = np.maximum(1.0, np.nan_to_num(divided(usual, parts * counted)))
    asked = (n >= min_contacts) & (parts >= 1) & (counted + 1 >= FEWEST_WEEKS)
    above, below = np.where(asked, parts, 1.0), np.where(asked, parts * counted, 1.0)
    p = np.where(asked, fisher.sf(scaled / above / phi, above, below), np.nan)
    moved = np.nan_to_num(divided((found - share * n) ** 2, share * n)).argmax(axis=0)
    nights = np.arange(len(n))
    value, expected = divided(found[moved, nights], n), share[moved, nights]
    half = norm.ppf(0.975) * np.sqrt(phi * expected * (1 - expected) * (
        divided(np.ones_like(n), n) + divided(np.ones_like(n), n_before)))
    names = np.append(days.subjects["subject"].to_numpy(object), "others")
    is_shown = np.arange(len(names))[:, None] == moved
    value, expected, low, high, n, n_before, p = (
        np.where(is_shown, row, np.nan) for row in (
            value, expected, np.maximum(expected - half, 0), np.minimum(expected + half, 1), n,
            n_before, p))
    subjects = pd.DataFrame({"measure": "contacts", "dimension": dimension, "subject": names,
                             "channel": "", "reason": "", "queue": ""})
    if dimension in ("channel", "reason"):
        subjects[dimension] = [*names[:-1], ""]
    return Judged("audience", subjects, value, expected, low, high, n, n_before, p,
                  is_shown & asked)


def _merged(parts: Floats, is_small: Bools) -> Floats:
    return np.concatenate([parts * ~is_small, (parts * is_small).sum(axis=0)[None]])


def new_channels(days: Days, min_contacts: int) -> Judged:
    """Find channels of this week that no contact came by in the weeks before."""
    chosen = ((days.subjects["measure"] == "contacts")
              & (days.subjects["dimension"] == "channel")).to_numpy()
    days = days.of(chosen)
    found, weeks = in_week(days.n, days.nights), weeks_before(days.n, days.nights)
    has_past = (weeks.sum(axis=0) > 0).sum(axis=-1) >= FEWEST_WEEKS
    n_before = weeks.sum(axis=-1)
    is_on = (found >= min_contacts) & (n_before == 0) & has_past
    none = np.full_like(found, np.nan)
    return Judged("new_channel", days.subjects, found, np.zeros_like(found), none, none, found,
                  n_before, none, is_on, is_on)


def migrations(days: Days, dimension: str, min_contacts: int, share: float) -> Judged:
    """Find weeks whose contacts mostly come to places, or from persons, never seen before.

    Persons of which none is new do not exist, so it is their share beyond the usual that counts.
    """
    chosen = ((days.subjects["measure"] == "contacts")
              & (days.subjects["dimension"] == dimension)).to_numpy()
    days = days.of(chosen)
    found, weeks = in_week(days.n, days.nights), weeks_before(days.n, days.nights)
    n, n_before = found.sum(axis=0), weeks.sum(axis=(0, 2))
    if dimension == "person":
        is_new = (days.subjects["subject"] == "new").to_numpy()
        fresh = found[is_new].sum(axis=0)
        expected = np.nan_to_num(divided(weeks[is_new].sum(axis=(0, 2)), n_before))
    else:
        fresh = (found * (weeks.sum(axis=-1) == 0)).sum(axis=0)
        expected = np.zeros_like(n)
    value = np.nan_to_num(divided(fresh, n))
    has_past = (weeks.sum(axis=0) > 0).sum(axis=-1) >= FEWEST_WEEKS
    asked = (n >= min_contacts) & has_past
    none = np.full((1, len(n)), np.nan)
    subjects = pd.DataFrame({"measure": ["contacts"], "dimension": dimension,
                             "subject": "all", "channel": "", "reason": "", "queue": ""})
    return Judged("migration", subjects, value[None], expected[None], none, none, n[None],
                  n_before[None], none, asked[None], (asked & (value - expected >= share))[None])
