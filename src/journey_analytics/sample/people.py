"""Customers and visitors, with the keys each system knows them by.

Every key is a function of the person's number, so two chunks never share one by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from .shapes import Cells, either, hex32, join, number, only, pick, uuid
from .world import Bools, Ints, World

FIRST_NAMES = (
    "Anna", "Jürgen", "Sophie", "Mehmet", "Greta", "Łukasz", "Jörg", "Ayşe", "Paul", "Zoë",
    "Björn", "Käthe", "Emma", "Noah", "Renée", "Ole", "Birgit", "Søren", "Ines", "Malte",
)
LAST_NAMES = (
    "Müller", "Schmidt", "Groß", "Yılmaz", "Weiß", "Nowak", "Köhler", "O'Neill", "Fischer",
    "Lütke", "von der Heide", "Jäger", "Öztürk", "Meyer", "Hansen", "Bäcker", "Kraus", "Łoś",
)
#: Ranges that the Bundesnetzagentur keeps free for films and documentation (notice 148/2021):
#: nobody can be reached under a number of the shipped sample.
DRAMA_RANGES = (("30", 23125000), ("69", 90009000), ("40", 66969000), ("221", 4710000),
                ("89", 99998000))
SWITCHBOARD = ("30", "23125999")
_DRAMA = 4990  # persons with a number of their own from those ranges; the last ten are kept back
_ASCII = str.maketrans({
    "ü": "ue", "ö": "oe", "ä": "ae", "Ö": "Oe", "ß": "ss", "Ł": "L", "ł": "l", "ş": "s", "ś": "s",
    "ı": "i", "ë": "e", "é": "e", "ø": "o", "'": "", " ": ".",
})


@dataclass(frozen=True, slots=True)
class People:
    """Keys of one chunk of customers; position is the local person index."""

    ids: Ints
    name: Cells
    crm: Cells
    area: Cells
    line: Cells
    email: Cells
    zendesk_user: Ints
    caller: Cells
    german: Bools
    family: Bools
    switchboard: Bools
    #: What is on the person's Zendesk profile and how they usually identify themselves.
    has_external: Bools
    has_phone: Bools
    logs_in: Bools

    @property
    def e164(self) -> Cells:
        """``+49...``"""
        return join("+49", self.area, self.line)

    def cookie(self, person: Ints, device: Ints) -> Cells:
        """The anonymous id of a person's device."""
        return uuid(self.ids[person] * 4 + device, 41)


def make_people(world: World, first: int, count: int, rng: np.random.Generator) -> People:
    """Lay out persons ``first .. first + count``."""
    ids = first + np.arange(count, dtype=np.int64)
    given = rng.integers(0, len(FIRST_NAMES), count)
    last = rng.integers(0, len(LAST_NAMES), count)
    # Two customer numbers, one telephone: the even neighbour lends its line.
    family = (ids % 97 == 13) & (ids > first)
    line_of = np.where(family, ids - 1, ids)
    switchboard = ids % 101 == 7
    drama = line_of < _DRAMA
    block, offset = line_of % 5, line_of // 5
    base = np.array([b for _, b in DRAMA_RANGES], np.int64)[block]
    mobile = 10_000_000 + line_of  # benchmarks only: more persons than there are drama numbers
    area = either(drama, pick([a for a, _ in DRAMA_RANGES], block), "1555")
    line = either(drama, number(base + offset), number(mobile))
    user = [n.translate(_ASCII).lower() for n in FIRST_NAMES]
    surname = [n.translate(_ASCII).lower() for n in LAST_NAMES]
    return People(
        ids=ids,
        name=join(pick(FIRST_NAMES, given), " ", pick(LAST_NAMES, last)),
        # A bijection modulo a prime: unique, nine digits, always with leading zeros.
        crm=number((ids * 48_271 + 131_071) % 99_999_989, 9),
        area=either(switchboard, SWITCHBOARD[0], area),
        line=either(switchboard, SWITCHBOARD[1], line),
        email=join(pick(user, given), ".", pick(surname, last), number(ids), "@example.org"),
        zendesk_user=370_000_000_000 + ids * 7,
        caller=hex32(ids, 53),
        german=rng.random(count) < 0.4,
        family=family | np.roll(family, -1) & (np.arange(count) < count - 1),
        switchboard=switchboard,
        has_external=rng.random(count) < 0.85,
        has_phone=rng.random(count) < 0.45,
        logs_in=rng.random(count) < 0.7,
    )


def spoken_phone(people: People, person: Ints, style: Ints) -> Cells:
    """Return the caller's number as call logs print it: national, in four spellings."""
    area, line = people.area.take(person), people.line.take(person)
    plain = join("0", area, line)
    spaced = join("0", area, " ", line)
    dashed = join("0", area, "-", line)
    double = join("0049", area, line)
    return either(style == 1, spaced, either(style == 2, dashed, either(style == 3, double, plain)))


def spelled_email(people: People, person: Ints, shout: Bools) -> Cells:
    """Return the address, for some rows as people type it: capitals and a stray blank."""
    email = people.email.take(person)
    return either(shout, join(pc.utf8_capitalize(email), " "), email)


def known_as(people: People, person: Ints) -> tuple[Cells, Cells, Cells]:
    """Return external id, e-mail and phone on the Zendesk profile (at least one is there)."""
    external, phone = people.has_external[person], people.has_phone[person]
    return (
        only(external, people.crm.take(person)),
        people.email.take(person),
        only(phone, people.e164.take(person)),
    )
