"""What a column of an unknown export probably is: its type, and its meaning for a journey.

Types are told by the values, meanings by the name as well; each guess says how sure it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..engines import DuckDBEngine
from .arriving import literal, quoted
from .casting import time_cast
from .vocabulary import word_for

#: Formats of time that exports use, the unambiguous before those that need a second look.
TIME_FORMATS = (
    "", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y %H:%M", "%b %d, %Y %H:%M",
    "%a, %d %b %Y %H:%M:%S %z",
)
_EPOCHS = (("epoch_s", 9.4e8, 4.1e9), ("epoch_ms", 9.4e11, 4.1e12), ("epoch_us", 9.4e14, 4.1e15))
_NEARLY_ALL = 0.98
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_PHONE = r"^(tel:)?\+?[0-9][0-9 ()./-]{6,19}$"
_CLOCK = r"^\d{1,3}:[0-5]\d:[0-5]\d(\.\d+)?$"
#: Most different words a column of categories has.
FEW = 40


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What a column's values say.

    Attributes
    ----------
    type
        time, duration, whole number, number, yes or no, e-mail, phone, JSON, words, text, empty.
    time_format
        Format as ``-- times:`` takes it, where the type is time; empty: ISO 8601.
    null_share, distinct
        Share of empty values, and how many different ones.
    meaning
        Canonical column it may be, or a role; empty: not guessed.
    sure
        How sure: told by the values, likely, or a doubt in words.
    """

    name: str
    type: str
    null_share: float
    distinct: int
    time_format: str = ""
    meaning: str = ""
    sure: str = ""
    unit: str = ""
    is_naive: bool = False
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many values of a column are what."""

    rows: int
    filled: int
    distinct: int
    low: float | None
    high: float | None
    length: float
    shares: dict[str, float]


def describe(engine: DuckDBEngine, table: str, name: str) -> ColumnFacts:
    """Return what the values and the name of a column say."""
    counts = _count(engine, table, name)
    null_share = 1 - counts.filled / counts.rows if counts.rows else 1.0
    if not counts.filled:
        return ColumnFacts(name, "empty", null_share, 0)
    kind, time_format, sure, naive = _type(engine, table, name, counts)
    words: tuple[str, ...] = ()
    if kind == "text" and counts.distinct <= FEW and counts.length <= 40 \
            and 2 * counts.distinct <= counts.filled:
        kind = "words"
        words = tuple(w for (w,) in engine.rows(
            f"SELECT {quoted(name)} AS w FROM {table} WHERE w IS NOT NULL GROUP BY w "
            f"ORDER BY count(*) DESC, w"))
    meaning, doubt = guess_meaning(name, kind, counts.distinct / counts.filled, counts.length)
    if not meaning and len(words) > 1 and _are_channels(words):
        meaning, doubt = "channel", "told by its words"
    unit, unit_doubt = _unit(name, kind, counts.high) if meaning.endswith("_ms") else ("", "")
    return ColumnFacts(
        name, "duration" if unit else kind, null_share, counts.distinct, time_format, meaning,
        "; ".join(s for s in (sure, doubt, unit_doubt) if s), unit, naive, counts.low,
        counts.high, words)


def _count(engine: DuckDBEngine, table: str, name: str) -> _Counts:
    value = quoted(name)
    number = f"try_cast({value} AS double)"
    tests = {
        "number": f"isfinite({number})",
        "whole number": f"{number} = trunc({number}) AND NOT contains({value}, '.')",
        "yes or no": f"lower({value}) IN ('true', 'false', 'yes', 'no', 'y', 'n', 't', 'f')",
        "e-mail": f"regexp_matches({value}, {literal(_EMAIL)})",
        "phone": f"regexp_matches({value}, {literal(_PHONE)})",
        "clock": f"regexp_matches({value}, {literal(_CLOCK)})",
        "JSON": f"regexp_matches({value}, '^[\\[{{]') AND json_valid({value})",
    }
    sums = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
    (row,) = engine.rows(
        f"SELECT count(*), count({value}), count(DISTINCT {value}), min({number}), max({number}), "
        f"avg(length({value})), {sums} FROM {table}")
    filled = max(row[1], 1)
    return _Counts(row[0], row[1], row[2], row[3], row[4], float(row[5] or 0),
                   {test: n / filled for test, n in zip(tests, row[6:], strict=True)})


def _type(
    engine: DuckDBEngine, table: str, name: str, counts: _Counts
) -> tuple[str, str, str, bool]:
    """Return type, time format, how sure, and whether times carry no zone."""
    shares = counts.shares
    if shares["clock"] >= _NEARLY_ALL:
        return "duration", "", "", False
    if shares["number"] >= _NEARLY_ALL:
        named = re.search(r"time|stamp|date|_at$|_ts$|epoch|emission", name.casefold())
        for word, low, high in _EPOCHS:
            if named and counts.low is not None and low <= counts.low <= (counts.high or 0) <= high:
                return "time", word, "told by the size of the numbers", False
        if shares["phone"] >= _NEARLY_ALL and _named_phone(name):
            return "phone", "", "", False
        return ("whole number" if shares["whole number"] >= _NEARLY_ALL else "number"), "", "", \
            False
    for kind in ("yes or no", "e-mail", "JSON"):
        if shares[kind] >= _NEARLY_ALL:
            return kind, "", "", False
    found = _time_format(engine, table, name)
    if found is not None:
        return ("time", *found)
    if shares["phone"] >= 0.8 and _named_phone(name):
        return "phone", "", "", False
    return "text", "", "", False


def _time_format(engine: DuckDBEngine, table: str, name: str) -> tuple[str, str, bool] | None:
    value = quoted(name)
    sums = ", ".join(f"count({time_cast(value, f, 'UTC')})" for f in TIME_FORMATS)
    aware = f"count(*) FILTER (regexp_matches({value}, '(Z|UTC|[+-]\\d\\d:?\\d\\d)$'))"
    (row,) = engine.rows(f"SELECT count({value}), {aware}, {sums} FROM {table}")
    filled, offsets, *hits = row
    fits = [f for f, n in zip(TIME_FORMATS, hits, strict=True) if n >= _NEARLY_ALL * filled]
    if not fits:
        return None
    swapped = fits[0].replace("%d/%m", "%m/%d")
    doubt = ("day or month first: the values allow both"
             if swapped != fits[0] and swapped in fits else "")
    naive = offsets < filled and "%z" not in fits[0]
    return fits[0], doubt, naive


def _named_phone(name: str) -> bool:
    return bool(re.search(r"phone|mobile|msisdn|\bani\b|caller|tel\b|cell|\bfrom\b|number",
                          name.casefold()))


def _are_channels(words: tuple[str, ...]) -> bool:
    return sum(word_for("channel", w) is not None for w in words) > len(words) / 2


def _unit(name: str, kind: str, high: float | None) -> tuple[str, str]:
    """Return the unit of a duration, and a doubt."""
    folded = name.casefold()
    if kind == "duration":
        return "hh:mm:ss", ""
    if kind not in ("number", "whole number"):
        return "", ""
    for word, unit in ((r"(_|\b)(ms|millis|milliseconds)\b", "ms"), (r"min(ute)?s?\b", "minutes"),
                       (r"(_|\b)(s|sec|secs|seconds)\b", "s")):
        if re.search(word, folded):
            return unit, ""
    return ("ms", "unit by the size of the numbers") if (high or 0) > 100_000 else \
        ("s", "unit: seconds assumed")


#: Name patterns by canonical column or role; the first that fits counts. ``~`` marks a role that
#: stands for several canonical columns.
_NAMED: tuple[tuple[str, str, frozenset[str]], ...] = tuple(
    (meaning, pattern, frozenset(kinds.split(","))) for meaning, pattern, kinds in (
        ("email", r"mail", "e-mail"),
        ("phone", r"", "phone"),
        ("created_at", r"creat|open|report|submitted|logged|received|start|begin|arriv|call.?time"
         r"|^time(stamp)?$|^date(.?time)?$|occurred|sent", "time"),
        ("updated_at", r"updat|modif|changed", "time"),
        ("first_reply_at", r"first.*(repl|respon)|respond", "time"),
        ("solved_at", r"solv|resol", "time"),
        ("closed_at", r"clos", "time"),
        ("answered_at", r"survey|answer|recorded|complet", "time"),
        ("ended_at", r"\bend|ended|finish|hang.?up|disconnect", "time"),
        ("queue_wait_ms", r"wait|queue.*(time|dur|sec)|speed.of.answer|\basa\b", "*"),
        ("hold_ms", r"hold", "*"),
        ("wrap_ms", r"wrap|after.?call|acw", "*"),
        ("ring_ms", r"ring", "*"),
        ("talk_ms", r"talk|handl|duration|call.?length", "*"),
        ("score", r"nps|csat|\bces\b|score|rating|satisf", "number,whole number"),
        ("customer_ref", r"(customer|client|user|contact|requester|caller|account|person|member)"
         r".*(id|no|number|ref|key)\b|^(customer|client|user|requester|sender)$", "*"),
        ("~id", r"^(unique.?)?(ticket|case|call|interaction|conversation|contact|message|event"
         r"|response|record|row|issue|incident)?[ _-]?(id|no|nr|number|key|uuid|ref)$", "*"),
        ("channel", r"channel|medium|origin|contact.?type|source|via", "words,text"),
        ("queue", r"queue|team|group|department|skill|\bline\b", "words,text"),
        ("status", r"status|state|answered|result|outcome", "words,text,yes or no"),
        ("priority", r"priorit|severity|urgen", "words,text"),
        ("contact_reason", r"reason|category|topic|intent|ticket.?type|issue.?type|disposition"
         r"|^type$", "words,text"),
        ("contact_reason_2", r"sub.?categ|sub.?type", "words,text"),
        ("agent_id", r"(agent|assignee|owner|operator)( ?(id|name|user|key))?$|handled.?by", "*"),
        ("subject", r"subject|title|summary", "*"),
        ("comment", r"comment|remark|feedback|verbatim", "*"),
        ("body", r"descri|body|text|message|content|question", "text"),
        ("direction", r"direct|inbound", "words"),
        ("url_path", r"url|path|page", "*"),
        ("anonymous_id", r"anonym|cookie|visitor|device.?id", "*"),
        ("session_id", r"session", "*"),
        ("event_name_raw", r"event|action|activity", "words,text"),
        ("external_id", r"crm|loyalty|membership", "*"),
    ))


def guess_meaning(name: str, kind: str, distinct_share: float, length: float) -> tuple[str, str]:
    """Return the canonical column or role a column may be, and a doubt in words."""
    folded = re.sub(r"[_\-.]+", " ", name.casefold()).strip()
    if re.search(r"sub.?categ|sub.?type", folded):
        return "contact_reason_2", ""
    for meaning, pattern, kinds in _NAMED:
        if "*" not in kinds and kind not in kinds:
            continue
        if meaning.endswith("_ms") and kind not in ("duration", "number", "whole number"):
            continue
        if not re.search(pattern, folded):
            continue
        if meaning == "~id" and distinct_share < 0.5:
            return meaning, "repeats: several rows of one"
        return meaning, ""
    if kind == "text" and length > 60:
        return "body", "long text"
    return "", ""
