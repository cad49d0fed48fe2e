"""``beliefs.csv``: what people in the room hold true, in words that data can be asked.

    id,statement,moment,direction,segment,threshold,whose
    B1,Waiting costs us goodwill,wait,worse,reason=invoice,2 points,Care
    B2,Everybody waits,wait/queue over 5 minutes,at least,reason=invoice,20 %,Operations
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from .errors import JourneyError, did_you_mean
from .settings import Settings
from .settings_lists import Line, read_named

FILE_NAME = "beliefs.csv"
COLUMNS = ("id", "statement", "moment", "direction", "segment", "threshold", "whose")
#: Directions by what they are about: a share of journeys, or the score of journeys.
OF_SHARE = ("at least", "at most")
OF_SCORE = ("worse", "better", "no difference")
#: What a segment narrows, and whose words it takes.
SEGMENTS = {"reason": "reason", "family": "reason_family", "stage": "stage",
            "channel": "channel", "queue": "queue"}
#: Kinds that come in variants; those of a missing confirmation are the names of expectations.
VARIANTS = {
    "wait": ("queue", "first reply"), "channel_switch": ("directed", "forced", "chosen"),
    "transfer": ("queue", "blind", "attended", "external", "unknown"),
}
#: Kinds whose time lost is measured from a threshold on: setting by kind and variant.
_FROM = {
    ("wait", "queue"): "wait_seconds", ("wait", "first reply"): "first_reply_hours",
    ("hold", ""): "hold_seconds", ("silent_wait", ""): "silent_wait_hours",
    ("long_resolution", ""): "resolution_days",
}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_UNIT_OF_SETTING = {"seconds": 1, "hours": 3600, "days": 86400}
_MOMENT = re.compile(r"(\w+)(?:/(.+?))?(?: over ([\d.]+) (second|minute|hour|day)s?)?")


@dataclass(frozen=True, slots=True)
class Belief:
    """One line of ``beliefs.csv``.

    Attributes
    ----------
    belief
        Its id.
    moment, segment
        As they were written.
    kind, variant, over_ms
        The moments it is about; empty: any variant, however long.
    threshold
        A share of 1, or score points, as ``direction`` says.
    reason, reason_family, stage, channel, queue
        The journeys it is about, by their reason, their stage, and the channel and queue they
        began at; empty: all.
    """

    belief: str
    statement: str
    whose: str
    moment: str
    segment: str
    kind: str
    variant: str | None
    over_ms: int | None
    direction: str
    threshold: float
    reason: str | None = None
    reason_family: str | None = None
    stage: str | None = None
    channel: str | None = None
    queue: str | None = None


def read_beliefs(
    folder: Path, settings: Settings, kinds: Collection[str], words: Mapping[str, Collection[str]],
) -> tuple[list[Belief], list[JourneyError]]:
    """Return the beliefs of a project that data can be asked, and what is wrong with the others.

    Parameters
    ----------
    kinds
        Kinds of moments.
    words
        The words that can occur in the data, by ``reason``, ``reason_family``, ``stage``,
        ``channel`` and ``queue``.
    """
    required = [c for c in COLUMNS if c not in ("segment", "whose")]
    return read_named(folder / FILE_NAME, COLUMNS, required,
                      lambda line: _belief(line, settings, kinds, words))


def beliefs_table(beliefs: Collection[Belief]) -> pa.Table:
    """Return beliefs in the shape the SQL models read them."""
    text = ("belief", "statement", "whose", "moment", "segment", "kind", "variant", "direction",
            "reason", "reason_family", "stage", "channel", "queue")
    schema = pa.schema([
        *((name, pa.string()) for name in text), ("over_ms", pa.int64()),
        ("threshold", pa.float64())])
    return pa.Table.from_pylist([asdict(b) for b in beliefs], schema=schema)


def _belief(
    line: Line, settings: Settings, kinds: Collection[str], words: Mapping[str, Collection[str]],
) -> Belief:
    kind, variant, over_ms = _moment(line, settings, kinds)
    direction = line["direction"].lower()
    if direction not in (*OF_SHARE, *OF_SCORE):
        raise line.error("direction", "no such direction", found=f"'{line['direction']}'",
                         allowed=", ".join((*OF_SHARE, *OF_SCORE)),
                         remedy=did_you_mean(direction, [*OF_SHARE, *OF_SCORE]))
    return Belief(
        line["id"], line["statement"], line["whose"], line["moment"], line["segment"], kind,
        variant, over_ms, direction, _threshold(line, direction), **segment_of(line, words))


def _moment(
    line: Line, settings: Settings, kinds: Collection[str]
) -> tuple[str, str | None, int | None]:
    match = _MOMENT.fullmatch(" ".join(line["moment"].split()))
    if match is None:
        raise line.error("moment", "not readable", found=f"'{line['moment']}'",
                         allowed="kind, kind/variant, and ' over 5 minutes' behind it")
    kind, variant = match[1], match[2]
    if kind not in kinds:
        raise line.error("moment", "no such kind of moment", found=f"'{kind}'",
                         allowed=", ".join(sorted(kinds)),
                         remedy=did_you_mean(kind, sorted(kinds)))
    named = VARIANTS.get(kind, tuple(e.name for e in settings.expectations)
                         if kind == "missing_confirmation" else ())
    if variant is not None and variant not in named:
        raise line.error("moment", f"no such variant of {kind}", found=f"'{variant}'",
                         allowed=", ".join(named) or "none",
                         remedy=did_you_mean(variant, list(named)))
    if match[3] is None:
        return kind, variant, None
    try:
        seconds = float(match[3]) * _UNITS[match[4]]
    except ValueError:
        raise line.error("moment", "not a number", found=f"'{match[3]}'") from None
    noted_from = _noted_from(settings, kind, variant)
    if noted_from is None:
        raise line.error("moment", f"{line['moment'].split(' over ')[0]} has no length to compare",
                         allowed=", ".join(f"{k}/{v}" if v else k for k, v in _FROM))
    if seconds < noted_from:
        raise line.error("moment", "shorter ones are not noted", found=match[0],
                         allowed=f"over {noted_from:g} seconds or more",
                         remedy="Lower the threshold in [thresholds].")
    return kind, variant, round(seconds * 1000)


def _noted_from(settings: Settings, kind: str, variant: str | None) -> float | None:
    """Return from how many seconds on all such moments are noted, wherever they happen."""
    name = _FROM.get((kind, variant or ""))
    if name is None:
        return None
    unit = _UNIT_OF_SETTING[name.rpartition("_")[2]]
    places = [*settings.channels.values(), *settings.queues.values()]
    own = [getattr(p, name) for p in places if getattr(p, name) is not None]
    return float(max([getattr(settings.thresholds, name), *own]) * unit)


def _threshold(line: Line, direction: str) -> float:
    is_share = direction in OF_SHARE
    match = re.fullmatch(r"([\d.]+) ?(%|points?)?", line["threshold"])
    try:
        value = float(match[1]) if match else -1.0
    except ValueError:
        value = -1.0
    unit_fits = match is not None and (match[2] == "%") == is_share
    if not unit_fits or not (0 < value < 100 if is_share else value > 0):
        raise line.error("threshold", f"not what '{direction}' is about",
                         found=f"'{line['threshold']}'",
                         allowed="a share, like 20 %" if is_share else "score points, like 1.5")
    return value / 100 if is_share else value


def segment_of(line: Line, words: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return what a segment narrows, by name."""
    found: dict[str, str] = {}
    for part in filter(None, line["segment"].split(" and ")):
        name, equals, value = (p.strip() for p in part.partition("="))
        if not equals or name not in SEGMENTS or SEGMENTS[name] in found:
            raise line.error("segment", "not readable", found=f"'{part.strip()}'",
                             allowed=f"NAME=VALUE, joined by ' and '; {', '.join(SEGMENTS)}, "
                                     "each once", remedy=did_you_mean(name, list(SEGMENTS)))
        known = sorted(words[SEGMENTS[name]])
        if value not in known:
            raise line.error("segment", f"no such {name}", found=f"'{value}'",
                             allowed=", ".join(known[:20]), remedy=did_you_mean(value, known))
        found[SEGMENTS[name]] = value
    return found
