"""What is told of personas and segments: what sets them apart, what befalls them, their names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import norm

from .habits import Habits, habits
from .lifts import lifts
from .multiplicity import ACCEPTED, q_values
from .regression import Bools, Floats

#: Fewer spreads than this are no mark of a persona.
_MARK = 0.5
_LONGEST_WORD = 40
_HALF = float(norm.ppf(0.975))
_KEYS = ["group_kind", "persona"]
_TRAITS = pa.schema([
    *((n, pa.string()) for n in (*_KEYS, "feature", "value")),
    *((n, pa.float64()) for n in ("mean", "others_mean", "difference", "difference_low",
                                  "difference_high", "spreads_apart", "q_value"))])
_PEOPLE = {
    "voice": "callers", "email": "e-mailers", "chat": "chatters", "message": "messengers",
    "sms": "texters", "social": "social media writers", "web": "web users", "app": "app users",
    "web_form": "form writers", "in_person": "branch visitors", "letter": "letter writers",
    "bot": "bot users",
}


def persona_traits(facts: pa.Table) -> pa.Table:
    """Return each group's mean of every feature beside that of the others.

    Each person counts once, however many issues it has; the interval is Welch's, by the normal
    distribution.

    Parameters
    ----------
    facts
        Rows that are an ``issue`` of a person, or a person as ``member`` of a group.
    """
    members = facts.filter(pc.equal(facts.column("fact"), "member")).to_pandas()
    if members.empty:
        return _TRAITS.empty_table()
    found = habits(facts.filter(pc.equal(facts.column("fact"), "issue")))
    values, names = _features(found)
    clustered = members.loc[members["group_kind"] == "persona", "person_key"]
    rows = []
    for (kind, persona), part in members.groupby(_KEYS, sort=True):
        inside = np.isin(found.persons, part["person_key"].to_numpy(np.int64))
        others = ~inside
        if kind == "persona":
            others &= np.isin(found.persons, clustered.to_numpy(np.int64))
        if inside.sum() > 1 and others.sum() > 1:
            rows.append(_beside(values, inside, others).assign(
                group_kind=kind, persona=persona, feature=[f for f, _ in names],
                value=[v for _, v in names]))
    if not rows:
        return _TRAITS.empty_table()
    every = pd.concat(rows, ignore_index=True)
    # Personas differ by their making: segments beside them would look different too easily.
    every["q_value"] = every.groupby("group_kind")["q_value"].transform(
        lambda p: q_values(p.to_numpy(float)).round(6))
    return pa.table({f.name: pa.array(every[f.name].tolist(), f.type, from_pandas=True)
                     for f in _TRAITS})


def _features(found: Habits) -> tuple[Floats, list[tuple[str, str]]]:
    numbers = found.numbers()
    names = [*zip(found.feature, found.value, strict=True), *((n, "") for n in numbers)]
    return np.column_stack([found.shares(), *numbers.values()]), names


def _beside(values: Floats, inside: Bools, others: Bools) -> pd.DataFrame:
    a, b = values[inside], values[others]
    difference = a.mean(axis=0) - b.mean(axis=0)
    variance = a.var(axis=0, ddof=1), b.var(axis=0, ddof=1)
    error = np.sqrt(variance[0] / len(a) + variance[1] / len(b))
    spread = np.sqrt((variance[0] * (len(a) - 1) + variance[1] * (len(b) - 1))
                     / (len(a) + len(b) - 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(spread > 0, difference / spread, np.nan)
        p_value = np.where(error > 0, 2 * norm.sf(np.abs(difference) / error), np.nan)
    return pd.DataFrame({
        "mean": a.mean(axis=0), "others_mean": b.mean(axis=0), "difference": difference,
        "difference_low": difference - _HALF * error,
        "difference_high": difference + _HALF * error, "spreads_apart": apart}
    ).round(6).assign(q_value=p_value)


def persona_lifts(counts: pa.Table) -> pa.Table:
    """Return how much more often a group meets something than the others do.

    Parameters
    ----------
    counts
        ``hits`` of ``hits_of`` persons of a group against ``others`` of ``others_of``.
    """
    frame = counts.to_pandas().sort_values([*_KEYS, "trait", "value"], ignore_index=True)
    groups = frame.groupby(_KEYS, sort=True).ngroup().astype("str")
    plain = {n: pa.array(frame[n].tolist(), pa.string()) for n in (*_KEYS, "trait", "value")}
    sizes = {n: pa.array(frame[n].to_numpy(np.int64))
             for n in ("hits", "hits_of", "others", "others_of")}
    asked = pa.table({"pain_point": pa.array(groups.tolist(), pa.string()),
                      "trait": plain["trait"], "value": plain["value"], **sizes})
    question = frame.groupby(["group_kind", "trait"], sort=True).ngroup().to_numpy()
    judged = [lifts(asked.filter(pa.array(question == q))) for q in np.unique(question)]
    found = frame.assign(pain_point=groups).merge(
        pa.concat_tables(judged or [lifts(asked)]).to_pandas().drop(columns=list(sizes)),
        on=["pain_point", "trait", "value"], how="left", validate="one_to_one")
    return pa.table({**plain, **sizes, **{
        n: pa.array(found[n].to_numpy(float), from_pandas=True)
        for n in ("lift", "lift_low", "lift_high", "q_value")}})


def persona_labels(traits: pa.Table) -> pa.Table:
    """Return a readable name for each persona, no two alike, from what sets it apart.

    Parameters
    ----------
    traits
        Rows of ``persona_traits``.
    """
    frame = traits.to_pandas()
    marks = {str(persona): _marks(part) for persona, part in frame.groupby("persona", sort=True)}
    labels = {persona: _label(found, full=False) for persona, found in marks.items()}
    counts = pd.Series(labels, dtype=str).value_counts()
    labels = {p: label if counts[label] == 1 else _label(marks[p], full=True)
              for p, label in labels.items()}
    counts = pd.Series(labels, dtype=str).value_counts()
    labels = {p: label if counts[label] == 1 else f"{label} ({p})" for p, label in labels.items()}
    return pa.table({"persona": pa.array(list(labels), pa.string()),
                     "label": pa.array(list(labels.values()), pa.string())})


def _marks(traits: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    """Return by feature the value that sets a persona apart most, and whether it has more of it."""
    clear = traits[(traits["spreads_apart"].abs() >= _MARK) & (traits["q_value"] <= ACCEPTED)]
    clear = clear[(clear["spreads_apart"] > 0) | (clear["value"] == "")]
    clear = clear[clear["value"] != "unstated"]
    clear = clear.assign(size=clear["spreads_apart"].abs())
    clear = clear.sort_values(["size", "feature", "value"], ascending=[False, True, True])
    first = clear.drop_duplicates("feature")
    return {str(f): (str(v), a > 0) for f, v, a in zip(
        first["feature"], first["value"], first["spreads_apart"].to_numpy(float), strict=True)}


def _label(marks: dict[str, tuple[str, bool]], full: bool) -> str:
    """Return a name like ``Evening chatters about billing``; the full one tells all."""
    hours, day = marks.get("time of day"), marks.get("weekend")
    channel, family = marks.get("channel"), marks.get("reason family")
    words = [day[0] if day and not hours else "", hours[0] if hours else ""]
    extra = [
        ("self-serving", "seldom self-serving", "self-service share"),
        ("long-standing", "new", "tenure days"),
        ("frequent", "occasional", "issues per month"),
    ]
    if full or not (hours or day or channel or family):
        words += [(more if marks[f][1] else less) for more, less, f in extra if f in marks]
    words.append(_PEOPLE.get(channel[0], "customers") if channel else "customers")
    if family:
        word = "".join(c if c.isprintable() else " " for c in family[0])
        words.append("about " + " ".join(word.split())[:_LONGEST_WORD])
    label = " ".join(w for w in words if w)
    return label[0].upper() + label[1:]
