"""The company the sample tells about: reasons, queues, opening hours, planted pain points.

Everything here is a constant or a pure function of the arguments of :func:`make_world`;
the other modules of this package only roll dice around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError, did_you_mean
from .levels import Dirt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TIMEZONE: Final = "Europe/Berlin"
DAY: Final = 86_400
EPOCH: Final = date(1970, 1, 1)

#: Codes used inside the generator; the names are the project's own vocabulary.
CHANNELS: Final = ("voice", "chat", "email", "web_form")
VOICE, CHAT, EMAIL, WEB_FORM = range(4)
SYSTEMS: Final = ("acd", "connect", "zendesk")
ACD, CONNECT, ZENDESK = range(3)
ROLES: Final = ("first", "repeat", "switch", "abandoned", "out_of_hours", "follow_up")
FIRST, REPEAT, SWITCH, ABANDONED, OUT_OF_HOURS, FOLLOW_UP = range(6)

QUEUES: Final = (
    "Billing", "Technical", "Second Level", "Delivery", "Retention", "Account Help",
)
SECOND_LEVEL: Final = 2
HOURS: Final = {"mon": (8, 20), "tue": (8, 20), "wed": (8, 20), "thu": (8, 20), "fri": (8, 20),
                "sat": (9, 16)}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing customers come for: its place in the map and each system's word for it."""

    name: str
    family: str
    stage: str
    queue: int
    weight: float
    #: Share of first contacts by channel, in the order of :data:`CHANNELS`.
    entry: tuple[float, float, float, float]
    voice_system: int
    disposition: str
    attribute: str
    tag: str
    category: str
    help_path: str


