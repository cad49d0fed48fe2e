"""Personas and segments: who they are, what they come for, what hits them."""

from __future__ import annotations

from collections import defaultdict

from . import words
from .asking import Questions, Row
from .model import Group, Path, Personas, Place, Rest, Trait

_FEATURES = {
    "channel": words.channel_name, "reason family": words.reason_name,
    "time of day": words.clean, "weekend": words.clean,
}
_OF = ("persona", "segment")


def read_personas(ask: Questions, kinds: dict[str, Row]) -> Personas:
    """Return personas, declared segments, and who is in none."""
    if not ask.knows("personas"):
        return Personas((), (), (), "they were not looked for")
    rows = ask.ask("personas")
    parts: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for name in ("persona_traits", "persona_goals", "persona_pains", "persona_paths"):
        by_group: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in ask.ask(name):
            by_group[str(row["group_kind"]), str(row["persona"])].append(row)
        parts[name] = by_group
    groups = [_group(number, row, parts, kinds)
              for number, row in enumerate(rows, 1) if row["group_kind"] in _OF]
    found = tuple(g for g in groups if g.is_found)
    rest = [r for r in rows if r["group_kind"] == "rest"]
    because = next((str(r["status"]) for r in rest if r["persona"] == "no persona"),
                   "too few persons with more than one issue")
    return Personas(
        found, tuple(g for g in groups if not g.is_found),
        tuple(Rest(str(r["status"]), r.number("persons")) for r in rest),
        "" if found else because)


def _group(
    number: int, row: Row, parts: dict[str, dict[tuple[str, str], list[Row]]],
    kinds: dict[str, Row],
) -> Group:
    key = (str(row["group_kind"]), str(row["persona"]))
    places = parts["persona_paths"][key]
    return Group(
        anchor=f"g{number}", name=words.clean(row["label"]), is_found=key[0] == "persona",
        persons=row.number("persons"), share=row.number("share", "percent", interval=True),
        stability=None if row["stability"] is None else row.number("stability", "whole_percent"),
        traits=tuple(_trait(r) for r in parts["persona_traits"][key]),
        goals=tuple(_lift(r, words.reason_name(str(r["value"])))
                    for r in parts["persona_goals"][key]),
        pains=tuple(_lift(r, str(kinds[str(r["value"])]["title"]))
                    for r in parts["persona_pains"][key]),
        path=Path(places[0].number("persons"), tuple(_place(r) for r in places))
        if places else None)


def _trait(row: Row) -> Trait:
    feature, value = str(row["feature"]), str(row["value"] or "")
    is_share = bool(value) or feature.endswith("share")
    form = "whole_percent" if is_share else "points"
    told = value not in ("", feature)
    name = f"{feature} {_FEATURES.get(feature, words.clean)(value)}" if told else feature
    return Trait(name.capitalize(), row.number("mean", form), row.number("others_mean", form),
                 row.number("difference", "signed_points_of_percent" if is_share
                            else "signed_points", interval=True))


def _lift(row: Row, name: str) -> Trait:
    return Trait(name, row.number("share", "whole_percent", n=row["persons_of"]),
                 row.number("other_share", "whole_percent", n=row["others_of"]),
                 lift=row.number("lift", "points", interval=True))


def _place(row: Row) -> Place:
    return Place(words.STEP_SENTENCES.get(str(row["step"]), str(row["step"])),
                 words.channel_name(str(row["channel"])), False,
                 row.number("since_minutes", "rough_minutes"))
