"""Customers and visitors, with the keys each system knows them by.

Every key is a function of the person's number, so two chunks never share one by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from .habits import habit_of
from .shapes import Cells, either, hex32, join, lot, number, only, pick, uuid
from .world import DAY, Bools, Ints, World

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
#: What agents type where they must type something: above every real customer number.
EVERYBODY = "099999999"
_DRAMA = 4990  # lines of those ranges; the last ten are kept back
NEVER = 2**62
_ASCII = str.maketrans({
    "ü": "ue", "ö": "oe", "ä": "ae", "Ö": "Oe", "ß": "ss", "Ł": "L", "ł": "l", "ş": "s", "ś": "s",
    "ı": "i", "ë": "e", "é": "e", "ø": "o", "'": "", " ": ".",
})


@dataclass(frozen=True, slots=True)
class People:
    """Keys of one chunk of customers; position is the local person index."""

    ids: Ints
    habit: Ints
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
    #: From when on (UTC second) the person has another telephone or customer number, and which.
    phone_changes: Ints
    new_line: Cells
    new_area: Cells
    number_changes: Ints
    new_crm: Cells
    #: What is on the person's Zendesk profile and how they usually identify themselves.
    has_external: Bools
    has_phone: Bools
    logs_in: Bools

    def phone(self, person: Ints, t: Ints) -> tuple[Cells, Cells]:
        """Area and line a person calls from at a time."""
        changed = t >= self.phone_changes[person]
        return (either(changed, self.new_area.take(person), self.area.take(person)),
                either(changed, self.new_line.take(person), self.line.take(person)))

    def e164(self, person: Ints, t: Ints) -> Cells:
        """``+49...``"""
        return join("+49", *self.phone(person, t))

    def customer_number(self, person: Ints, t: Ints) -> Cells:
        """The number our systems know a person by at a time."""
        changed = t >= self.number_changes[person]
        return either(changed, self.new_crm.take(person), self.crm.take(person))

    def cookie(self, person: Ints, device: Ints) -> Cells:
        """The anonymous id of a person's device."""
        return uuid(self.ids[person] * 4 + device, 41)


def make_people(world: World, first: int, count: int, rng: np.random.Generator) -> People:
    """Lay out persons ``first .. first + count``."""
    ids = first + np.arange(count, dtype=np.int64)
    given = rng.integers(0, len(FIRST_NAMES), count)
    last = rng.integers(0, len(LAST_NAMES), count)
    dirt = world.dirt
    # Two customer numbers, one telephone: the neighbour lends its line.
    family = (lot(ids, 31) < dirt.family) & (ids > first)
    area, line = _lines(np.where(family, ids - 1, ids))
    switchboard = lot(ids, 33) < dirt.switchboard
    new_phone = ~switchboard & (lot(ids, 35) < dirt.new_phone)
    new_number = lot(ids, 37) < dirt.new_number
    # The unused half of the drama numbers, as far as it reaches.
    new_area, new_line = _lines(ids + (_DRAMA // 2 if world.persons <= _DRAMA // 2
                                       else 40_000_000))
    middle = world.start + ((0.3 + 0.4 * lot(ids, 39)) * world.days * DAY).astype(np.int64)
    user = [n.translate(_ASCII).lower() for n in FIRST_NAMES]
    surname = [n.translate(_ASCII).lower() for n in LAST_NAMES]
    return People(
        ids=ids,
        habit=habit_of(ids),
        name=join(pick(FIRST_NAMES, given), " ", pick(LAST_NAMES, last)),
        crm=number(_crm(ids), 9),
        area=either(switchboard, SWITCHBOARD[0], area),
        line=either(switchboard, SWITCHBOARD[1], line),
        email=join(pick(user, given), ".", pick(surname, last), number(ids), "@example.org"),
        zendesk_user=370_000_000_000 + ids * 7,
        caller=hex32(ids, 53),
        german=rng.random(count) < 0.4,
        family=family | np.roll(family, -1) & (np.arange(count) < count - 1),
        switchboard=switchboard,
        phone_changes=np.where(new_phone, middle, NEVER),
        new_area=new_area,
        new_line=new_line,
        number_changes=np.where(new_number, middle, NEVER),
        new_crm=number(_crm(ids + 40_000_000), 9),
        has_external=rng.random(count) < 0.85,
        has_phone=rng.random(count) < 0.45,
        logs_in=rng.random(count) < 0.7,
    )


def _crm(ids: Ints) -> Ints:
    """Customer numbers: a bijection modulo a prime, so unique; below 10^8."""
    return (ids * 48_271 + 131_071) % 99_999_989


def _lines(of: Ints) -> tuple[Cells, Cells]:
    drama = of < _DRAMA
    block, offset = of % 5, of // 5
    base = np.array([b for _, b in DRAMA_RANGES], np.int64)[block]
    mobile = 10_000_000 + of  # benchmarks only: more persons than there are drama numbers
    return (either(drama, pick([a for a, _ in DRAMA_RANGES], block), "1555"),
            either(drama, number(base + offset), number(mobile)))


def mistyped(people: People, person: Ints, rng: np.random.Generator) -> Cells:
    """Return the customer numbers with one digit wrong."""
    place = 10 ** rng.integers(0, 7, len(person))
    right = _crm(people.ids[person])
    digit = right // place % 10
    return number(right + ((digit + rng.integers(1, 10, len(person))) % 10 - digit) * place, 9)


def spoken_phone(people: People, person: Ints, t: Ints, style: Ints) -> Cells:
    """Return the caller's number as call logs print it: national, in four spellings."""
    area, line = people.phone(person, t)
    plain = join("0", area, line)
    spaced = join("0", area, " ", line)
    dashed = join("0", area, "-", line)
    double = join("0049", area, line)
    return either(style == 1, spaced, either(style == 2, dashed, either(style == 3, double, plain)))


def spelled_email(people: People, person: Ints, shout: Bools) -> Cells:
    """Return the address, for some rows as people type it: capitals and a stray blank."""
    email = people.email.take(person)
    return either(shout, join(pc.utf8_capitalize(email), " "), email)


def known_as(people: People, person: Ints, t: Ints) -> tuple[Cells, Cells, Cells]:
    """Return external id, e-mail and phone on the Zendesk profile made at ``t``."""
    external, phone = people.has_external[person], people.has_phone[person]
    return (
        only(external, people.customer_number(person, t)),
        people.email.take(person),
        only(phone, people.e164(person, t)),
    )
