"""Generates what customers write, with personal data planted in it, for the redaction's tests."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("name", "phone", "e-mail", "card", "IBAN", "address", "account")


@dataclass(frozen=True)
class Verbatim:
    """A text, what was planted in it by kind, and the other fields of its record."""

    language: str
    text: str
    planted: dict[str, str]
    record: dict[str, str] = field(default_factory=dict)


#: By language: names, forms of phone numbers and IBANs, addresses, and sentences around a planted
#: value, where {v} stands for it. Names also stand where no word announces them: such ones can
#: only be found by what the record knows.
_DATA = json.loads((Path(__file__).parent / "fixtures" / "verbatims.json").read_text("utf-8"))
_LANGUAGES = _DATA["languages"]
#: Without personal data; a good redaction leaves them as they are.
CLEAN = _DATA["clean"]
_DOMAINS = ("example.org", "mail.example", "post.example.net")


def _filled(draw: random.Random, form: str) -> str:
    letters = form.replace("X", draw.choice("ABCDEFGH"))
    return "".join(str(draw.randrange(10)) if c == "#" else c for c in letters)


def _card(draw: random.Random) -> str:
    digits = [4, *(draw.randrange(10) for _ in range(14))]
    total = sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits))
    text = "".join(map(str, [*digits, -total % 10]))
    return draw.choice(("", " ", "-")).join(text[i:i + 4] for i in range(0, 16, 4))


def _iban(draw: random.Random, language: str) -> str:
    country, form = _LANGUAGES[language]["iban"]
    account = _filled(draw, form)
    check = 98 - int("".join(str(int(c, 36)) for c in f"{account}{country}00")) % 97
    text = f"{country}{check:02d}{account}"
    return draw.choice(("", " ")).join(text[i:i + 4] for i in range(0, len(text), 4))


def _ascii(text: str) -> str:
    table = str.maketrans("äöüßéèêëçñíóúáàãõôłżźśąęńćığ", "aousEeeecniouaaaoolzzsaencig")
    return "".join(c for c in text.lower().translate(table) if c.isascii() and c.isalpha()).lower()


def generate(count: int, seed: int) -> list[Verbatim]:
    """Return texts in eight languages; each holds one to three planted values."""
    draw = random.Random(seed)
    return [_one(draw, draw.choice(sorted(_LANGUAGES))) for _ in range(count)]


def _one(draw: random.Random, language: str) -> Verbatim:
    own = _LANGUAGES[language]
    first, last = draw.choice(own["first"]), draw.choice(own["last"])
    mail = f"{_ascii(first)}{draw.choice(('.', '_', ''))}{_ascii(last)}@{draw.choice(_DOMAINS)}"
    values = {
        "name": draw.choice((first, f"{first} {last}", last)),
        "phone": _filled(draw, draw.choice(own["phones"])), "e-mail": mail,
        "card": _card(draw), "IBAN": _iban(draw, language),
        "address": draw.choice(own["addresses"]),
        "account": _filled(draw, draw.choice(("########", "K-######", "#### ####", "AB######"))),
    }
    kinds = draw.sample(KINDS, draw.choice((1, 1, 2, 3)))
    kinds.sort(key=lambda kind: kind == "name")  # who signs does so at the end
    parts = [draw.choice(own["around"][kind]).format(v=values[kind]) for kind in kinds]
    text = " ".join(parts)
    if draw.random() < 0.2:  # as many people write
        text = text.lower()
    # A record knows its customer's keys, and every second one the name.
    record = {kind: values[kind] for kind in ("phone", "e-mail", "account")}
    if draw.random() < 0.5:
        record["name"] = f"{first} {last}"
    return Verbatim(language, text, {k: values[k] for k in kinds}, record)
