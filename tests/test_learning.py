"""The statistics against independent ones: statsmodels, brute force, worlds of known truth."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson
from statsmodels.stats.multitest import multipletests

from journey_analytics.bench.effects import bench_effects, judge, markdown, summarise
from journey_analytics.bench.effects_world import make_world
from journey_analytics.learning import impact, lifts
from journey_analytics.learning.answering import answering
from journey_analytics.learning.facts import CONTACT, Reason, reasons
from journey_analytics.learning.multiplicity import q_values
from journey_analytics.learning.outcomes import of_knock_on, of_repeat, of_resolution, of_score
from journey_analytics.learning.regression import Bools, Fit, Floats, Ints, fit, halfway
from journey_analytics.learning.resampling import draws, resampled, stability
from journey_analytics.learning.response_means import response_means
from journey_analytics.learning.shrinkage import shrink

DAY = 86_400_000


def drawn_case(seed: int, journeys: int = 120) -> tuple[Floats, Bools, Floats, Ints, int]:
    """Scores, hits, controls (one column twice) and persons of a small random world."""
    dice = np.random.default_rng(seed)
    person = np.sort(dice.integers(0, journeys // 2, journeys))
    _, person = np.unique(person, return_inverse=True)
    channel = dice.integers(0, 3, journeys)
    before = dice.random(journeys) < 0.3
    hit = dice.random(journeys) < 0.15 + 0.2 * before + 0.1 * channel
    controls = np.column_stack([np.ones(journeys), channel == 1, channel == 2, before, before])
    score = 6 - channel - 2.0 * hit - before + dice.normal(0, 1, journeys) \
        + dice.normal(0, 1, person.max() + 1)[person]
    return score, hit, controls.astype(float), person, int(person.max() + 1)


def found(case: tuple[Floats, Bools, Floats, Ints, int]) -> Fit:
    result = fit(*case)
    assert result is not None
    return result


# --- one adjusted difference ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_differences_and_clustered_sums_are_those_of_statsmodels(seed: int) -> None:
    score, hit, controls, person, persons = case = drawn_case(seed)
    ours = found(case)
    theirs = sm.OLS(score, np.column_stack([hit, controls[:, :4]])).fit(
        cov_type="cluster", cov_kwds={"groups": person, "use_correction": False})
    assert ours.estimate == pytest.approx(theirs.params[0], rel=1e-9)
    # Without its small-sample factors our variance is the plain sandwich.
    plain = (ours.scores**2).sum() / ours.weights.sum() ** 2
    assert math.sqrt(plain) == pytest.approx(theirs.bse[0], rel=1e-9)
    assert ours.scores.sum() == pytest.approx(0, abs=1e-8)
    corrected = sm.OLS(score, np.column_stack([hit, controls[:, :4]])).fit(
        cov_type="cluster", cov_kwds={"groups": person})
    assert math.sqrt(ours.variance) == pytest.approx(corrected.bse[0], rel=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_variance_and_its_freedom_are_bell_and_mccaffreys(seed: int) -> None:
    """The textbook formula with whole matrices; ours leaves out the controls' own leverage."""
    score, hit, controls, person, persons = case = drawn_case(seed, 150)
    ours = found(case)
    design = np.column_stack([hit, controls[:, :4]]).astype(float)
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    rest = score - hat @ score
    rows = np.zeros((persons, len(score)))
    for g in range(persons):
        own = np.flatnonzero(person == g)
        values, vectors = np.linalg.eigh(np.eye(len(own)) - hat[np.ix_(own, own)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        rows[g] = (bread @ design[own].T @ root)[0] @ (np.eye(len(score)) - hat)[own]
    variance = ((rows @ rest) ** 2).sum()
    spread = rows @ rows.T
    freedom = np.trace(spread) ** 2 / (spread**2).sum()
    assert ours.variance == pytest.approx(variance, rel=0.05)
    assert ours.df == pytest.approx(freedom, rel=0.1)


def test_weighted_differences_are_those_of_statsmodels() -> None:
    score, hit, controls, person, persons = drawn_case(3)
    weights = np.random.default_rng(4).uniform(0.5, 3, len(score))
    ours = fit(score, hit, controls, person, persons, weights)
    assert ours is not None
    theirs = sm.WLS(score, np.column_stack([hit, controls[:, :4]]), weights).fit(
        cov_type="cluster", cov_kwds={"groups": person, "use_correction": False})
    assert ours.estimate == pytest.approx(theirs.params[0], rel=1e-9)
    plain = (ours.scores**2).sum() / ours.weights.sum() ** 2
    assert math.sqrt(plain) == pytest.approx(theirs.bse[0], rel=1e-9)


def test_halfway_between_two_models_is_unsure_of_both() -> None:
    score, hit, controls, person, persons = case = drawn_case(3)
    one = found(case)
    assert halfway(one, one).estimate == one.estimate
    assert halfway(one, one).variance == pytest.approx(one.variance)
    other = found((score + 3 * hit, hit, controls, person, persons))
    both = halfway(one, other)
    assert both.estimate == pytest.approx(one.estimate + 1.5)
    assert both.variance == pytest.approx(one.variance + 1.5**2)
    # Persons drawn again move it by the mean of what they move both by.
    moved = [f.scores / f.weights.sum() for f in (one, other, both)]
    assert moved[2] == pytest.approx((moved[0] + moved[1]) / 2)


# --- who answers ----------------------------------------------------------------------------------


def test_answers_stand_for_the_silent_of_their_kind() -> None:
    """With one trait that matters, the weighted mean is that of its strata by their size."""
    dice = np.random.default_rng(6)
    told = []
    for number in range(3000):
        channel = ("voice", "email")[number % 3 == 0]
        answers = dice.random() < (0.6 if channel == "voice" else 0.15)
        told.append({"channel": channel, "score": round(8 - 4 * (channel == "email")
                     + dice.normal(0, 1), 3) if answers else None})
    told += [{"channel": "letter"}] * 40
    schema = pa.schema([
        ("fact", pa.string()), ("journey_key", pa.int64()), ("person_key", pa.int64()),
        *((n, pa.string()) for n in ("reason", "entry_channel", "entry_queue", "kind",
                                     "pain_point", "instrument")),
        ("month", pa.int32()), ("score", pa.float64())])
    rows = [{"fact": "journey", "journey_key": n, "person_key": n // 2, "reason": "r",
             "entry_channel": j["channel"], "entry_queue": "q", "month": 1}
            for n, j in enumerate(told)]
    rows += [{"fact": "score", "journey_key": n, "person_key": n // 2, "instrument": "NPS 0-10",
              "score": j["score"]} for n, j in enumerate(told) if j.get("score") is not None]
    (row,) = response_means(pa.Table.from_pylist(rows, schema)).to_pylist()
    scores = {c: [float(str(j["score"])) for j in told
                  if j["channel"] == c and j.get("score") is not None]
              for c in ("voice", "email")}
    strata = (2 * np.mean(scores["voice"]) + np.mean(scores["email"])) / 3
    every = scores["voice"] + scores["email"]
    assert row["observed"] == pytest.approx(np.mean(every), abs=1e-6)
    assert row["reweighted"] == pytest.approx(strata, abs=0.02)
    assert row["reweighted_low"] < 8 - 4 / 3 < row["reweighted_high"] < row["observed_low"]
    assert (row["journeys"], row["journeys_beyond"]) == (3000, 40)
    assert row["effective_answers"] < row["answered_journeys"] == len(every)


def test_answers_for_the_score_are_told_from_answers_for_the_trouble() -> None:
    """By chance alone one world in twenty looks as if answers depended on the score."""
    weighed = {name: [answering(reasons(make_world(name, seed, 8000).facts))[0].weights is not None
                      for seed in range(1, 6)]
               for name in ("noise", "response", "unhappy")}
    assert all(weighed["unhappy"]) and sum(weighed["noise"] + weighed["response"]) <= 2


def test_what_cannot_be_told_is_empty() -> None:
    score, hit, controls, person, persons = drawn_case(1)
    assert fit(score, np.zeros_like(hit), controls, person, persons) is None
    assert fit(score, np.ones_like(hit), controls, person, persons) is None
    assert fit(score, hit, np.column_stack([controls, hit]), person, persons) is None
    few = np.zeros_like(hit)
    few[:4] = True
    assert fit(score, few, controls, person, persons) is None
    one = person == np.bincount(person).argmax()
    assert fit(score, one, controls, person, persons) is None
    alike = found((np.full_like(score, 3.0), hit, controls, person, persons))
    assert alike.estimate == pytest.approx(0, abs=1e-9) and alike.variance > 0


def test_intervals_hold_the_truth_with_few_hit() -> None:
    """Eight persons hit of 400: with Student's few degrees of freedom, 95 % stay 95 %."""
    dice = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        hit = np.zeros(400, bool)
        hit[dice.choice(400, 8, replace=False)] = True
        score = np.rint(7 - hit + dice.normal(0, 2, 400))
        low, high = found((score, hit, np.ones((400, 1)), np.arange(400), 400)).interval
        held += low <= -1 <= high
    assert 0.92 <= held / 400 <= 0.985


# --- many at once ---------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30))
@settings(deadline=None, derandomize=True)
def test_q_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    values = np.array(p_values, float)
    ours = q_values(values)
    known = ~np.isnan(values)
    assert np.isnan(ours[~known]).all()
    if known.any():
        assert ours[known] == pytest.approx(multipletests(values[known], method="fdr_bh")[1])


def test_shrinking_is_the_integral_over_what_is_not_known() -> None:
    """Against draws from the posterior: pick a spread, then a centre, then each effect."""
    estimates = np.array([-3.0, -1.0, 0.2, -0.5, -1.4])
    variances = np.array([0.04, 0.5, 1.0, 0.1, 2.0])
    ours = shrink(estimates, variances)
    dice = np.random.default_rng(5)
    top = 4 * estimates.std() + 2 * math.sqrt(variances.min())
    spreads, centres = dice.uniform(0, top, 400_000), dice.uniform(-8, 6, 400_000)
    total = variances + spreads[:, None] ** 2
    log = -0.5 * (np.log(total) + (estimates - centres[:, None]) ** 2 / total).sum(axis=1)
    weights = np.exp(log - log.max())
    kept = spreads[:, None] ** 2 / total
    means = kept * estimates + (1 - kept) * centres[:, None]
    mean = weights @ means / weights.sum()
    square = weights @ (kept * variances + (means - mean) ** 2) / weights.sum()
    assert ours.mean == pytest.approx(mean, abs=0.03)
    assert ours.error == pytest.approx(np.sqrt(square), abs=0.03)
    assert ours.mix @ estimates == pytest.approx(ours.mean)
    pair = shrink(estimates[:2], variances[:2])
    assert pair.mean.tolist() == estimates[:2].tolist()


# --- resamples ------------------------------------------------------------------------------------


def test_persons_are_drawn_as_poisson_says_and_by_their_key_alone() -> None:
    keys = np.arange(1000, 41_000, dtype=np.int64)
    drawn = draws(keys, 50)
    for times in range(4):
        assert (drawn == times).mean() == pytest.approx(poisson.pmf(times, 1), abs=0.002)
    assert (draws(keys[7:9], 50) == drawn[7:9]).all()
    assert abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.02


def test_resampled_differences_are_those_of_persons_drawn_again() -> None:
    """Against regressions on data in which each person's journeys stand as often as drawn."""
    score, hit, controls, person, persons = case = drawn_case(2, 600)
    ours = found(case)
    keys = np.arange(persons, dtype=np.int64) * 7 + 1
    (sums,) = resampled(keys, np.column_stack([ours.scores, ours.weights]), resamples=200)
    times = draws(keys, 200).astype(int)
    by_hand = np.array([[column @ times[:, b] for b in range(200)]
                        for column in (ours.scores, ours.weights)])
    assert sums == pytest.approx(by_hand)
    changed = sums[0] / sums[1] + ours.estimate
    again = []
    for b in range(200):
        rows = np.repeat(np.arange(len(score)), times[person, b])
        design = np.column_stack([hit[rows], controls[rows]]).astype(float)
        again.append(np.linalg.lstsq(design, score[rows], rcond=None)[0][0])
    assert np.corrcoef(changed, again)[0, 1] > 0.99
    assert np.std(changed) == pytest.approx(np.std(again), rel=0.05)
    assert np.std(changed) == pytest.approx(math.sqrt(ours.variance), rel=0.15)


def test_ranks_of_a_worked_example() -> None:
    loss = np.array([1.0, 5.0, 4.9])
    again = np.array([[1.0] * 20, [5.0] * 20, [4.9] * 18 + [5.1] * 2])
    result = stability(loss, again)
    assert result.tied_from.tolist() == [3, 1, 1]
    assert result.low.tolist() == [3, 1, 1] and result.high.tolist() == [3, 2, 2]
    assert result.top_3.tolist() == [1, 1, 1]
    nothing = stability(np.zeros(0), np.zeros((0, 20)))
    assert len(nothing.low) == 0


# --- what came before -----------------------------------------------------------------------------


def facts(told: list[dict[str, object]]) -> pa.Table:
    """Facts of journeys with one contact each at time 0, and hits as (kind, place)."""
    rows: list[dict[str, object]] = []
    for number, j in enumerate(told, 1):
        shared = {"journey_key": number, "person_key": number, "reason": "r"}
        rows.append({**shared, "fact": "journey", "entry_channel": "voice", "entry_queue": "q",
                     "month": 24_000, "score": j.get("score"), "at_ms": j.get("ended_ms", 0),
                     "is_score": True, "repeat_ms": 7 * DAY, "resolution_ms": 28 * DAY,
                     "as_of_ms": 100 * DAY})
        starts = [*j.get("contacts", (0,)), None]  # type: ignore[misc]
        rows += [{**shared, "fact": "contact", "at_ms": a, "next_ms": b, "handled_ms": 120_000}
                 for a, b in zip(starts, starts[1:], strict=False)]
        rows += [{**shared, "fact": "hit", "pain_point": kind, "kind": kind, "place": place,
                  "parent_kind": "whole" if kind == "part" else None, "loss_ms": 0,
                  "is_candidate": True, "is_within_parent": kind == "part"}
                 for kind, place in j.get("hits", ())]  # type: ignore[attr-defined]
    types = {**dict.fromkeys(("fact", "reason", "entry_channel", "entry_queue", "pain_point",
                              "kind", "parent_kind"), pa.string()),
             **dict.fromkeys(("journey_key", "person_key", "month", "at_ms", "next_ms",
                              "handled_ms", "place", "loss_ms", "repeat_ms", "resolution_ms",
                              "as_of_ms"), pa.int64()),
             "score": pa.float64(), **dict.fromkeys(
                 ("is_score", "is_candidate", "is_within_parent"), pa.bool_())}
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def only(table: pa.Table) -> Reason:
    (reason,) = reasons(table)
    return reason


def test_only_what_came_before_is_held_fixed() -> None:
    early, late = CONTACT, 2 * CONTACT
    table = facts([{"hits": [("a", early), ("b", late)]}, {"hits": [("b", early), ("a", late)]},
                   {"hits": [("a", early)]}, {"hits": [("b", late)]}, {}])
    reason = only(table)
    a, b = reason.cells
    rows, hit, places = reason.compared(b, np.arange(5))
    before_b = reason.first[rows, reason.kinds.index("a")] < places
    assert rows[hit].tolist() == [0, 1, 3] and before_b[hit].tolist() == [True, False, False]
    # The one without b is judged at a place of those with it: at the second contact a came before.
    drawn = dict(zip(rows.tolist(), places.tolist(), strict=True))
    assert drawn[4] in (early, late) and drawn[2] in (early, late)
    assert before_b[list(rows).index(2)] == (drawn[2] == late)


def test_the_same_kind_elsewhere_in_that_contact_is_not_compared() -> None:
    table = facts([{"hits": [("a", CONTACT)]}, {"hits": [("a", CONTACT + 5)]},
                   {"hits": [("a", 2 * CONTACT)]}, {}])
    reason = only(table)
    (cell,) = reason.cells
    here = type(cell)(cell.name, "a", cell.parent, False, cell.rows[:1], cell.places[:1],
                      cell.losses[:1])
    rows, hit, _ = reason.compared(here, np.arange(4))
    assert rows.tolist() == [0, 2, 3] and hit.tolist() == [True, False, False]


def test_a_part_is_held_against_its_whole() -> None:
    """Journeys with the whole lose 2; the part adds 1: its difference is what it adds."""
    dice = np.random.default_rng(9)
    told: list[dict[str, object]] = []
    for number in range(400):
        hits = [("whole", CONTACT)] if number % 2 else []
        hits += [("part", CONTACT)] if number % 4 == 1 else []
        score = 8 - 2 * (number % 2) - (number % 4 == 1) + dice.normal(0, 0.3)
        told.append({"hits": hits, "score": score})
    rows = {r["pain_point"]: r for r in impact(facts(told)).to_pylist()}
    assert rows["part"]["difference"] == pytest.approx(-1, abs=0.1)
    assert rows["part"]["is_clear"] and rows["part"]["rank_low"] is not None


def test_other_contacts_and_time_to_resolution() -> None:
    hit = {"hits": [("a", CONTACT + 1000)]}
    told: list[dict[str, object]] = [
        *[{**hit, "contacts": (0, 2 * DAY), "ended_ms": 2 * DAY} for _ in range(6)],  # comes again
        *[{**hit, "ended_ms": None} for _ in range(6)],  # never solved: the whole window
        *[{"contacts": (0, 20 * DAY), "ended_ms": 20 * DAY} for _ in range(6)],  # after the window
        *[{"ended_ms": DAY} for _ in range(6)],
        *[{"contacts": (90 * DAY,), "ended_ms": 95 * DAY} for _ in range(6)],  # not over yet
    ]
    reason = only(facts(told))
    (cell,) = reason.cells
    again, hours = of_repeat(reason, cell), of_resolution(reason, cell)
    assert again is not None and hours is not None
    # 95 days in, seven days have not passed at day 97 of 100; they are out of both.
    assert (again.hits, again.others, again.estimate) == (12, 18, pytest.approx(0.5))
    assert (hours.hits, hours.others) == (12, 12)
    with_it = (2 + 28) / 2 - 1000 / DAY / 2
    without = (20 + 1) / 2 - 1000 / DAY
    assert hours.estimate == pytest.approx(24 * (with_it - without), abs=0.01)
    assert of_score(reason, cell) is None
    # Six of twelve with it come again, six of twelve without: two minutes each.
    contacts, minutes = of_knock_on(reason, cell)
    assert contacts is not None and minutes is not None
    assert (contacts.hits, contacts.others, minutes.hits) == (12, 12, 12)
    assert (contacts.estimate, minutes.estimate) == pytest.approx((0, 0))
    more = facts([{**j, "contacts": (0, DAY, 3 * DAY)} if "hits" in j else j for j in told])
    contacts, minutes = of_knock_on(only(more), only(more).cells[0])
    assert contacts is not None and minutes is not None
    assert (contacts.estimate, minutes.estimate) == pytest.approx((2 - 0.5, 2 * (2 - 0.5)))


# --- hints ----------------------------------------------------------------------------------------


def test_a_lift_is_a_ratio_of_shares_with_its_interval() -> None:
    counts = pa.table({
        "pain_point": ["p", "p"], "trait": ["team", "team"], "value": ["a", "few"],
        "hits": [30, 2], "hits_of": [100, 100], "others": [20, 50], "others_of": [200, 200]})
    (row,) = lifts(counts).to_pylist()
    table = sm.stats.Table2x2(np.array([[30, 70], [20, 180]]))
    assert row["lift"] == pytest.approx(table.riskratio, abs=1e-6)
    assert (row["lift_low"], row["lift_high"]) == pytest.approx(
        table.riskratio_confint(), abs=1e-5)
    assert row["q_value"] == pytest.approx(table.riskratio_pvalue(), abs=1e-6)


# --- whole worlds ---------------------------------------------------------------------------------


def test_results_do_not_depend_on_the_order_of_rows() -> None:
    world = make_world("mediation", 4, 2000)
    order = np.random.default_rng(1).permutation(world.facts.num_rows)
    assert impact(world.facts.take(pa.array(order))).equals(impact(world.facts))


def test_nothing_to_judge_is_an_empty_table() -> None:
    empty = make_world("noise", 1, 1000).facts.slice(0, 0)
    assert impact(empty).num_rows == 0


@pytest.fixture(scope="module")
def report() -> dict[str, dict[str, float]]:
    rows = bench_effects(3, 12_000, lambda line: None)["summary"]
    return {row["scenario"]: row for row in rows}


def test_intervals_hold_what_was_planted(report: dict[str, dict[str, float]]) -> None:
    held = sum(r["coverage"] * r["candidates"] for r in report.values())
    assert 0.93 <= held / sum(r["candidates"] for r in report.values()) <= 0.97
    # Where low scores answer more, intervals that take no notice hold 88 % of large effects.
    assert report["unhappy"]["coverage"] >= 0.92


def test_noise_is_not_discovered(report: dict[str, dict[str, float]]) -> None:
    assert all(r["false_discoveries"] <= 0.05 for r in report.values())
    # All at once: of 12 worlds of pure noise at most 2 may show anything (0.6 are expected).
    shown = sum(bool(judge(make_world("noise", seed, 4000))["is_clear"].any())
                for seed in range(100, 112))
    assert shown <= 2


def test_adjusting_removes_what_confounds(report: dict[str, dict[str, float]]) -> None:
    confounded = report["confounding"]
    assert confounded["adjusted_error"] < 0.5 * confounded["naive_error"]
    assert report["mediation"]["adjusted_error"] < report["mediation"]["naive_error"]
    assert report["noise"]["shrunk_error"] < 0.5 * report["noise"]["adjusted_error"]


def test_planted_losses_come_out_on_top(report: dict[str, dict[str, float]]) -> None:
    for name in ("confounding", "mediation", "response", "unhappy"):
        assert report[name]["top"] >= 0.7 and report[name]["rank_correlation"] >= 0.6, name


def test_the_table_says_what_was_found() -> None:
    world = judge(make_world("confounding", 1, 3000))
    row = {"scenario": "confounding", **summarise([world])}
    text = markdown({"summary": [row]})
    assert f"{row['coverage']:.1%}" in text and "naive" in text
