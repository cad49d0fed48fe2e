"""Pain points of whole projects: what is published, against independent reckoning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from journey_analytics.engines import Published
from journey_analytics.errors import SettingsError
from journey_analytics.learning.facts import CONTACT
from journey_analytics.learning.resampling import mixed
from journey_analytics.settings import load
from tests.project import run_project, write_project


@pytest.fixture
def sample(sample_project: Path, published: Callable[[Path], Published]) -> Published:
    return published(sample_project)


def frame(warehouse: Published, query: str) -> pd.DataFrame:
    return warehouse.connection.sql(query).df()


# --- the ranking ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")  # not in the indicator
@pytest.mark.parametrize("rank", [1, 2, 3, 6, 10])
def test_differences_are_those_of_statsmodels(sample: Published, rank: int) -> None:
    """Built anew from the published tables: who is compared, what came before, what is fixed."""
    point = sample.dicts("SELECT * FROM pain_points WHERE rank = ?", [rank])[0]
    journeys = frame(sample, f"""
        SELECT j.journey_key, j.person_key, j.entry_channel::varchar AS channel,
            date_trunc('month', j.started_at) AS month, s.score_thousandths / 1000 AS score,
            coalesce((SELECT arg_min(coalesce(c.queue::varchar, 'no queue'),
                    (started_at, contact_key)) FROM contacts AS c
                WHERE c.journey_key = j.journey_key AND excluded_rule IS NULL),
                'no queue') AS queue
        FROM journeys AS j JOIN journey_scores AS s USING (journey_key)
        JOIN persons AS p ON p.person_key = j.person_key
        WHERE j.reason = '{point["reason"]}' AND p.is_active AND j.is_customers
            AND s.instrument = '{point["basis"]}'
        ORDER BY j.journey_key""").set_index("journey_key")
    evidence = frame(sample, f"""
        SELECT pain_point, kind::varchar AS kind, journey_key, place FROM pain_point_evidence
        WHERE reason = '{point["reason"]}'""")
    own = evidence[evidence["pain_point"] == point["pain_point"]].set_index("journey_key")["place"]
    first = evidence.pivot_table("place", "journey_key", "kind", aggfunc="min").reindex(
        journeys.index)
    hit = journeys.index.isin(own.index)
    places = np.sort(own.reindex(journeys.index[hit]).to_numpy(np.int64))
    luck = mixed(journeys.index.to_numpy().astype(np.uint64)) / 2.0**64
    at = pd.Series(places[(luck * len(places)).astype(int)], journeys.index)
    at[hit] = own.reindex(journeys.index[hit])
    kept = hit | ~(first[str(point["kind"])] // CONTACT == at // CONTACT).to_numpy()
    rare = journeys[["channel", "queue"]].apply(
        lambda c: c.where(c.map(c.value_counts()) >= 5, "-"))
    controls = pd.get_dummies(pd.concat([rare, journeys["month"].astype(str)], axis=1), dtype=float)
    before = first.lt(at, axis=0)
    here = before.mul(journeys["queue"] == journeys["queue"][hit].mode()[0], axis=0)
    apart = np.minimum(here[kept].sum(), (before & ~here)[kept].sum()) >= 5
    design = pd.concat([pd.Series(hit.astype(float), journeys.index), controls,
                        before.astype(float), here.loc[:, apart].astype(float)],
                       axis=1).to_numpy(float)[kept]
    theirs = sm.OLS(journeys["score"].to_numpy()[kept], sm.add_constant(design, has_constant="add"))
    assert theirs.fit().params[1] == pytest.approx(point["difference"], abs=2e-6)
    assert (point["hit_scored"], point["other_scored"]) == (hit.sum(), kept.sum() - hit.sum())


def test_ranks_lie_in_their_intervals_and_ties_begin_before_them(sample: Published) -> None:
    ranked = frame(sample, "SELECT * FROM pain_points WHERE rank IS NOT NULL ORDER BY rank")
    assert ranked["rank"].between(ranked["rank_low"], ranked["rank_high"]).mean() > 0.9
    assert (ranked["tied_from"] <= ranked["rank"]).all() and ranked["top_3"].sum() == \
        pytest.approx(3, abs=0.01)
    assert ranked["burden"].is_monotonic_decreasing
    # The planted three stand apart; what is background only does not.
    assert ranked["tied_from"].tolist()[:3] == [1, 2, 3] and (ranked["top_3"][:3] > 0.95).all()
    assert (ranked["tied_from"] < ranked["rank"])[7:].all()
    others = sample.value("SELECT count(*) FROM pain_points WHERE rank IS NULL "
                          "AND (rank_low IS NOT NULL OR tied_from IS NOT NULL)")
    assert others == 0


def test_clear_is_a_loss_at_a_rate_of_five_percent(sample: Published) -> None:
    points = frame(sample, "SELECT * FROM pain_points WHERE difference IS NOT NULL")
    assert ((points["q_value"] <= 0.05) & (points["difference"] < 0)).tolist() \
        == points["is_clear"].tolist()
    assert points["is_clear"].sum() >= 5
    shrunk = (points["impact"] - points["difference"]).abs()
    assert (shrunk <= (points["difference_high"] - points["difference"]) * 1.5 + 1e-9).all()
    assert points["impact"].between(points["impact_low"], points["impact_high"]).all()


# --- what speaks against it, and hints ------------------------------------------------------------


def test_counter_evidence_holds_like_against_like(sample: Published) -> None:
    segments = frame(sample, "SELECT s.*, p.difference AS whole FROM pain_point_segments AS s "
                     "JOIN pain_points AS p USING (pain_point)")
    every = segments[segments["segment_kind"] == "all"]
    assert (every["difference"] == every["whole"]).all() and len(every) >= 5
    assert (every["score_with"] < every["score_without"]).mean() > 0.8
    for _, parts in segments[segments["segment_kind"] != "all"].groupby("pain_point"):
        assert parts["is_weakest"].sum() == 1
        assert parts.loc[parts["is_weakest"], "difference"].item() == parts["difference"].max()
    assert not every["is_weakest"].any()
    by_persona = segments[segments["segment_kind"] == "persona"]
    assert len(by_persona) >= 5
    hit = {(point, persona): count for point, persona, count in sample.rows("""
        SELECT e.pain_point, n.persona, count(DISTINCT journey_key)
        FROM pain_point_evidence AS e JOIN person_personas AS n USING (person_key)
        JOIN journey_scores AS s USING (journey_key)
        WHERE s.instrument::varchar LIKE 'NPS%' GROUP BY ALL""")}
    for row in by_persona.to_dict("records"):
        assert row["hit_scored"] == hit[row["pain_point"], row["segment"]]


def test_hints_are_shares_of_contacts(sample: Published) -> None:
    hints = frame(sample, "SELECT h.*, p.kind::varchar AS kind, p.reason::varchar AS reason, "
                  "p.channel::varchar AS channel, p.queue::varchar AS queue FROM "
                  "pain_point_hints AS h JOIN pain_points AS p USING (pain_point)")
    assert (hints["lift_low"] > 1).mean() > 0.95 and (hints["q_value"] <= 0.05).all()
    hours = hints[hints["trait"] == "hour"]
    assert len(hours) and {"reason", "hour"} <= set(hints["trait"])
    for hint in hours.to_dict("records"):
        assert sample.rows("""
            WITH counted AS (
                SELECT c.contact_key, extract(hour FROM timezone('Europe/Berlin',
                        timezone('UTC', c.started_at))) = ?::int AS here,
                    bool_or(m.kind IS NOT NULL) AS has_kind,
                    bool_or(coalesce(m.queue::varchar, 'no queue') = ? AND m.channel = ?
                        AND m.kind IS NOT NULL) AS met
                FROM contacts AS c JOIN journeys AS j USING (journey_key)
                JOIN persons AS p ON p.person_key = c.person_key
                LEFT JOIN moments AS m ON m.contact_key = c.contact_key AND m.kind = ?
                WHERE c.excluded_rule IS NULL AND p.is_active AND j.reason = ? AND c.channel = ?
                GROUP BY c.contact_key, c.started_at)
            SELECT count(*) FILTER (met AND here), count(*) FILTER (met),
                count(*) FILTER (NOT has_kind AND here), count(*) FILTER (NOT has_kind)
            FROM counted""",
            [hint["value"], hint["queue"], hint["channel"], hint["kind"], hint["reason"],
             hint["channel"]],
        ) == [(hint["hits"], hint["hits_of"], hint["others"], hint["others_of"])]


def test_totals_count_each_journey_once(sample: Published) -> None:
    evidence = frame(sample, """
        SELECT e.journey_key, e.person_key, p.reason::varchar AS reason, p.queue::varchar AS queue,
            p.burden / p.journeys_hit AS loss, n.persona
        FROM pain_point_evidence AS e JOIN pain_points AS p USING (pain_point)
        JOIN person_personas AS n ON e.person_key = n.person_key
        WHERE p.rank IS NOT NULL""")
    totals = frame(sample, "SELECT * FROM pain_point_totals")
    for dimension in ("reason", "queue", "persona"):
        worst = evidence.groupby([dimension, "journey_key"], as_index=False).agg(
            loss=("loss", "max"), person=("person_key", "min"))
        for row in totals[totals["dimension"] == dimension].to_dict("records"):
            mine = worst[worst[dimension] == row["value"]]
            assert (len(mine), mine["person"].nunique()) == (
                row["journeys_hit"], row["persons_hit"])
            assert mine["loss"].sum() == pytest.approx(row["burden"], abs=0.01)
    added = evidence["loss"].sum()
    assert totals.loc[totals["dimension"] == "reason", "burden"].sum() < added


def test_a_part_is_ranked_beside_its_whole_only_where_it_adds(sample: Published) -> None:
    parts = frame(sample, """
        SELECT p.pain_point, p.rank, p.is_clear, p.not_ranked_because,
            avg((m.journey_key IS NOT NULL)::int) AS within
        FROM pain_points AS p JOIN pain_point_evidence AS e USING (pain_point)
        LEFT JOIN (SELECT DISTINCT kind::varchar AS kind, journey_key FROM moments) AS m
            ON m.journey_key = e.journey_key AND m.kind = p.parent_kind::varchar
        WHERE p.parent_kind IS NOT NULL GROUP BY ALL""")
    ranked = parts[parts["rank"].notna()]
    assert ((ranked["within"] < 0.5) | ranked["is_clear"]).all()
    left_out = parts[parts["not_ranked_because"] == "counted within its parent kind"]
    assert len(left_out) and (left_out["within"] >= 0.5).all()


# --- small projects -------------------------------------------------------------------------------


def calls(persons: int) -> list[dict[str, Any]]:
    """Everyone calls twice, two days apart; the first call waits 200 s, then is passed on."""
    rows = []
    for number in range(persons):
        for day in (1, 3):
            rows.append({
                "leg_id": f"l{number}-{day}", "call_id": f"c{number}-{day}",
                "customer_ref": f"r{number}", "started_at": f"2026-01-{day:02d} 10:00:00",
                "ended_at": f"2026-01-{day:02d} 10:10:00", "queue": "Desk",
                "queue_wait_ms": "200000" if day == 1 else "1000", "talk_ms": "240000",
                "wrap_ms": "60000", "disposition": "bill"})
    return rows


def run(tmp_path: Path, settings: str = "") -> duckdb.DuckDBPyConnection:
    project = write_project(tmp_path / "p", settings=settings, calls=calls(6))
    run_project(project)
    return duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True)


def test_places_count_contacts_and_knock_on_has_a_price(tmp_path: Path) -> None:
    with run(tmp_path, "[costs]\nper_contact = 2.5\nper_minute = 1\n") as warehouse:
        places = warehouse.sql("SELECT kind::varchar, any_value(place), count(DISTINCT place) "
                               "FROM pain_point_evidence GROUP BY 1 ORDER BY 1").fetchall()
        assert places == [("repeat_contact", 2 * CONTACT, 1), ("wait", CONTACT, 1)]
        # Each of six waits is followed by one call of four minutes' talk and one of wrap-up.
        assert warehouse.sql(
            "SELECT knock_on_contacts, knock_on_handle_ms, knock_on_cost, basis FROM pain_points "
            "WHERE kind = 'wait'").fetchall() == [
                (6, 6 * 300_000, 6 * 2.5 + 6 * 5 * 1.0, "customer hours lost")]


def test_without_rates_nothing_has_a_price_and_without_scores_time_ranks(tmp_path: Path) -> None:
    with run(tmp_path) as warehouse:
        assert warehouse.sql("SELECT DISTINCT knock_on_cost, difference, q_value, is_clear "
                             "FROM pain_points").fetchall() == [(None,) * 4]
        ranked = warehouse.sql("SELECT rank, rank_low, rank_high, tied_from FROM pain_points "
                               "ORDER BY rank").fetchall()
        assert [r[0] for r in ranked] == [1, 2] and all(r[1] is not None for r in ranked)


def test_a_negative_cost_is_an_error(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", settings="[costs]\nper_minute = -1\n", calls=calls(1))
    with pytest.raises(SettingsError, match="costs.per_minute"):
        load(project)


# --- who answers, and where the matrix is cut -----------------------------------------------------


def test_rates_are_completed_of_delivered(sample: Published) -> None:
    rates = frame(sample, "SELECT * FROM response_rates").set_index(
        ["instrument", "dimension", "value"])
    for dimension, column in (("queue", "queue"), ("channel", "channel"),
                              ("outcome", "contact_result")):
        for value, persons, asked, answered in sample.rows(f"""
                SELECT {column}::varchar, count(DISTINCT person_key), count(DISTINCT response_key),
                    count(DISTINCT response_key) FILTER (survey_status = 'complete')
                FROM survey_answers WHERE metric = 'nps' AND {column} IS NOT NULL
                GROUP BY 1 HAVING count(DISTINCT person_key) >= 5"""):
            row = rates.loc[("NPS 0-10", dimension, value)]
            assert (row["persons"], row["asked"], row["answered"]) == (persons, asked, answered)
            low, high = proportion_confint(answered, asked, method="wilson")
            assert (row["rate"], row["rate_low"], row["rate_high"]) == pytest.approx(
                (answered / asked, low, high), abs=1e-4)
    # Its invitations without an answer do not say that satisfaction was asked for.
    unknown = rates.loc["CSAT 1-5"]
    assert unknown[["asked", "rate", "rate_low", "rate_high"]].isna().all(axis=None)
    assert (unknown["answers_of_unknown"] > 0).all()


def test_tipping_points_are_reckoned_backwards(sample: Published) -> None:
    """Let the silent differ by as much as is said, and the conclusion flips."""
    bias = frame(sample, "SELECT * FROM response_bias").set_index("instrument").loc["NPS 0-10"]
    observed = sample.rows("SELECT avg(score_thousandths) / 1000 FROM journey_scores JOIN journeys "
                           "USING (journey_key) JOIN persons p ON p.person_key = "
                           "journeys.person_key WHERE instrument = 'NPS 0-10' AND p.is_active")
    assert bias["observed"] == pytest.approx(observed[0][0], abs=1e-3)
    silent = 1 - bias["answered_journeys"] / bias["journeys"]
    every = bias["observed"] + silent * bias["tipping_mean"]
    assert every == pytest.approx(bias["observed_high"], abs=1e-5)
    first, second = frame(
        sample, "SELECT * FROM pain_points WHERE rank <= 2 ORDER BY rank").to_dict("records")
    assert bias["worst_pain_point"] == first["pain_point"]
    silent_hit = first["journeys_hit"] - first["hit_scored"]
    lost = first["burden"] - silent_hit * bias["tipping_order"]
    assert lost == pytest.approx(second["burden"], rel=1e-6)
    assert first["burden"] - silent_hit * bias["tipping_loss"] == pytest.approx(0, abs=1e-6)
    # The sample's customers answer whatever their score.
    assert bias["odds_low"] < 1 < bias["odds_high"]
    assert bias["weights_rest_on"] == "what is known of all"


def test_cut_lines_are_the_medians_unless_a_user_draws_them(
    sample: Published, tmp_path: Path
) -> None:
    points = frame(sample, "SELECT * FROM pain_point_priorities")
    assert (points["impact_cut"] == points["impact_per_journey"].median()).all()
    many, hard = points["frequency"] >= points["frequency_cut"], \
        points["impact_per_journey"] >= points["impact_cut"]
    assert points["quadrant"].tolist() == [
        f"hits {'many' if m else 'few'} {'hard' if h else 'lightly'}"
        for m, h in zip(many, hard, strict=True)]
    assert 0 < points["is_settled"].sum() < len(points)
    with run(tmp_path, "[priorities]\nimpact_cut = 0.1\n") as warehouse:
        assert warehouse.sql("SELECT DISTINCT impact_cut, impact_cut_from, frequency_cut_from "
                             "FROM pain_point_priorities").fetchall() == [
                                 (0.1, "settings", "median of the ranked")]
