"""``actions.csv``: what is done about a pain point, and the number that shall move.

    id,pain_point,action,owner,deadline,metric,direction,target,segment,effort,start_date
    A1,wait,Offer a call-back,Care,2026-06-30,asa/p90,down,180,queue=Billing,M,2026-02-16
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..errors import JourneyError, SettingsError, did_you_mean
from ..metrics import Variant, read_ledger
from ..metrics.query import columns_of
from ..settings_beliefs import segment_of
from ..settings_lists import Line, read_named
from .announcements import day_of

FILE_NAME = "actions.csv"
COLUMNS = ("id", "pain_point", "action", "owner", "deadline", "metric", "direction", "target",
           "segment", "effort", "start_date")
#: The share of journeys that meet the pain point's kind of moment: no entry of the ledger, since
#: each kind has its own.
MOMENT_SHARE = "moment_share"
#: Measures whose change can be told from chance.
_MEASURES = ("share", "mean", "ratio", "net", "p50", "p90")


@dataclass(frozen=True, slots=True)
class Action:
    """One line of ``actions.csv``.

    Attributes
    ----------
    pain_point, metric, segment
        As they were written.
    variant
        The formula of the metric.
    sign
        1: up is better; -1: down.
    target
        In the unit of the metric.
    touched
        Columns of the facts and the words that the action's rows have in them; none: all rows.
    """

    action: str
    pain_point: str
    what: str
    owner: str
    deadline: date
    metric: str
    variant: Variant
    sign: int
    target: float
    segment: str
    touched: Mapping[str, str]
    effort: str
    start: date


def read_actions(
    folder: Path, kinds: Collection[str], words: Mapping[str, Collection[str]],
) -> tuple[list[Action], list[JourneyError]]:
    """Return the actions of a project that can be measured, and what is wrong with the others.

    Parameters
    ----------
    kinds
        Kinds of moments.
    words
        The words that can occur in the data, by what they name.
    """
    required = [c for c in COLUMNS if c not in ("segment", "effort")]
    return read_named(folder / FILE_NAME, COLUMNS, required,
                      lambda line: _action(line, kinds, words))


def _action(
    line: Line, kinds: Collection[str], words: Mapping[str, Collection[str]],
) -> Action:
    kind = re.split(r"[ |]", line["pain_point"], maxsplit=1)[0]
    if kind not in kinds:
        raise line.error("pain_point", "begins with no kind of moment", found=f"'{kind}'",
                         allowed=", ".join(sorted(kinds)),
                         remedy=did_you_mean(kind, sorted(kinds)))
    start, deadline = day_of(line, "start_date"), day_of(line, "deadline")
    if deadline < start:
        raise line.error("deadline", "before the start", found=f"{deadline}",
                         allowed=f"from {start} on")
    if line["direction"] not in ("up", "down"):
        raise line.error("direction", "no such direction", found=f"'{line['direction']}'",
                         allowed="up, down")
    variant = _variant(line, kind)
    touched = segment_of(line, words)
    missing = sorted(set(touched) - columns_of(variant.facts))
    if missing:
        raise line.error("segment", f"{line['metric']} cannot be split by this",
                         found=f"'{missing[0]}'")
    return Action(line["id"], line["pain_point"], line["action"], line["owner"], deadline,
                  line["metric"], variant, 1 if line["direction"] == "up" else -1,
                  _target(line, variant), line["segment"], touched, line["effort"], start)


def _variant(line: Line, kind: str) -> Variant:
    if line["metric"] == MOMENT_SHARE:
        return _moment_share(kind)
    ledger = read_ledger()
    try:
        variant = ledger.find(line["metric"])
    except SettingsError:
        name = line["metric"].partition("/")[0]
        known = sorted([*ledger.metrics, MOMENT_SHARE])
        hint = (f"allowed variants: {', '.join(ledger.metric(name).variants)}"
                if name in ledger.metrics else did_you_mean(name, known))
        raise line.error("metric", "no such metric", found=f"'{line['metric']}'",
                         remedy=hint or "`journeys metrics` lists them.") from None
    if variant.measure not in _MEASURES or variant.is_fitted:
        raise line.error("metric", "its change cannot be told from chance",
                         found=f"'{line['metric']}'",
                         allowed="metrics that are shares, means, medians or net scores, and "
                                 f"{MOMENT_SHARE}")
    return variant


def _moment_share(kind: str) -> Variant:
    return Variant(
        id=MOMENT_SHARE, sentence="Of all journeys, the share that met the moment.",
        facts="journey_facts", booked_at="started_at", measure="share", unit="share",
        direction="lower is better", time_basis="clock", numerator="journeys with the moment",
        denominator="journeys whose quiet window has run out",
        numerator_sql="exists (select 1 from moments as m where m.journey_key = facts.journey_key "
                      f"and cast(m.kind as varchar) = '{kind}')",
        excluded=(("no contact that counts", "contacts = 0"),),
        mature_sql="started_at + $quiet_window <= $as_of")


def _target(line: Line, variant: Variant) -> float:
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?) ?(%?)", line["target"])
    is_share = variant.unit == "share"
    value = float(match[1]) / (100 if match[2] else 1) if match else -1.0
    if match is None or (match[2] and not is_share) or (is_share and not 0 <= value <= 1):
        raise line.error("target", f"not what {line['metric']} is about",
                         found=f"'{line['target']}'",
                         allowed="a share, like 0.1 or 10 %" if is_share
                         else f"a number of {variant.unit}")
    return value
