"""What speaks against a pain point: like journeys without it, and where it does no harm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from .answering import answering
from .facts import Cell, Reason, reasons
from .outcomes import of_score, score_difference
from .regression import Bools, Ints

_COUNTS = ("hit_scored", "other_scored", "hit_persons", "other_persons", "matched_hit")
_NUMBERS = ("difference", "difference_low", "difference_high", "score_with", "score_without")


def counter_evidence(facts: pa.Table) -> pa.Table:
    """Return each losing pain point's difference in parts of the data, and its matched journeys.

    Parameters
    ----------
    facts
        ``pain_point_facts``, each row with the persona of its person, if they have one.

    Returns
    -------
    pyarrow.Table
        Per pain point and part: journeys, persons, difference with its 95 % interval; for the whole
        also the mean scores of matched journeys. Values are rounded to a millionth.
    """
    has_scores = facts.column("score").null_count < facts.num_rows
    found = answering(reasons(facts)) if has_scores else []
    owners = facts.select(["person_key", "persona"]).to_pandas().drop_duplicates("person_key")
    personas = owners.set_index("person_key")["persona"]
    rows = [row for reason in found for cell in reason.cells
            for row in _parts(reason, cell, personas)]

    def column(name: str, kind: pa.DataType) -> pa.Array:
        values = [row.get(name) for row in rows]
        return pa.array([round(v, 6) if isinstance(v, float) else v for v in values], kind)

    return pa.table({
        **{n: column(n, pa.string()) for n in ("pain_point", "segment_kind", "segment")},
        **{n: column(n, pa.int64()) for n in _COUNTS},
        **{n: column(n, pa.float64()) for n in _NUMBERS},
    })


def _parts(reason: Reason, cell: Cell, personas: pd.Series) -> Iterator[dict[str, object]]:
    whole = of_score(reason, cell)
    if whole is None or whole.estimate >= 0:
        return
    rows, hit, places = reason.compared(cell, np.flatnonzero(~np.isnan(reason.score)))
    controls = reason.controls(cell, rows, places)
    before: Bools = np.any(reason.first[rows] < places[:, None], axis=1)
    parts: list[tuple[str, str, Bools]] = [("all", "all", np.ones(len(rows), bool))]
    parts += [("entry channel", name, reason.entry_channel[rows] == code)
              for code, name in enumerate(reason.entry_channels)]
    parts += [("month", name, reason.month[rows] == code)
              for code, name in enumerate(reason.months)]
    parts += [("before", "another moment before", before),
              ("before", "nothing before", np.logical_not(before))]
    persona = personas.reindex(reason.persons).to_numpy()[reason.person[rows]]
    parts += [("persona", name, persona == name) for name in sorted(personas.dropna().unique())]
    for kind, name, part in parts:
        chosen = rows[part]
        found = score_difference(reason, chosen, hit[part], controls[part])
        if found is None:
            continue
        low, high = found.interval
        yield {
            "pain_point": cell.name, "segment_kind": kind, "segment": name,
            "hit_scored": found.hits, "other_scored": found.others,
            "hit_persons": len(np.unique(reason.person[chosen[hit[part]]])),
            "other_persons": len(np.unique(reason.person[chosen[~hit[part]]])),
            "difference": found.estimate, "difference_low": low, "difference_high": high,
            **(_matched(reason, rows, hit) if kind == "all" else {}),
        }


def _matched(reason: Reason, rows: Ints, hit: Bools) -> dict[str, object]:
    """Return mean scores with and without, over pairs of groups of one entry channel and month."""
    stratum = reason.entry_channel[rows] * len(reason.months) + reason.month[rows]
    size = len(reason.entry_channels) * len(reason.months)
    score = reason.score[rows]
    hits, others = (np.bincount(stratum[of], minlength=size) for of in (hit, ~hit))
    both = (hits > 0) & (others > 0)
    if not both.any():
        return {}
    sums_hit = np.bincount(stratum[hit], score[hit], size)[both]
    sums_other = np.bincount(stratum[~hit], score[~hit], size)[both]
    matched = int(hits[both].sum())
    return {
        "matched_hit": matched, "score_with": float(sums_hit.sum()) / matched,
        "score_without": float((hits[both] * sums_other / others[both]).sum()) / matched,
    }