REASONS: Final = (
    Reason("invoice", "billing", "usage", 0, 0.155, (0.88, 0.0, 0.0, 0.12), ACD,
           "Billing - Invoice", "billing/invoice", "reason_invoice_question",
           "Billing / Invoice", "/hilfe/rechnung"),
    Reason("payment", "billing", "usage", 0, 0.07, (0.5, 0.2, 0.3, 0.0), ACD,
           "Billing - Payment", "billing/payment", "reason_payment_problem",
           "Billing / Payment", "/hilfe/zahlung"),
    Reason("outage", "technical", "usage", 1, 0.155, (0.88, 0.12, 0.0, 0.0), ACD,
           "Tech - Outage", "technical/outage", "reason_outage",
           "Network / Outage", "/hilfe/stoerung"),
    Reason("slow_internet", "technical", "usage", 1, 0.155, (0.88, 0.0, 0.12, 0.0), ACD,
           "Tech - Slow Internet", "technical/slow_internet", "reason_slow_internet",
           "Network / Slow internet", "/hilfe/langsames-internet"),
    Reason("delivery_status", "delivery", "delivery", 3, 0.155, (0.12, 0.0, 0.88, 0.0), ACD,
           "Delivery - Where is it", "delivery/status", "reason_delivery_status",
           "Delivery / Status", "/hilfe/lieferstatus"),
    Reason("delivery_missing", "delivery", "delivery", 3, 0.07, (0.3, 0.0, 0.5, 0.2), ACD,
           "Delivery - Missing", "delivery/missing", "reason_delivery_missing",
           "Delivery / Missing", "/hilfe/lieferung-fehlt"),
    Reason("cancel", "contract", "loyalty", 4, 0.155, (0.88, 0.0, 0.12, 0.0), CONNECT,
           "Contract - Cancel", "contract/cancel", "reason_cancellation",
           "Contract / Cancellation", "/hilfe/kuendigung"),
    Reason("login", "account", "onboarding", 5, 0.085, (0.2, 0.6, 0.2, 0.0), CONNECT,
           "Account - Login", "account/login", "reason_login",
           "Account / Login", "/hilfe/anmeldung"),
)
REASON: Final = {r.name: i for i, r in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Planted:
    """A pain point put into the data on purpose.

    ``channel`` and ``queue`` are those of the contact where the moment happens, ``entry`` is the
    channel of the journey's first contact. ``effect`` is the default loss in NPS points of a
    journey that is hit; ``echo`` names a kind that the same event also is by definition.
    """

    name: str
    reason: str
    channel: str
    entry: int
    queue: int
    step: str
    effect: float
    echo: str = ""


#: Hit counts are alike by construction, so the order of effects is the order of burdens.
PLANTED: Final = (
    Planted("wait", "invoice", "voice", VOICE, 0, "wait", 4.5),
    Planted("transfer", "outage", "voice", VOICE, 1, "hand over", 3.0),
    Planted("hold", "cancel", "voice", VOICE, 4, "handle", 2.0),
    Planted("channel_switch", "delivery_status", "voice", EMAIL, 3, "reach", 1.3,
            "repeat_contact"),
    Planted("repeat_contact", "slow_internet", "voice", VOICE, 1, "aftercare", 0.8),
)
HIT_RATE: Final = 0.42


def parse_effects(effects: Mapping[str, float] | str | None, seed: int) -> dict[str, float]:
    """Return planted name -> points lost, in the order of :data:`PLANTED`.

    Parameters
    ----------
    effects
        None for the defaults, a mapping or ``"wait=3.0,hold=0.5"`` to change some of them,
        ``"shuffle"`` to deal the default sizes anew, drawn from the seed.
    seed
        Only used by ``"shuffle"``.
    """
    result = {p.name: p.effect for p in PLANTED}
    if effects is None or effects == "":
        return result
    if isinstance(effects, str):
        if effects == "shuffle":
            dealt = np.random.default_rng([seed, 0xEFFEC7]).permutation(list(result.values()))
            return dict(zip(result, (float(v) for v in dealt), strict=True))
        pairs = [part.partition("=") for part in effects.split(",") if part.strip()]
        try:
            effects = {name.strip(): float(value) for name, _, value in pairs}
        except ValueError:
            raise SettingsError("effects", "not understood", found=repr(effects),
                                allowed="name=number,name=number or 'shuffle'") from None
    for name, value in effects.items():
        if name not in result:
            raise SettingsError("effects", "unknown planted pain point", found=f"'{name}'",
                                allowed=", ".join(result), remedy=did_you_mean(name, [*result]))
        result[name] = float(value)
    return result


@dataclass(frozen=True, slots=True)
class World:
    """Calendar and settings of a sample. Days are local, from 1970-01-01; times UTC seconds."""

    persons: int
    days: int
    seed: int
    dirt: Dirt
    effects: dict[str, float]
    end: date
    first_day: int
    #: 0, or how many deliveries of a day each follow a first one with everything before.
    nights: int
    #: Extract dates, one per delivery, and the UTC second each of them cuts at.
    extracts: tuple[date, ...]
    cuts: Ints
    next_open: Ints
    holidays: tuple[date, ...]

    @property
    def start(self) -> int:
        """First second of the data, UTC."""
        return int(to_utc(np.array([self.first_day * DAY]))[0])

    @property
    def as_of(self) -> int:
        """End of the last day, UTC seconds."""
        return int(self.cuts[-1])

    def week(self, t: Ints) -> Ints:
        """Return the delivery (index into ``extracts``) a record of time ``t`` is in."""
        return np.minimum(np.searchsorted(self.cuts, t, side="right"), len(self.cuts) - 1)

    def rng(self, chunk: int, purpose: str) -> np.random.Generator:
        """Return the dice of one purpose: adding a purpose does not move the others."""
        return np.random.default_rng([self.seed, chunk, *purpose.encode()])


def make_world(
    persons: int, days: int, seed: int, effects: Mapping[str, float] | str | None,
    end: str, dirt: Dirt, nights: int = 0,
) -> World:
    """Check the arguments of ``generate`` and lay out the calendar."""
    if persons < 1 or days < 7 or not 0 <= nights < days:
        raise SettingsError(
            "sample", "too small", found=f"{persons} persons, {days} days, {nights} nights",
            allowed="at least 1 person, 7 days, fewer nights than days")
    last = date.fromisoformat(end)
    first = last - timedelta(days=days - 1)
    mornings = [first + timedelta(days=i) for i in range(1, days + 1)]
    extracts = (*mornings[-nights - 1:],) if nights else (
        *(d for d in mornings[:-1] if d.weekday() == 0), mornings[-1])
    years = range(first.year - 1, last.year + 2)
    off = tuple(h for year in years for h in _holidays(year))
    low, high = _number(first) - 40, _number(last) + 60
    is_open = [
        d.weekday() != 6 and d not in off
        for d in (EPOCH + timedelta(days=i) for i in range(low, high))
    ]
    ahead = np.where(is_open, np.arange(low, high), high)
    next_open = np.zeros(high, np.int64)
    next_open[low:] = np.minimum.accumulate(ahead[::-1])[::-1]
    return World(
        persons, days, seed, dirt, parse_effects(effects, seed), last, _number(first), nights,
        extracts,
        to_utc(np.array([_number(d) * DAY for d in extracts])), next_open, off,
    )


def _number(day: date) -> int:
    return (day - EPOCH).days


def _holidays(year: int) -> tuple[date, ...]:
    """Return the holidays that all German states keep."""
    moving = (_easter(year) + timedelta(days=n) for n in (-2, 1, 39, 50))
    fixed = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
    return tuple(sorted((*moving, *(date(year, m, d) for m, d in fixed))))


def _easter(year: int) -> date:
    """Return Easter Sunday: Gauss's rule as it holds for 1900 to 2099."""
    a = year % 19
    d = (19 * a + 24) % 30
    e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7
    day = 22 + d + e
    if day == 57 or (day == 56 and d == 28 and a > 10):
        day -= 7
    return date(year, 3, 1) + timedelta(days=day - 1)


def _summer(t: Ints) -> Ints:
    """Return the offset of Berlin from UTC at UTC second ``t``.

    The rule of the EU since 1996 (last Sundays of March and October, 01:00 UTC), written out
    so that the sample does not depend on the machine's time zone database.
    """
    years = 1970 + (t // DAY // 365.2425).astype(np.int64)
    offset = np.full(t.shape, 3600, np.int64)
    for year in range(int(years.min(initial=2026)) - 1, int(years.max(initial=2026)) + 2):
        changes = []
        for month in (3, 10):
            last = date(year, month, 31)
            last -= timedelta(days=(last.weekday() + 1) % 7)
            changes.append(int(datetime(year, month, last.day, 1, tzinfo=UTC).timestamp()))
        offset[(t >= changes[0]) & (t < changes[1])] = 7200
    return offset


def to_local(t: Ints) -> Ints:
    """Return the local wall clock of UTC seconds, as seconds since 1970 read as UTC."""
    return t + _summer(t)


def to_utc(local: Ints) -> Ints:
    """Return the UTC seconds of local wall clock seconds (the later one of an ambiguous hour)."""
    return local - _summer(local - 3600)


def zulu_text(t: int) -> str:
    """ISO text of one UTC second."""
    return datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
