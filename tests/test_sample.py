"""The sample: the same bytes every time, a truth that the files bear out, adapters that read it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from journey_analytics.contracts import TABLES, VOCABULARIES
from journey_analytics.errors import SettingsError
from journey_analytics.sample import PLANTED, generate
from journey_analytics.sample.levels import MIDDLE
from journey_analytics.sample.world import (
    HIT_RATE,
    QUEUES,
    TIMEZONE,
    make_world,
    parse_effects,
    to_local,
    to_utc,
)
from journey_analytics.sources.adapters import load_adapter

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "data" / "sample"
SQL = ROOT / "sql" / "sources"
#: Which streams each source has, and the adapter that reads them.
SOURCES = {
    "acd": ("five9", {"records": "call_log"}),
    "connect": ("amazon_connect", {"records": "contact_records"}),
    "zendesk": ("zendesk", {n: n for n in ("tickets", "audits", "users", "groups")}),
    "servicenow": ("servicenow", {"incidents": "incident", "audit": "sys_audit",
                                  "groups": "sys_user_group"}),
    "survey_calls": ("survey_csv", {"records": "survey"}),
    "survey_connect": ("survey_csv", {"records": "survey"}),
    "survey_tickets": ("survey_csv", {"records": "survey"}),
    "web": ("segment", {"records": "events"}),
}
PERSONS = 400


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample without dirt."""
    folder = tmp_path_factory.mktemp("clean")
    generate(folder, persons=PERSONS, dirt="tidy")
    return folder


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the usual dirt."""
    folder = tmp_path_factory.mktemp("dirty")
    generate(folder, persons=PERSONS)
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Hash of each file, decompressed: another zlib may pack the same bytes differently."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] not in ("warehouse", "packs", "journeys.key"):
            found["/".join(parts)] = hashlib.sha256(decompressed(path)).hexdigest()
    return found


def decompressed(path: Path) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def truth(folder: Path, name: str) -> pd.DataFrame:
    path = folder / "truth" / f"{name}.csv.gz"
    return pd.read_csv(path if path.exists() else path.with_suffix(""), dtype=str,
                       keep_default_na=False)


def text_of(folder: Path, source: str) -> str:
    """Everything a source delivered."""
    files = sorted((folder / "landing" / source).iterdir())
    return "".join(decompressed(path).decode() for path in files)


def records(folder: Path, source: str, prefix: str) -> Iterator[dict[str, str | None]]:
    """Rows of a stream as the readers hand them on: text, JSON values as JSON text."""
    for path in sorted((folder / "landing" / source).glob(f"{prefix}_*")):
        if ".csv" in path.name:
            delimiter = ";" if source.startswith("survey") else ","
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, sep=delimiter)
            yield from ({k: v or None for k, v in row.items()} for row in frame.to_dict("records"))
        else:
            for line in decompressed(path).decode().splitlines():
                yield {k: v if v is None or isinstance(v, str) else json.dumps(v)
                       for k, v in json.loads(line, object_pairs_hook=_pairs).items()}


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len({k for k, _ in pairs}) == len(pairs), "a key occurs twice in one object"
    return dict(pairs)


def adapted(folder: Path, source: str, table: str) -> pd.DataFrame:
    """Run an adapter's SELECT over a source's files, without the framework."""
    adapter, streams = SOURCES[source]
    query = (SQL / f"{adapter}.{table}.sql").read_text()
    lines = "".join(re.findall(r"^-- optional:(.*)$", query, re.M))
    optional = re.findall(r'(\w+)\."([^"]+)"', lines)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for stream, prefix in streams.items():
            frame = pd.DataFrame(list(records(folder, source, prefix)), dtype="string")
            for column in (c for s, c in optional if s == stream and c not in frame):
                frame[column] = pd.NA
            frame = frame.astype("string").assign(
                record_key=range(len(frame)), row_id=[f"{i:08d}" for i in range(len(frame))])
            connection.register("arriving", frame)
            texts = ", ".join(f'"{c}"::varchar AS "{c}"' for c in frame if c != "record_key")
            connection.execute(
                f"CREATE TABLE {stream} AS SELECT record_key::bigint AS record_key, {texts} "
                "FROM arriving")
        parsed = load_adapter(SQL / f"{adapter}.{table}.sql")
        for stream in set(parsed.streams) - set(streams):  # one that the source does not deliver
            names = {*parsed.required.get(stream, ()), *parsed.optional.get(stream, ()), "row_id"}
            columns = ", ".join(f'"{name}" VARCHAR' for name in sorted(names))
            connection.execute(f"CREATE TABLE {stream} (record_key BIGINT, {columns})")
        return connection.sql(query).df()


@cache
def newest(folder: Path, source: str, table: str) -> pd.DataFrame:
    """The same, one row per key: the newest version."""
    rows = adapted(folder, source, table)
    key = [c for c in TABLES[table].key if c in rows]
    order = "updated_at" if "updated_at" in rows else "record_key"
    return rows.sort_values([order, "record_key"]).drop_duplicates(key, keep="last")


ADAPTED = [
    ("acd", "calls"), ("connect", "calls"), ("zendesk", "tickets"), ("zendesk", "ticket_history"),
    ("zendesk", "messages"), ("servicenow", "tickets"), ("servicenow", "ticket_history"),
    ("survey_calls", "surveys"), ("survey_connect", "surveys"), ("survey_tickets", "surveys"),
    ("web", "channel_events"),
]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        generate(tmp_path / name, persons=60, days=40, seed=3)
    files = sorted(p for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) > 40
    for path in files:
        twin = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == twin.read_bytes(), path.name


def test_another_seed_writes_something_else(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), persons=60, days=40, seed=seed)
    assert truth(tmp_path / "1", "journeys").equals(truth(tmp_path / "2", "journeys")) is False


def test_the_shipped_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    """Fails after a change of the generator: write data/sample again (``journeys sample``)."""
    generate(tmp_path)
    assert contents(tmp_path) == contents(SHIPPED)


def test_the_shipped_sample_is_small() -> None:
    sizes = {p: p.stat().st_size for p in (SHIPPED / name for name in contents(SHIPPED))}
    assert max(sizes.values()) < 1 << 20
    assert sum(sizes.values()) < 5 << 20


def test_hit_journeys_are_counted_and_alike(clean: Path) -> None:
    journeys, points = truth(clean, "journeys"), truth(clean, "pain_points")
    for point in points.to_dict("records"):
        hit = journeys[journeys["planted"] == point["planted"]]
        assert len(hit) == int(point["journeys_hit"])
        assert set(hit["reason"]) == {point["reason"]}
        share = len(hit) / (journeys["reason"] == point["reason"]).sum()
        assert 0.8 * 0.88 * HIT_RATE < share < 1.05 * 0.88 * HIT_RATE
    assert points["rank"].tolist() == ["1", "2", "3", "4", "5"]


def test_background_leaves_hit_journeys_of_its_own_kind_alone(clean: Path) -> None:
    journeys = truth(clean, "journeys")
    for planted in PLANTED:
        mine = journeys[journeys["reason"] == planted.reason]
        assert not mine["background"].str.contains(planted.name).any()


def test_closed_doors_stand_alone_and_lead_to_a_call() -> None:
    journeys, contacts = truth(SHIPPED, "journeys"), truth(SHIPPED, "contacts")
    forced = journeys[journeys["background"] == "forced_switch"]
    assert forced["person"].is_unique and len(forced) >= 40 and (forced["planted"] == "").all()
    contacts["t"] = pd.to_datetime(contacts["started_at"]).dt.tz_convert(TIMEZONE)
    of_them = contacts[contacts["person"].isin(forced["person"])].sort_values("t")
    for _, own in of_them.groupby("person"):
        place = own["journey"].isin(forced["journey"]).to_numpy().nonzero()[0]
        assert own["channel"].iloc[place].tolist() == ["chat", "voice"]
        chat, call = own["t"].iloc[place]
        assert chat.hour >= 20 and 8 <= call.hour < 20 and (call - chat) < pd.Timedelta(hours=24)
        others = own["t"].drop(own.index[place])
        assert ((others - call).abs() > pd.Timedelta(days=7)).all()


@pytest.mark.parametrize(("system", "source"), [
    ("acd", "acd"), ("connect", "connect"), ("zendesk", "zendesk"), ("servicenow", "servicenow"),
])
def test_records_named_in_the_truth_exist(clean: Path, system: str, source: str) -> None:
    contacts = truth(clean, "contacts")
    named = contacts["source_ids"].str.split(" ").explode()
    ids = named[named.str.startswith(f"{system}:")].str.partition(":")[2]
    table = "calls" if source in ("acd", "connect") else "tickets"
    delivered = set(newest(clean, source, table)["call_id" if table == "calls" else "ticket_id"])
    assert len(ids) > 20
    assert set(ids) == delivered


def test_messages_named_in_the_truth_exist(clean: Path) -> None:
    contacts = truth(clean, "contacts")
    named = contacts.loc[contacts["kind"].isin(("answer", "chaser", "reopen")), "source_ids"]
    messages = newest(clean, "zendesk", "messages")
    by_customers = set(messages.loc[messages["actor"] == "customer", "message_id"])
    assert set(named.str.partition(":")[2]) <= by_customers
    # The others are first messages of their tickets.
    assert len(by_customers) - len(named) == (
        (contacts["system"] == "zendesk") & contacts["source_ids"].str.startswith("zendesk:")).sum()


@pytest.mark.parametrize(("source", "planted", "column", "low", "high"), [
    ("acd", "wait", "queue_wait_ms", 600, 120), ("connect", "hold", "hold_ms", 360, 120),
])
def test_planted_durations_stand_out(
    clean: Path, source: str, planted: str, column: str, low: int, high: int
) -> None:
    """A hit journey waits ten minutes and more; without background nobody else nearly as long."""
    seconds = _seconds(newest(clean, source, "calls"), column)
    contacts = _contacts_of(clean, source)
    journeys = truth(clean, "journeys")
    longest = contacts.assign(
        seconds=contacts["call_id"].map(seconds)).groupby("journey")["seconds"].max()
    worst = journeys.set_index("journey").join(longest, how="inner")
    hit = worst["planted"] == planted
    assert worst.loc[hit, "seconds"].min() >= low
    calm = ~hit & ~worst["background"].str.contains(planted)
    assert worst.loc[calm, "seconds"].max() < high
    assert hit.sum() > 20


def test_planted_transfers_are_in_the_log(clean: Path) -> None:
    calls = newest(clean, "acd", "calls")
    moved = set(calls.loc[calls["outcome"] == "transferred_out", "call_id"])
    contacts = _contacts_of(clean, "acd")
    transferred = contacts.groupby("journey")["call_id"].apply(lambda ids: bool(moved & set(ids)))
    journeys = truth(clean, "journeys").set_index("journey").join(transferred, how="inner")
    expected = (journeys["planted"] == "transfer") | journeys["background"].str.contains("transfer")
    assert (journeys["call_id"] == expected).all()
    # Who is passed on arrives: the next leg of the call is in another queue.
    legs = calls[calls["call_id"].isin(moved)].groupby("call_id")
    assert (legs["queue"].nunique() == 2).all()


def test_planted_second_contacts_are_days_apart(clean: Path) -> None:
    contacts, journeys = truth(clean, "contacts"), truth(clean, "journeys")
    contacts["started_at"] = pd.to_datetime(contacts["started_at"])
    for planted, kind, channels in (("repeat_contact", "repeat", ["voice", "voice"]),
                                    ("channel_switch", "switch", ["email", "voice"])):
        hit = journeys.loc[journeys["planted"] == planted, "journey"]
        mine = contacts[contacts["journey"].isin(hit) & contacts["kind"].isin(("first", kind))]
        for _, pair in mine.sort_values("started_at").groupby("journey"):
            assert pair["channel"].tolist() == channels
            gap = pair["started_at"].iloc[1] - pair["started_at"].iloc[0]
            assert pd.Timedelta(hours=8) < gap < pd.Timedelta(days=7)
        assert mine["journey"].nunique() == len(hit) > 20


def test_issues_of_one_person_and_family_lie_far_apart(clean: Path) -> None:
    journeys = truth(clean, "journeys")
    journeys["started_at"] = pd.to_datetime(journeys["started_at"])
    journeys = journeys.sort_values("started_at")
    gaps = journeys.groupby(["person", "family"])["started_at"].diff().dropna()
    assert gaps.min() > pd.Timedelta(days=14)


def test_scores_follow_the_effects(tmp_path: Path) -> None:
    generate(tmp_path, persons=1_500, effects="wait=0,repeat_contact=5", dirt="tidy")
    journeys = truth(tmp_path, "journeys")
    scored = journeys[journeys["score"] != ""].assign(score=lambda f: f["score"].astype(float))
    loss = {}
    for planted in PLANTED:
        mine = scored[scored["reason"] == planted.reason]
        hit = mine["planted"] == planted.name
        loss[planted.name] = mine.loc[~hit, "score"].mean() - mine.loc[hit, "score"].mean()
    assert abs(loss["wait"]) < 0.6
    assert loss["repeat_contact"] == pytest.approx(5, abs=0.6)
    assert truth(tmp_path, "pain_points")["planted"].iloc[[0, -1]].tolist() == [
        "repeat_contact", "wait"]
    assert 0.3 < len(scored) / (journeys["invited"] == "true").sum() < 0.45


def test_effects_are_read_dealt_and_refused() -> None:
    default = parse_effects(None, 7)
    assert parse_effects("wait=9, hold=0", 7) == default | {"wait": 9.0, "hold": 0.0}
    dealt = parse_effects("shuffle", 7)
    assert sorted(dealt.values()) == sorted(default.values())
    assert len({tuple(parse_effects("shuffle", seed).values()) for seed in range(9)}) > 5
    with pytest.raises(SettingsError, match="unknown planted pain point, found 'waits'"):
        parse_effects("waits=1", 7)
    with pytest.raises(SettingsError, match="allowed name=number"):
        parse_effects("wait", 7)
    with pytest.raises(SettingsError, match="at least 1 person"):
        make_world(0, 90, 1, None, "2026-03-31", MIDDLE)


def test_clocks_change_with_the_law() -> None:
    world = make_world(10, 90, 1, None, "2026-03-31", MIDDLE)
    assert pd.Timestamp(world.as_of, unit="s") == pd.Timestamp("2026-03-31 22:00")
    utc = pd.date_range("2025-09-01", "2026-12-31", freq="31min").astype("int64") // 10**6
    berlin = pd.to_datetime(utc, unit="s", utc=True).tz_convert("Europe/Berlin")
    seconds = utc.to_numpy()
    assert (pd.to_datetime(to_local(seconds), unit="s") == berlin.tz_localize(None)).all()
    back = to_utc(to_local(seconds)) == seconds
    assert 0 < (~back).sum() <= 4  # the hour that happens twice, in two autumns


def test_dirt_is_counted_file_by_file(clean: Path, dirty: Path) -> None:
    assert truth(clean, "dirt").empty
    dirt = truth(dirty, "dirt")
    assert {"exact duplicate", "delivered again", "late correction", "unparseable time",
            "negative duration", "end before start", "missing id", "score outside its scale",
            "no time at all", "after as_of", "record cut off", "hostile text"} == set(dirt["dirt"])
    added = dirt[dirt["dirt"] != "hostile text"]
    for file, rows in added.groupby("file")["rows"]:
        assert (dirty / str(file)).is_file()
        lines = _lines(dirty / str(file))
        assert lines - _lines(clean / str(file)) == rows.astype(int).sum(), file


def test_hostile_text_stays_text(dirty: Path) -> None:
    everything = text_of(dirty, "zendesk") + text_of(dirty, "survey_calls")
    assert "<script>alert(1)</script>" in everything or "=cmd|" in everything
    assert not any(t in text_of(dirty, "acd") for t in ("<script>", "=cmd"))


@pytest.mark.parametrize(("source", "table"), ADAPTED)
def test_adapters_speak_the_contract(clean: Path, source: str, table: str) -> None:
    rows = adapted(clean, source, table)
    contract = TABLES[table]
    assert len(rows) > 20
    for name in rows.columns:
        assert name == "record_key" or contract.column(name) is not None, name
    for column in contract.columns:
        if column.required:
            assert rows[column.name].notna().all(), column.name
        if column.vocabulary and column.name in rows:
            words = set(rows[column.name].dropna().str.lower())
            assert words <= set(VOCABULARIES[column.vocabulary]), column.name
    key = [c for c in contract.key if c in rows]
    assert not rows.duplicated([*key, *(["updated_at"] if "updated_at" in rows else [])]).any()


def test_reasons_are_all_in_the_map(clean: Path) -> None:
    settings = (clean / "journeys.toml").read_text().casefold()
    for source, table, column in (
        ("acd", "calls", "disposition"), ("connect", "calls", "contact_reason"),
        ("zendesk", "tickets", "contact_reason"), ("servicenow", "tickets", "contact_reason"),
    ):
        for word in adapted(clean, source, table)[column].dropna().unique():
            assert f'"{word}"'.casefold() in settings, word


def test_zendesk_tickets_get_their_times_from_audits(clean: Path) -> None:
    tickets = newest(clean, "zendesk", "tickets")
    closed = tickets[tickets["status"] == "closed"]
    assert closed["solved_at"].notna().all() and (closed["closed_by"] == "system").all()
    assert (closed["closed_at"] > closed["solved_at"]).all()
    by_mail = closed[closed["channel"] == "email"]
    assert (by_mail["opened_by"] == "customer").all()
    assert by_mail["first_reply_at"].notna().mean() > 0.95
    assert set(tickets.loc[tickets["call_ids"].notna(), "channel"]) == {"voice"}
    assert (tickets["followup_of"].dropna().isin(tickets["ticket_id"])).all()
    assert set(tickets["queue"]) <= set(QUEUES)


def test_connect_chains_keep_one_call(clean: Path) -> None:
    legs = newest(clean, "connect", "calls")
    later = legs[legs["prev_leg_id"].notna()]
    assert len(later) and later["call_id"].isin(legs["leg_id"]).all()
    moved = legs[legs["outcome"] == "transferred_out"]
    assert (moved["transfer_kind"] == "external").sum() == (legs["leg_kind"] == "external").sum()
    assert {"voice", "chat"} == set(legs["channel"])


def _seconds(calls: pd.DataFrame, column: str) -> pd.Series:
    value = calls[column]
    clock = value.astype("string").str.contains(":").any()
    seconds = pd.to_timedelta(value).dt.total_seconds() if clock else value.astype(float)
    answered = calls["outcome"].isin(("answered", "transferred_out"))
    return seconds[answered].groupby(calls["call_id"]).max()


def _contacts_of(folder: Path, source: str) -> pd.DataFrame:
    contacts = truth(folder, "contacts")
    contacts = contacts[contacts["system"] == source]
    return contacts.assign(call_id=contacts["source_ids"].str.extract(rf"{source}:(\S+)")[0])


def _lines(path: Path) -> int:
    """Records of a file: lines, or CSV rows that may span several."""
    if not path.exists():
        return 0
    if path.suffix == ".gz":
        return decompressed(path).count(b"\n")
    return len(pd.read_csv(path, dtype=str, sep=None, engine="python"))
