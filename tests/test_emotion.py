"""Moods: measured, expressed, inferred. What is not known is left out, and words stay private."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm

from journey_analytics import models, runner
from journey_analytics.engines import DuckDBEngine, Published
from journey_analytics.errors import JourneyError
from journey_analytics.learning import emotion_cells, emotion_estimates, emotion_trials
from journey_analytics.learning.emotion_lexicon import load_lexicons, words_of
from journey_analytics.pipeline import STEPS, Run, finish, start, warehouse_file
from tests.conftest import FIXTURES, ROOT
from tests.project import write_csv, write_project
from tests.test_model_cases import call, ticket
from tests.test_state import checksums


def run(project: Path) -> Run:
    """Run a project up to its warehouse."""
    done = start(project)
    try:
        for name, _, step in STEPS:
            if name != "pack":
                step(done)
    finally:
        finish(done)
    return done


Value = tuple[str | None, float | None]


def scored(folder: Path, texts: Sequence[str], declared: str | None = None) -> list[Value]:
    """Language and value of each text, by the models themselves."""
    lexicons = load_lexicons(folder)
    engine = DuckDBEngine(folder / "warehouse")
    try:
        keys = pa.array(range(len(texts)), pa.int64())
        engine.register("texts", pa.table({
            "text_key": keys, "unit_key": keys, "text": pa.array(texts, pa.string()),
            "declared": pa.array([declared] * len(texts), pa.string())}))
        for name, table in lexicons.tables.items():
            engine.register(name, table)
        chosen = [m for m in models.load_models()
                  if m.table in ("text_words", "text_languages", "text_scores")]
        given = frozenset(("texts", *lexicons.tables))
        runner.build(engine, runner.Work({"phrase_pattern": lexicons.pattern}, {}, given),
                     lambda line: None, chosen)
        rows = engine.rows("SELECT language, value_thousandths FROM text_scores ORDER BY text_key")
        return [(language, None if value is None else value / 1000) for language, value in rows]
    finally:
        engine.close()


@pytest.mark.parametrize("text, language, low, high", [
    ("Waited 45 minutes. Nobody picked up.", "en", -2, -1),
    ("This is the 3rd time that I had to explain it again", "en", -2, -1),
    ("It was not bad.", "en", 0.1, 1.5),
    ("I am not very happy with the service you gave me", "en", -1.5, -0.1),
    ("I never had to wait when I called", "en", 0.1, 1.5),
    ("Thanks for nothing, you never called back", "en", -2, -2),
    ("My order didn’t arrive :(", "en", -2, -1),
    ("Thank you so much, it works now 😊", "en", 1, 2),
    ("The line was not busy, slow as ever when you call", "en", -2, -0.5),  # a comma ends "not"
    ("You sent me the <b>wrong</b> bill again", "en", -2, -1),
    ("Thank you, it was solved by the next morning.\n> You are useless and this is the worst\n"
     "On Monday Bob <b@example.org> wrote:\nI hate this", "en", 0.5, 2),
    ("'; drop table tickets; -- you are useless and this was awful", "en", -2, -2),
])
def test_english_is_scored(tmp_path: Path, text: str, language: str, low: float, high: float
                           ) -> None:
    [(found, value)] = scored(tmp_path, [text])
    assert found == language and value is not None and low <= value <= high


@pytest.mark.parametrize("text", [
    "No problem, I will wait for your mail.", "Thanks in advance for your help with the form",
    "What are your opening hours?", "My number has 4711 in it, you should know that",
])
def test_what_says_nothing_known_has_no_value(tmp_path: Path, text: str) -> None:
    assert scored(tmp_path, [text]) == [("en", None)]


@pytest.mark.parametrize("text", [
    "", "   ", "?", "😡😡😡", "12345", "\x00\x00", "<br>", "Ok",
    "Ich warte seit drei Wochen und niemand meldet sich, das ist unmöglich.",
    "Super, perfekt, Internet Problem gelöst!", "Je suis très déçu, personne ne répond.",
    "Ik wacht al drie weken op antwoord en niemand belt terug", "Müşteri hizmetleri çok kötü",
    "Jeg har ikke fået svar i to uger", "我等了四十五分钟，没有人接电话",
    "Hello, my Router ist kaputt und ich warte, nobody kommt",  # mixed
    "=cmd|'/C calc'!A0", "(((((((" * 50, "a" * 100_000,
])
def test_other_languages_and_no_language_have_no_value(tmp_path: Path, text: str) -> None:
    assert scored(tmp_path, [text]) == [(None, None)]


def test_a_declared_language_counts_and_an_unknown_one_has_no_score(tmp_path: Path) -> None:
    assert scored(tmp_path, ["terrible"], "en-GB") == [("en", -2.0)]
    assert scored(tmp_path, ["You are useless and this is the worst"], "de") == [(None, None)]


def agreement(folder: Path, labels: Sequence[str], texts: Sequence[str]) -> str:
    """How many texts are called what a person called them, and how many the opposite."""
    said = ["neutral" if not value else "negative" if value < 0 else "positive"
            for _, value in scored(folder, texts)]
    right = sum(map(str.__eq__, said, labels))
    turned = sum({a, b} == {"negative", "positive"} for a, b in zip(said, labels, strict=True))
    return f"{right} of {len(labels)}, {turned} turned around"


def in_the_docs(text: str) -> bool:
    return text in re.sub(r"\s+", " ", (ROOT / "docs" / "emotion.md").read_text())


def test_agreement_with_sentences_labelled_by_hand_is_what_the_docs_say(tmp_path: Path) -> None:
    with (FIXTURES / "emotion_sentences.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = agreement(tmp_path, [r["label"] for r in rows], [r["sentence"] for r in rows])
    assert len(rows) >= 60 and in_the_docs(f"sentences: {found}"), found


@pytest.mark.acceptance
def test_agreement_with_real_tweets_is_what_the_docs_say(tmp_path: Path) -> None:
    data = ROOT.parent / "shared" / "data" / "twcs-5k" / "twcs.csv"
    if not data.exists():
        pytest.skip(f"needs the real export in {data}, which is not here")
    with data.open(newline="") as file:
        texts = {row["tweet_id"]: row["text"] for row in csv.DictReader(file)}
    with (FIXTURES / "emotion_tweets.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = agreement(tmp_path, [r["label"] for r in rows], [texts[r["tweet_id"]] for r in rows])
    assert in_the_docs(f"tweets: {found}"), found


def test_a_project_adds_phrases_and_languages(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "en.toml").write_text('[phrases]\n-2 = "purple screen"\n1 = "no problem"\n')
    (folder / "de.toml").write_text(
        'negators = "nicht kein"\nbetween = "sehr"\n[phrases]\n1 = "zufrieden"\n-1 = "warte"\n')
    assert scored(tmp_path, [
        "I get a purple screen when I call you", "No problem, you can call me", "It was the worst",
        "Ich bin mit dem Angebot nicht sehr zufrieden", "Ich warte seit gestern auf die Antwort",
    ]) == [("en", -2.0), ("en", 1.0), ("en", -2.0), ("de", -0.7), ("de", -1.0)]


@pytest.mark.parametrize("name, text, words", [
    ("en.toml", "[phrase]\n1 = 'x'\n", ("unknown setting 'phrase'", "Did you mean 'phrases'?")),
    ("en.toml", "[phrases]\n3 = 'x'\n", ("less than or equal to 2",)),
    ("en.toml", "[phrases]\n1 = 'x'\n2 = 'X'\n", ("'X'", "listed already")),
    ("en.toml", "[phrases]\n1 = '...'\n", ("no word",)),
    ("en.toml", "[phrases", ("not valid TOML",)),
    ("english.toml", "[phrases]\n1 = 'x'\n", ("not named after a language",)),
    ("tr.toml", "[phrases]\n1 = 'x'\n", ("'common' is missing",)),
])
def test_a_wrong_lexicon_is_an_error(
    tmp_path: Path, name: str, text: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / name).write_text(text)
    with pytest.raises(JourneyError) as caught:
        load_lexicons(tmp_path)
    assert all(w in str(caught.value) for w in (str(tmp_path / "lexicons" / name), *words))


def test_phrases_are_read_as_texts_are(tmp_path: Path) -> None:
    phrases = ["Didn’t work", "waited 45 minutes", "(un)happy", "C++ is bad", "3rd time 😡"]
    assert [words_of(p) for p in phrases] == [
        "didnt work", "waited # minutes", "un happy", "c + + is bad", "#rd time 😡"]


# --- from deliveries to curves --------------------------------------------------------------------


def answer(who: str, at: str, score: float, **more: Any) -> dict[str, Any]:
    return {"response_id": f"{who} {at}", "external_id": who, "score": score,
            "sent_at": f"2026-01-{at}:00", "answered_at": f"2026-01-{at}:30", **more}


CSAT = {"metric": "csat", "scale_min": "1", "scale_max": "5"}
CES = {"metric": "ces", "scale_min": "1", "scale_max": "7"}
#: A score with its instrument, and the mood it stands for.
MAPPED = [
    (0, {}, -2), (3, {}, -1.5), (6, {}, -1), (7, {}, 0), (8, {}, 0), (9, {}, 1), (10, {}, 2),
    (1, CSAT, -2), (2, CSAT, -1), (3, CSAT, 0), (4, CSAT, 1), (5, CSAT, 2),
    (1, CES, -2), (4, CES, 0), (6, CES, 1.333), (7, CES, 2),
    (1, {**CES, "higher_is_better": "false"}, 2),
    (1, {"metric": "csat", "scale_min": "0", "scale_max": "1"}, 2),
    (9, {"scale_max": "11"}, None), (5, {"metric": "importance"}, None),
]
SECRET = "zanzibar"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Iterator[Published]:
    """Calls that surveys ask about, tickets and messages with words in them."""
    people = [f"m{n}" for n in range(len(MAPPED))]
    project = write_project(
        tmp_path_factory.mktemp("emotion") / "project",
        calls=[call(who, "10 09:00", queue_wait_ms=1000) for who in people]
        + [call("two", "10 09:00", call_id="c", leg_kind="queue"),
           call("two", "10 09:05", call_id="c"), call("two", "12 09:00")],
        surveys=[answer(who, "11 09:00", score, **more)
                 for who, (score, more, _) in zip(people, MAPPED, strict=True)]
        + [answer("two", "10 10:00", 0, call_id="c",
                  comment=f"I had to wait so long, {SECRET} is the worst"),
           answer("nobody", "11 10:00", 10)],
        tickets=[ticket("t1", "10 09:00", body=f"You are useless, {SECRET}, I hate this"),
                 ticket("t2", "10 09:00", body="The same words, they are awful")],
        messages=[
            {"message_id": "1", "occurred_at": "2026-01-10 09:01:00", "ticket_id": "t2 10 09:00",
             "external_id": "t2", "text": "The same words, they are awful"},
            {"message_id": "2", "occurred_at": "2026-01-10 19:00:00", "ticket_id": "t2 10 09:00",
             "external_id": "t2", "text": "Thank you very much, it works now"},
            {"message_id": "3", "occurred_at": "2026-01-10 18:00:00", "ticket_id": "t2 10 09:00",
             "external_id": "t2", "direction": "out", "actor": "agent", "text": "We hate to wait"},
        ])
    run(project)
    assert SECRET.encode() not in warehouse_file(project).read_bytes()
    with Published(warehouse_file(project)) as found:
        found.connection.execute(
            f"ATTACH '{project / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
        yield found


def test_scores_are_mapped_by_their_instruments_anchors(opened: Published) -> None:
    found = dict(opened.rows("""
        SELECT s.external_id, e.value FROM state.surveys AS s
        JOIN survey_answers AS a ON s.row_key = a.answer_key
        LEFT JOIN emotions AS e ON e.person_key = a.person_key AND e.kind = 'measured'
        WHERE s.external_id LIKE 'm%'"""))
    assert found == {f"m{n}": value for n, (_, _, value) in enumerate(MAPPED)}


def test_a_survey_speaks_of_the_contact_it_asks_about(opened: Published) -> None:
    assert opened.rows("""
        SELECT c.leg_id, e.kind::varchar, e.instrument, e.value, e.n, t.step::varchar
        FROM state.calls AS c JOIN touchpoints AS t ON c.row_key = t.touchpoint_key
        JOIN emotions AS e USING (touchpoint_key) WHERE c.external_id = 'two' ORDER BY e.kind""") \
        == [("two 10 09:05", "expressed", "text en", -2.0, 1, "handle"),
            ("two 10 09:05", "measured", "NPS 0-10", -2.0, 1, "handle")]
    # Nobody knows what the last one was about: it stays where it was given.
    assert opened.value("SELECT count(*) FROM emotions JOIN touchpoints USING (touchpoint_key) "
                        "WHERE touchpoints.kind = 'survey_answer' AND value = 2") == 1


def test_words_of_a_ticket_count_once_and_only_the_customers(opened: Published) -> None:
    found = opened.rows("""
        SELECT coalesce(m.message_id, t.ticket_id), e.value FROM emotions AS e
        LEFT JOIN state.messages AS m ON e.touchpoint_key = m.row_key
        LEFT JOIN state.tickets AS t ON e.touchpoint_key = t.ticket_key
        WHERE coalesce(m.message_id, t.ticket_id) IS NOT NULL ORDER BY 1""")
    assert found == [("1", -2.0), ("2", 1.5), ("t1 10 09:00", -2.0)]
    assert opened.rows("""
        SELECT j.touchpoints, lowest, highest, end_value FROM journey_emotions AS j
        JOIN state.messages AS m ON m.message_id = '2' AND j.highest_key = m.row_key""") \
        == [(2, -2.0, 1.5, 1.5)]


def test_the_curve_shows_no_small_group(opened: Published) -> None:
    cells = opened.rows("SELECT kind::varchar, instrument, step::varchar, mean, touchpoints, "
                        "persons FROM emotion_curve ORDER BY ALL")
    nps = [value for _, more, value in MAPPED if not more] + [-2]
    ces = [-2, 0, 1.333, 2, 2]
    assert cells == [("measured", "CES 1-7", "handle", pytest.approx(np.mean(ces)), 5, 5),
                     ("measured", "CSAT 1-5", "handle", 0.0, 5, 5),
                     ("measured", "NPS 0-10", "handle", np.mean(nps), 8, 8)]
    assert opened.value("SELECT count(*) FROM emotions WHERE kind = 'expressed'") == 4


def test_intervals_take_a_persons_touchpoints_together() -> None:
    dice = np.random.default_rng(3)
    person = dice.integers(0, 12, 90)
    value = np.round(dice.normal(person / 10, 0.5), 3).clip(-2, 2)
    totals = np.bincount(person, np.round(1000 * value))
    counts = np.bincount(person)
    rest = totals - totals.sum() / counts.sum() * counts
    found = emotion_cells(pa.table({
        **{w: [w] for w in ("stage", "step", "kind", "instrument")}, "touchpoints": [90],
        "persons": [12], "total": [int(totals.sum())], "squares": [int((rest**2).sum())],
    })).to_pylist()[0]
    fit = sm.OLS(value, np.ones(90)).fit(
        cov_type="cluster", cov_kwds={"groups": person}, use_t=True)
    assert found["mean"] == pytest.approx(fit.params[0], abs=1e-6)
    assert [found["mean_low"], found["mean_high"]] == pytest.approx(
        list(fit.conf_int()[0]), abs=1e-4)


# --- inferred -------------------------------------------------------------------------------------


def facts(seed: int, effect: float, persons: int = 200) -> pa.Table:
    """Contacts with a score that waits lower by ``effect``, and as many without a score."""
    dice = np.random.default_rng(seed)
    n = 3 * persons
    waits = dice.integers(0, 3, n)
    person = dice.integers(0, persons, n)
    mood = dice.normal(0, 0.4, persons)[person] - effect * waits + dice.normal(0, 0.7, n)
    asked = dice.random(n) < 0.5
    amounts = {name: dice.integers(0, 3, n).astype(float) for name in ("contacts", "holds")}
    return pa.table({
        "touchpoint_key": dice.permutation(n), "person_key": person,
        **{w: dice.choice(["a", "b", "c"], n) for w in ("channel", "reason", "entry_channel")},
        "instrument": pa.array([("NPS 0-10" if a else None) for a in asked], pa.string()),
        "value_thousandths": pa.array(np.round(1000 * mood.clip(-2, 2)).astype(int), pa.int64(),
                                      mask=~asked),
        "waits": waits.astype(float), **amounts,
    })


def trial(table: pa.Table) -> dict[str, Any]:
    (row,) = emotion_trials(table.filter(table.column("instrument").is_valid())).to_pylist()
    return dict(row)


def test_a_model_is_offered_where_it_tells_and_not_on_noise() -> None:
    told = trial(facts(1, 0.5))
    assert told["is_offered"] and told["error_of_model"] < told["error_of_mean"]
    assert told["gain"] > 2 * told["gain_error"] > 0
    assert sum(trial(facts(seed, 0.0))["is_offered"] for seed in range(20)) <= 1
    few = trial(facts(1, 0.5, persons=90))
    assert not few["is_offered"] and few["why"] == "fewer than 100 persons scored"
    assert few["error_of_model"] is None


def test_estimates_are_for_contacts_that_were_not_asked_in_whatever_order() -> None:
    table = facts(2, 0.5)
    offered = table.append_column("is_offered", pa.array(
        [True if i else None for i in table.column("instrument").to_pylist()], pa.bool_()))
    found = emotion_estimates(offered)
    asked = table.column("instrument").is_valid()
    keys = set(table.filter(asked).column("touchpoint_key").to_pylist())
    assert keys.isdisjoint(found.column("touchpoint_key").to_pylist())
    assert found.num_rows == table.num_rows - len(keys)
    shuffled = offered.take(np.random.default_rng(1).permutation(table.num_rows))
    assert emotion_estimates(shuffled).equals(found)
    waits = dict(zip(table.column("touchpoint_key").to_pylist(),
                     table.column("waits").to_pylist(), strict=True))
    by_waits = [np.mean([v for k, v in zip(*(c.to_pylist() for c in (
        found.column("touchpoint_key"), found.column("value_thousandths"))), strict=True)
        if waits[k] == n]) for n in range(3)]
    assert by_waits[0] - by_waits[2] == pytest.approx(1000, abs=250)


def test_two_nights_infer_what_one_run_does(tmp_path: Path) -> None:
    dice = random.Random(4)
    calls, surveys = [], []
    for n in range(260):
        at = datetime(2026, 1, 2, 8) + timedelta(hours=n)
        wait = dice.choice((5_000, 300_000))
        calls.append({"leg_id": f"l{n}", "call_id": f"l{n}", "external_id": f"p{n % 150}",
                      "started_at": at, "ended_at": at + timedelta(minutes=8), "queue": "A",
                      "queue_wait_ms": wait, "talk_ms": 60_000, "disposition": "bill"})
        if n % 4:
            score = dice.choice((0, 2, 5) if wait > 9_000 else (7, 9, 10))
            surveys.append({"response_id": f"l{n}", "question_id": "q", "call_id": f"l{n}",
                            "external_id": f"p{n % 150}", "score": score,
                            "comment": dice.choice(("Nobody picked up, I was on hold", "")),
                            "sent_at": at + timedelta(minutes=9),
                            "answered_at": at + timedelta(minutes=20)})
    whole = write_project(tmp_path / "whole", calls=calls, surveys=surveys)
    run(whole)
    split = write_project(tmp_path / "split", calls=calls[:200], surveys=surveys[:140])
    run(split)
    for table, key, later in (("calls", "leg_id", calls[200:]),
                              ("surveys", "response_id", surveys[140:])):
        with (whole / "landing" / f"{table}_2026-03-31.csv").open() as file:
            rows = list(csv.DictReader(file))
        ids = {row[key] for row in later}
        write_csv(split / "landing" / f"{table}_2026-04-01.csv",
                  [row for row in rows if row[key] in ids])
    done = run(split)
    assert done.night is not None
    assert checksums(split) == checksums(whole)
    with Published(warehouse_file(split)) as opened:
        assert opened.value("SELECT is_offered FROM emotion_models")
        assert opened.value("SELECT count(*) FROM emotions WHERE kind = 'inferred'") \
            == 260 - len(surveys)
