"""How journeys go: flow, transitions, step matrix, variants, funnel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import SettingsError
from .chart import Chart
from .choosing import check_whole, check_word
from .counting import COUNTED, add_shares, base_of
from .drawing_paths import draw_flow, draw_funnel, draw_matrix, draw_transitions, draw_variants

if TYPE_CHECKING:
    from .view import View

#: What a path is made of: the columns of a touchpoint, and the word for them. An activity is named
#: as in the ledger's path_facts.
_WORDS = {
    "step": ("step", "coalesce(step::VARCHAR, 'none')"),
    "channel": ("channel", "coalesce(channel::VARCHAR, 'none')"),
    "activity": ("activity, kind, step",
                 "coalesce(activity, concat_ws(' ', kind::VARCHAR, step::VARCHAR))"),
}
#: More than any data has; numbers of words are below it.
_ALL_WORDS = 1 << 24
_MOST_PLACES = 50
#: Numbers of what is no word of the data; a number from 1 on is the rank of a word.
_REST, _ENDED, _START, _GOES_ON = 0, -1, -2, -3


def _routes(of: str, ended: str = "ended") -> str:
    """Return CTEs of the paths that journeys took, each path once: a few thousand of millions.

    ``routes``: route, path (numbers of words in order; neighbours of one step or channel are one,
    activities are not merged, as in the ledger). ``taken``: route, person_key, journeys. ``names``:
    number, name. Words are numbers and lists until a frame is made.
    """
    check_word("of", "paths are not made of this", of, list(_WORDS))
    columns, word = _WORDS[of]
    same = " AND ".join(f"t.{c} IS NOT DISTINCT FROM n.{c}" for c in columns.split(", "))
    merged = "numbers" if of == "activity" else (
        "list_filter(numbers, lambda x, i: i = 1 OR x <> numbers[i - 1])")
    return f"""
    WITH counted AS ({COUNTED}),
    events AS MATERIALIZED (
        SELECT journey_key, person_key, touchpoint_no, {columns} FROM touchpoints
        WHERE journey_key IN (SELECT journey_key FROM counted)),
    kinds AS (SELECT {columns}, count(*) AS n FROM events GROUP BY ALL),
    named AS (SELECT *, {word} AS name FROM kinds),
    ranked AS (
        SELECT name, row_number() OVER (ORDER BY sum(n) DESC, name) AS number
        FROM named GROUP BY name),
    numbered AS (
        SELECT k.*, CASE WHEN r.number <= $top AND r.name <> 'other' THEN r.number
            ELSE {_REST} END AS number
        FROM named AS k INNER JOIN ranked AS r ON k.name = r.name),
    names AS (
        SELECT number, name FROM ranked
        UNION ALL VALUES ({_REST}, 'other'), ({_ENDED}, '{ended}'), ({_START}, 'start'),
            ({_GOES_ON}, 'goes on')),
    listed AS (
        SELECT t.journey_key, any_value(t.person_key) AS person_key,
            list_sort(list(t.touchpoint_no::BIGINT * {_ALL_WORDS} + n.number)) AS placed
        FROM events AS t INNER JOIN numbered AS n ON {same} GROUP BY t.journey_key),
    lists AS (
        SELECT person_key, list_transform(placed, lambda x: (x % {_ALL_WORDS})::INTEGER) AS numbers
        FROM listed),
    paths AS MATERIALIZED (SELECT person_key, {merged} AS path FROM lists),
    routes AS MATERIALIZED (
        SELECT path, row_number() OVER () AS route FROM (SELECT DISTINCT path FROM paths)),
    taken AS MATERIALIZED (
        SELECT r.route, p.person_key, count(*) AS journeys
        FROM paths AS p INNER JOIN routes AS r ON p.path = r.path GROUP BY ALL)"""


def _fold_small(by: str, folded: str) -> str:
    """Return CTEs from ``cells`` to ``shown``, those of too few persons folded into others.

    Parameters
    ----------
    by
        The columns of a cell. ``cells`` has them, ``route`` and ``n``: how often it is in a path.
    folded
        What the columns become, by name, where a cell is small.
    """
    return f"""
    small AS (
        SELECT {by} FROM cells INNER JOIN taken USING (route) GROUP BY ALL
        HAVING count(DISTINCT person_key) < $min_group),
    shown AS (
        SELECT route, {by}, sum(n) AS n FROM (
            SELECT c.* REPLACE ({folded}) FROM cells AS c
            LEFT JOIN (SELECT *, true AS is_small FROM small) AS s USING ({by}))
        GROUP BY ALL)"""


def flow(view: View, of: str, places: int, top: int, percent_of: str) -> Chart:
    """See ``View.flow``."""
    check_whole("places", places, _MOST_PLACES)
    check_whole("top", top, _ALL_WORDS - 1)
    check_word("percent_of", "no such base", percent_of, ["all", "before"])
    wide = ", ".join(f"path[{k}] AS p{k}" for k in range(1, places + 2))
    ends = ", ".join(
        f"CASE WHEN p{k} IS NULL AND p{k - 1} IS NOT NULL THEN {_ENDED} ELSE p{k} END AS p{k}"
        for k in range(2, places + 1))
    last = (f"CASE WHEN p{places + 1} IS NOT NULL THEN {_GOES_ON} WHEN p{places} IS NOT NULL "
            f"THEN {_ENDED} END AS p{places + 1}")
    folds = "".join(_fold_place(k) for k in range(2, places + 1))
    links = " UNION ALL ".join(
        f"SELECT {k} AS place, p{k} AS a, p{k + 1} AS b, sum(journeys)::BIGINT AS journeys, "
        f"count(DISTINCT person_key) AS persons FROM f{places} "
        f"WHERE p{k + 1} IS NOT NULL AND p{k} <> {_ENDED} GROUP BY ALL"
        for k in range(1, places + 1))
    data = view.warehouse.frame(f"""{_routes(of, "end")},
    wide AS (SELECT route, {wide} FROM routes),
    ended AS (
        SELECT w.*, t.person_key, t.journeys FROM (
            SELECT * REPLACE ({', '.join(filter(None, (ends, last)))}) FROM wide) AS w
        INNER JOIN taken AS t USING (route)),
    f1 AS (
        SELECT * REPLACE (CASE WHEN p1 IN (
            SELECT p1 FROM ended GROUP BY p1 HAVING count(DISTINCT person_key) < $min_group
        ) THEN {_REST} ELSE p1 END AS p1) FROM ended)
    {folds},
    links AS ({links})
    SELECT l.place, a.name AS from_activity, b.name AS to_activity, l.journeys, l.persons
    FROM links AS l INNER JOIN names AS a ON l.a = a.number INNER JOIN names AS b ON l.b = b.number
    ORDER BY place, journeys DESC, from_activity, to_activity""",
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
        SELECT p{k - 1}, p{k} FROM f{k - 1} WHERE p{k} <> {_ENDED}
        GROUP BY ALL HAVING count(DISTINCT person_key) < $min_group),
    f{k} AS (
        SELECT f.* REPLACE (CASE WHEN s.p{k} IS NULL THEN f.p{k} ELSE {_REST} END AS p{k})
        FROM f{k - 1} AS f LEFT JOIN s{k} AS s ON f.p{k - 1} = s.p{k - 1} AND f.p{k} = s.p{k})"""


