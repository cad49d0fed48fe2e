"""How journeys go: flow, transitions, step matrix, variants, funnel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import SettingsError
from .chart import Chart
from .choosing import check_word
from .counting import COUNTED, add_shares, base_of
from .drawing_paths import draw_flow, draw_funnel, draw_matrix, draw_transitions, draw_variants

if TYPE_CHECKING:
    from .view import View

#: Word of a touchpoint that a path is made of. An activity is named as in the ledger's path_facts.
_WORDS = {
    "step": "coalesce(cast(t.step as varchar), 'none')",
    "channel": "coalesce(cast(t.channel as varchar), 'none')",
    "activity": "coalesce(t.activity, concat_ws(' ', cast(t.kind as varchar), "
                "cast(t.step as varchar)))",
}
#: More than any data has.
_ALL_WORDS = 1_000_000


def _paths(of: str) -> str:
    """Return CTEs up to ``placed``: each journey's activities in order, from place 1.

    Neighbours of one step or channel are one; activities are not merged, as in the ledger.
    """
    check_word("of", "paths are not made of this", of, list(_WORDS))
    merged = "" if of == "activity" else (
        "QUALIFY lag(activity) OVER (PARTITION BY journey_key ORDER BY touchpoint_no) "
        "IS DISTINCT FROM activity")
    return f"""
    WITH counted AS ({COUNTED}),
    words AS (
        SELECT t.journey_key, t.person_key, t.touchpoint_no, {_WORDS[of]} AS word
        FROM touchpoints AS t WHERE t.journey_key IN (SELECT journey_key FROM counted)),
    tops AS (
        SELECT word FROM words GROUP BY word
        ORDER BY count(*) DESC, word LIMIT $top),
    named AS (
        SELECT w.journey_key, w.person_key, w.touchpoint_no, coalesce(p.word, 'other') AS activity
        FROM words AS w LEFT JOIN tops AS p ON w.word = p.word),
    merged AS (SELECT * FROM named {merged}),
    placed AS (
        SELECT *, row_number() OVER (PARTITION BY journey_key ORDER BY touchpoint_no) AS place
        FROM merged)"""


def _fold_small(column: str, by: str) -> str:
    """Return CTEs that make groups of too few persons ``other``, from ``rows_`` to ``folded``."""
    return f"""
    small AS (
        SELECT {by} FROM rows_ GROUP BY {by} HAVING count(DISTINCT person_key) < $min_group),
    folded AS (
        SELECT r.* REPLACE (CASE WHEN s.{column} IS NULL OR r.{column} = 'ended' THEN r.{column}
                            ELSE 'other' END AS {column})
        FROM rows_ AS r LEFT JOIN small AS s USING ({by}))"""


def _positive(name: str, number: int) -> None:
    if number < 1:
        raise SettingsError(name, "too small", found=number, allowed="1 or more")


def flow(view: View, of: str, places: int, top: int, percent_of: str) -> Chart:
    """See ``View.flow``."""
    _positive("places", places)
    _positive("top", top)
    check_word("percent_of", "no such base", percent_of, ["all", "before"])
    wide = ", ".join(f"max(CASE WHEN place = {k} THEN activity END) AS p{k}"
                     for k in range(1, places + 2))
    ends = ", ".join(
        f"CASE WHEN p{k} IS NULL AND p{k - 1} IS NOT NULL THEN 'end' ELSE p{k} END AS p{k}"
        for k in range(2, places + 1))
    last = (f"CASE WHEN p{places + 1} IS NOT NULL THEN 'goes on' WHEN p{places} IS NOT NULL "
            f"THEN 'end' END AS p{places + 1}")
    folds = "".join(_fold_place(k) for k in range(2, places + 1))
    links = " UNION ALL ".join(
        f"SELECT {k} AS place, p{k} AS from_activity, p{k + 1} AS to_activity, "
        "count(*) AS journeys, count(DISTINCT person_key) AS persons "
        f"FROM f{places} WHERE p{k + 1} IS NOT NULL AND p{k} <> 'end' GROUP BY ALL"
        for k in range(1, places + 1))
    data = view.warehouse.frame(f"""{_paths(of)},
    wide AS (
        SELECT journey_key, any_value(person_key) AS person_key, {wide}
        FROM placed WHERE place <= {places + 1} GROUP BY journey_key),
    ended AS (SELECT * REPLACE ({', '.join(filter(None, (ends, last)))}) FROM wide),
    f1 AS (
        SELECT * REPLACE (CASE WHEN p1 IN (
            SELECT p1 FROM ended GROUP BY p1 HAVING count(DISTINCT person_key) < $min_group
        ) THEN 'other' ELSE p1 END AS p1) FROM ended)
    {folds}
    {links} ORDER BY place, journeys DESC, from_activity, to_activity""",
        {"top": top, "min_group": view.min_group})
    of_before = data.groupby(["place", "from_activity"])["journeys"].transform("sum")
    data = add_shares(data, "journeys", base_of(view),
                      of_before if percent_of == "before" else None)
    return Chart(data, draw_flow(data, of, percent_of), (
        "Place by place from the first touchpoint. Rare words, and ways of fewer than "
        f"{view.min_group} persons, are in 'other'."))


def _fold_place(k: int) -> str:
    """Return a CTE where ways from place k - 1 that too few persons went lead to ``other``."""
    return f""",
    s{k} AS (
        SELECT p{k - 1}, p{k} FROM f{k - 1} WHERE p{k} <> 'end'
        GROUP BY ALL HAVING count(DISTINCT person_key) < $min_group),
    f{k} AS (
        SELECT f.* REPLACE (CASE WHEN s.p{k} IS NULL THEN f.p{k} ELSE 'other' END AS p{k})
        FROM f{k - 1} AS f LEFT JOIN s{k} AS s ON f.p{k - 1} = s.p{k - 1} AND f.p{k} = s.p{k})"""


def transitions(view: View, of: str, top: int) -> Chart:
    """See ``View.transitions``."""
    _positive("top", top)
    data = view.warehouse.frame(f"""{_paths(of)},
    beside AS (
        SELECT *, lag(activity) OVER in_order AS before, lead(activity) OVER in_order AS after
        FROM merged WINDOW in_order AS (PARTITION BY journey_key ORDER BY touchpoint_no)),
    rows_ AS (
        SELECT journey_key, person_key, coalesce(before, 'start') || chr(10) || activity AS way
        FROM beside
        UNION ALL
        SELECT journey_key, person_key, activity || chr(10) || 'end' FROM beside
        WHERE after IS NULL),
    {_fold_small('way', 'way')}
    SELECT split_part(way, chr(10), 1) AS from_activity,
        CASE way WHEN 'other' THEN 'other' ELSE split_part(way, chr(10), 2) END AS to_activity,
        sum(n)::BIGINT AS transitions, count(*) AS journeys, count(DISTINCT person_key) AS persons
    FROM (SELECT way, journey_key, person_key, count(*) AS n FROM folded GROUP BY ALL)
    GROUP BY way ORDER BY transitions DESC, from_activity, to_activity""",
        {"top": top, "min_group": view.min_group})
    data = data.groupby(["from_activity", "to_activity"], as_index=False, sort=False).sum()
    data = add_shares(data, "journeys", base_of(view))
    data["share_of_from"] = data["transitions"] / data.groupby("from_activity")[
        "transitions"].transform("sum")
    return Chart(data, draw_transitions(data, of), (
        f"Wider is more often. Transitions of fewer than {view.min_group} persons are counted "
        "from 'other' to 'other'."))


def step_matrix(view: View, of: str, places: int, top: int) -> Chart:
    """See ``View.step_matrix``."""
    _positive("places", places)
    _positive("top", top)
    data = view.warehouse.frame(f"""{_paths(of)},
    rows_ AS (
        SELECT CAST(k.place AS INTEGER) AS place, coalesce(p.activity, 'ended') AS activity,
            c.journey_key, c.person_key
        FROM counted AS c CROSS JOIN range(1, $places + 1) AS k(place)
        LEFT JOIN placed AS p ON c.journey_key = p.journey_key AND k.place = p.place),
    {_fold_small('activity', 'place, activity')}
    SELECT place, activity, count(*) AS journeys, count(DISTINCT person_key) AS persons
    FROM folded GROUP BY ALL ORDER BY place, journeys DESC, activity""",
        {"top": top, "places": places, "min_group": view.min_group})
    data = add_shares(data, "journeys", base_of(view))
    return Chart(data, draw_matrix(data, of),
                 "Share of all journeys; each column adds up to 100 %.")


def variants(view: View, of: str, top: int) -> Chart:
    """See ``View.variants``."""
    _positive("top", top)
    data = view.warehouse.frame(f"""{_paths(of)},
    ways AS (
        SELECT journey_key, person_key, string_agg(activity, ' > ' ORDER BY place) AS variant
        FROM placed GROUP BY journey_key, person_key),
    shown AS (
        SELECT variant FROM ways GROUP BY variant HAVING count(DISTINCT person_key) >= $min_group
        ORDER BY count(*) DESC, variant LIMIT $shown),
    labelled AS (
        SELECT coalesce(s.variant, 'other') AS variant, w.journey_key, w.person_key
        FROM ways AS w LEFT JOIN shown AS s ON w.variant = s.variant)
    SELECT variant, count(*) AS journeys, count(DISTINCT person_key) AS persons
    FROM labelled GROUP BY variant ORDER BY variant = 'other', journeys DESC, variant""",
        {"top": _ALL_WORDS, "shown": top, "min_group": view.min_group})
    data = add_shares(data, "journeys", base_of(view))
    return Chart(data, draw_variants(data), (
        f"'other' is every path that is not among the {top} commonest, or that fewer than "
        f"{view.min_group} persons went."))


def funnel(view: View, steps: Sequence[str]) -> Chart:
    """See ``View.funnel``."""
    known = [str(w) for w, in view.whole.rows(
        "SELECT DISTINCT step::VARCHAR FROM touchpoints WHERE step IS NOT NULL ORDER BY 1")]
    if not steps:
        raise SettingsError("steps", "a funnel needs one", allowed=", ".join(known))
    for step in steps:
        check_word("steps", "no such step in the data", step, known)
    stages = "s0 AS (SELECT journey_key, person_key, 0 AS touchpoint_no FROM counted)"
    for k in range(1, len(steps) + 1):
        stages += f""",
    s{k} AS (
        SELECT b.journey_key, b.person_key, min(t.touchpoint_no) AS touchpoint_no
        FROM s{k - 1} AS b INNER JOIN touchpoints AS t ON b.journey_key = t.journey_key
        WHERE t.step::VARCHAR = $step_{k} AND t.touchpoint_no > b.touchpoint_no
        GROUP BY b.journey_key, b.person_key)"""
    counts = " UNION ALL ".join(
        f"SELECT {k} AS stage, count(*) AS journeys, count(DISTINCT person_key) AS persons "
        f"FROM s{k}"
        for k in range(len(steps) + 1))
    data = view.warehouse.frame(
        f"WITH counted AS ({COUNTED}), {stages} {counts} ORDER BY stage",
        {f"step_{k}": step for k, step in enumerate(steps, 1)})
    data.insert(1, "step", ["all journeys", *steps])
    data = add_shares(data, "journeys", base_of(view))
    data["share_of_before"] = data["journeys"] / data["journeys"].shift()
    is_few = data["persons"].between(1, view.min_group - 1)
    numbers = data.columns[2:]
    if is_few.any():
        data[numbers] = data[numbers].astype(float).mask(is_few, axis=0)
    return Chart(data, draw_funnel(data), (
        "A journey counts at a step if it came there after the steps before. Empty: fewer than "
        f"{view.min_group} persons."))

