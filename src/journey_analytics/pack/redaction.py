"""Takes personal data out of what customers wrote, before anybody reads it as a quote.

Rules run in order, the surest first: values that the same record holds elsewhere, then what has a
form or a check digit, then cue words. No rule finds every name, so a person approves each quote
(``quotes.py``), and a text in which a known value is still found is not used at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import ip_address

import phonenumbers

from . import redaction_words as cues

#: Shorter known values are parts of ordinary words.
SHORTEST_KNOWN = 3
#: Runs of at least so many digits are taken for a number of somebody, not of something.
LONG_RUN = 5
_SEPARATORS = r"[\s.\-/()]"
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}

Rule = Callable[[str], str]


def redact(text: str, known: Iterable[str] = (), regions: Sequence[str] = ()) -> str | None:
    """Return a text with personal data replaced by its kind in brackets, like ``[phone]``.

    Parameters
    ----------
    known
        Values that the same record holds in other fields: names, addresses, keys.
    regions
        Countries whose national phone numbers are looked for.

    Returns
    -------
    str or None
        None where a known value is still in it: such a text must not be used.

    Examples
    --------
    >>> redact("Mein Name ist Jana Öz, bitte unter jana@example.org melden")
    'Mein Name ist [name], bitte unter [e-mail] melden'
    """
    lines = [plain(line) for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        lines[-1] = re.sub(cues.SIGNATURE, "[name]", lines[-1])
    found = " ".join(lines)
    values = sorted({v for k in known for v in _spellings(plain(k))}, key=lambda v: (-len(v), v))
    for value in values:
        found = _known_pattern(value).sub(_kind_of(value), found)
    for rule in _RULES:
        found = rule(found)
    for region in (*regions, None):
        found = _phones(found, region)
    for rule in _LAST_RULES:
        found = rule(found)
    found = re.sub(r"(\[[\w-]+\])(?:[\s,;/&-]*\1)+", r"\1", found)
    rest = re.sub(r"\[[\w-]+\]", " ", found)
    if any(_known_pattern(v).search(rest) or _squeezed(v) in _squeezed(rest)
           for v in values if len(v) > SHORTEST_KNOWN or v.isdigit()):
        return None
    return found.strip()


def plain(text: str) -> str:
    """Return a text in one line, in one spelling of each sign and without invisible signs."""
    normal = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in normal if c in "\n\r\t" or unicodedata.category(c) not in _INVISIBLE)
    # Our own brackets mean that something was taken out.
    return " ".join(kept.replace("[", "(").replace("]", ")").split())


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _spellings(value: str) -> Iterable[str]:
    """Return a known value and the parts of it that stand for the same person."""
    if len(value) < SHORTEST_KNOWN:
        return
    yield value
    digits = re.sub(r"\D", "", value)
    if "@" in value:
        yield from (p for p in re.split(r"[\W\d_]+", value.split("@")[0]) if len(p) > 2)
        yield value.split("@")[0]
    elif len(digits) >= 7 and len(digits) > 0.6 * len(value):
        # Without the country's code or the leading zero it is still the same number.
        yield from (digits, digits[-8:], digits[-7:])
    elif not digits:
        yield from (p for p in re.split(r"[\s,.\-]+", value) if len(p) >= SHORTEST_KNOWN)


@cache
def _known_pattern(value: str) -> re.Pattern[str]:
    """Match a value whatever its case, and digits however they are grouped."""
    if value.isdigit():
        before = rf"(?<!\d)(?:[+(]{{0,2}}\d{{1,5}}{_SEPARATORS}*)?"
        return re.compile(before + f"{_SEPARATORS}*".join(value) + r"(?!\d)")
    body = r"[\s,]+".join(re.escape(w) for w in value.split())
    return re.compile(rf"(?<!\w){body}(?:'?s)?(?!\w)", re.IGNORECASE)


def _kind_of(value: str) -> str:
    if "@" in value:
        return "[e-mail]"
    return "[number]" if any(c.isdigit() for c in value) else "[name]"


def _links(text: str) -> str:
    return re.sub(r"(?i)\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|de|fr|es|it|nl|pl|uk|at|"
                  r"ch|io|eu)/\S*", "[link]", text)


def _emails(text: str) -> str:
    at = r"\s*(?:@|\(at\)|\s+at\s+|\s+arroba\s+)\s*"
    dot = r"(?:\.|\s*\(dot\)\s*|\s+dot\s+|\s+punkt\s+)"
    return re.sub(rf"(?i)[\w.+-]+{at}[\w-]+(?:{dot}[\w-]+)*{dot}[a-z]{{2,}}", "[e-mail]", text)


def _ips(text: str) -> str:
    def judge(found: re.Match[str]) -> str:
        try:
            ip_address(found[0])
        except ValueError:
            return found[0]
        return "[IP]"
    text = re.sub(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", judge, text)
    return re.sub(r"(?i)(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", judge, text)


def _ibans(text: str) -> str:
    def judge(found: re.Match[str]) -> str:
        bare = re.sub(r"[\s-]", "", found[0]).upper()
        for end in range(min(34, len(bare)), 14, -1):  # words of the sentence may follow it
            part = bare[:end]
            if int("".join(str(int(c, 36)) for c in part[4:] + part[:4])) % 97 == 1:
                return "[IBAN]" + _after(found[0], end)
        return found[0]
    return re.sub(r"(?i)\b[A-Z]{2}\d{2}(?:[\s-]?[A-Z0-9]{1,4}){3,9}\b", judge, text)


def _after(text: str, signs: int) -> str:
    """Return what follows after so many letters and digits."""
    for place, sign in enumerate(text):
        if signs == 0:
            return text[place:]
        signs -= sign.isalnum()
    return ""


def _cards(text: str) -> str:
    def judge(found: re.Match[str]) -> str:
        digits = [int(c) for c in found[0] if c.isdigit()]
        doubled = [d if i % 2 else sum(divmod(2 * d, 10))
                   for i, d in enumerate(digits, len(digits) % 2)]
        return "[card]" if sum(doubled) % 10 == 0 else "[number]"
    return re.sub(r"(?<!\d)\d(?:[\s.-]?\d){12,18}(?!\d)", judge, text)


def _phones(text: str, region: str | None) -> str:
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(
            text, region, leniency=phonenumbers.Leniency.POSSIBLE))):
        if len(re.sub(r"\D", "", match.raw_string)) > LONG_RUN:
            text = f"{text[:match.start]}[phone]{text[match.end:]}"
    return text


def _dates(text: str) -> str:
    return re.sub(r"(?<![\d./-])(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}"
                  r"|(?:19|20)\d{2}-\d{2}-\d{2})(?!\d)", "[date]", text)


def _accounts(text: str) -> str:
    """Take out what a word like "customer number" announces, if there is a digit in it."""
    return re.sub(
        rf"(?i)(?<!\w)((?:{cues.ACCOUNT})\s*(?:{cues.BETWEEN}|[:#.°=])*\s*)"
        r"(?=[\w/-]*\d)[\w/-]{2,}(?:[\s-]\d[\w-]*)*", r"\1[account]", text)


def _addresses(text: str) -> str:
    for pattern in cues.ADDRESSES:
        text = re.sub(pattern, "[address]", text)
    return re.sub(r"\[address\](?:[\s,]+(?:\d{2}-\d{3}|\d{4}-\d{3}|\d{4,5}(?:\s?[A-Z]{2})?)(?!\d)"
                  rf"(?:\s+{cues.WORD}(?:[\s-]{cues.NAME}){{0,2}})?|,\s*{cues.NAME})+",
                  "[address]", text)


def _names(text: str) -> str:
    for pattern in cues.NAMES:
        text = re.sub(pattern, lambda m: f"{m['cue']}[name]", text)
    return text


def _long_runs(text: str) -> str:
    """Take out long runs of digits, codes of letters and digits, and numbers spelt in words."""
    text = re.sub(r"(?<![\w\[])(?=[\w-]*\d[\w-]*\d[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{5,}\b",
                  "[number]", text)
    text = re.sub(rf"(?<![\d\w])[+(]?\d(?:{_SEPARATORS}?\d){{{LONG_RUN - 1},}}", "[number]", text)
    return re.sub(rf"(?i)\b(?:{cues.DIGITS})(?:[\s,-]+(?:{cues.DIGITS})){{4,}}\b", "[number]", text)


_RULES: tuple[Rule, ...] = (
    _links, _emails, _ips, _ibans, _cards, _dates, _accounts, _addresses)
_LAST_RULES: tuple[Rule, ...] = (_names, _long_runs)