def transitions(view: View, of: str, top: int) -> Chart:
    """See ``View.transitions``."""
    check_whole("top", top, _ALL_WORDS - 1)
    data = view.warehouse.frame(f"""{_routes(of, "end")},
    ways AS (
        SELECT route, unnest(list_prepend({_START}, path)) AS a,
            unnest(list_append(path, {_ENDED})) AS b FROM routes),
    cells AS (SELECT route, a, b, count(*) AS n FROM ways GROUP BY ALL),
    {_fold_small("a, b", f"if(is_small, {_REST}, a) AS a, if(is_small, {_REST}, b) AS b")}
    SELECT a.name AS from_activity, b.name AS to_activity,
        sum(s.n * t.journeys)::BIGINT AS transitions, sum(t.journeys)::BIGINT AS journeys,
        count(DISTINCT t.person_key) AS persons
    FROM shown AS s INNER JOIN taken AS t USING (route)
    INNER JOIN names AS a ON s.a = a.number INNER JOIN names AS b ON s.b = b.number
    GROUP BY ALL ORDER BY transitions DESC, from_activity, to_activity""",
        {"top": top, "min_group": view.min_group})
    data = add_shares(data, "journeys", base_of(view))
    data["share_of_from"] = data["transitions"] / data.groupby("from_activity")[
        "transitions"].transform("sum")
    return Chart(data, draw_transitions(data, of), (
        f"Wider is more often. Transitions of fewer than {view.min_group} persons are counted "
        "from 'other' to 'other'."))


def step_matrix(view: View, of: str, places: int, top: int) -> Chart:
    """See ``View.step_matrix``."""
    check_whole("places", places, _MOST_PLACES)
    check_whole("top", top, _ALL_WORDS - 1)
    data = view.warehouse.frame(f"""{_routes(of)},
    cells AS (
        SELECT r.route, k.place::INTEGER AS place, coalesce(r.path[k.place], {_ENDED}) AS number,
            1 AS n
        FROM routes AS r CROSS JOIN range(1, $places + 1) AS k(place)),
    {_fold_small("place, number", f"if(is_small AND number <> {_ENDED}, {_REST}, number) "
                 "AS number")}
    SELECT s.place, m.name AS activity, sum(t.journeys)::BIGINT AS journeys,
        count(DISTINCT t.person_key) AS persons
    FROM shown AS s INNER JOIN taken AS t USING (route) INNER JOIN names AS m USING (number)
    GROUP BY ALL ORDER BY place, journeys DESC, activity""",
        {"top": top, "places": places, "min_group": view.min_group})
    data = add_shares(data, "journeys", base_of(view))
    return Chart(data, draw_matrix(data, of),
                 "Share of all journeys; each column adds up to 100 %.")


def variants(view: View, of: str, top: int) -> Chart:
    """See ``View.variants``."""
    check_whole("top", top, _ALL_WORDS - 1)
    data = view.warehouse.frame(f"""{_routes(of)},
    sizes AS (
        SELECT route, sum(journeys)::BIGINT AS journeys FROM taken GROUP BY route
        HAVING count(DISTINCT person_key) >= $min_group),
    spelled AS (
        SELECT route, string_agg(m.name, ' > ' ORDER BY place) AS variant
        FROM (SELECT route, unnest(path) AS number, generate_subscripts(path, 1) AS place
              FROM routes SEMI JOIN sizes USING (route))
        INNER JOIN names AS m USING (number) GROUP BY route),
    shown AS (
        SELECT route, variant FROM sizes INNER JOIN spelled USING (route)
        ORDER BY journeys DESC, variant LIMIT $shown)
    SELECT coalesce(s.variant, 'other') AS variant, sum(t.journeys)::BIGINT AS journeys,
        count(DISTINCT t.person_key) AS persons
    FROM taken AS t LEFT JOIN shown AS s USING (route) GROUP BY s.variant
    ORDER BY s.variant IS NULL, journeys DESC, s.variant""",
        {"top": _ALL_WORDS - 1, "shown": top, "min_group": view.min_group})
    data = add_shares(data, "journeys", base_of(view))
    return Chart(data, draw_variants(data), (
        f"'other' is every path that is not among the {top} commonest, or that fewer than "
        f"{view.min_group} persons went."))


def funnel(view: View, steps: Sequence[str]) -> Chart:
    """See ``View.funnel``."""
    if isinstance(steps, str):
        raise SettingsError("steps", "not a list", found=repr(steps), allowed=f"['{steps}']")
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
    base = base_of(view)
    data = add_shares(data if base.n else data.iloc[:0], "journeys", base)
    data["share_of_before"] = data["journeys"] / data["journeys"].shift()
    is_few = data["persons"].between(1, view.min_group - 1)
    numbers = data.columns[2:]
    if is_few.any():
        data[numbers] = data[numbers].astype(float).mask(is_few, axis=0)
    return Chart(data, draw_funnel(data), (
        "A journey counts at a step if it came there after the steps before. Empty: fewer than "
        f"{view.min_group} persons."))

