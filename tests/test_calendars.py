"""Opening hours and business time, against an oracle that looks at a wall clock, minute by minute.

The oracle knows nothing of segments: it asks ``zoneinfo`` what the clock on the wall shows.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_analytics import calendars, models
from journey_analytics.contracts import VOCABULARIES
from journey_analytics.engines import Published
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import load
from journey_analytics.settings_calendars import WEEKDAYS, Calendar
from journey_analytics.settings_moments import Channel
from tests.project import run_project, write_project
from tests.test_settings import problems

#: Zones with all that zones do: half hours, half-hour summer time, changes at midnight, a lost day.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
         "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca", "UTC")
MINUTE = timedelta(minutes=1)
#: Days around which zones change their offset, or are quiet.
DAYS = (date(2026, 3, 28), date(2026, 10, 24), date(2024, 4, 25), date(2011, 12, 29),
        date(2018, 11, 3), date(2018, 2, 16), date(2026, 4, 4), date(2026, 10, 3),
        date(2026, 3, 7), date(2026, 10, 31), date(2026, 2, 14), date(2026, 6, 1))


def is_open(calendar: Calendar, at: datetime) -> bool:
    """The oracle: what the clock on the wall shows at a UTC time, held against the hours."""
    wall = at.replace(tzinfo=UTC).astimezone(ZoneInfo(calendar.timezone))
    minute = wall.hour * 60 + wall.minute
    return any(a <= minute < b for a, b in calendar.hours_on(wall.date()))


def open_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    return sum(is_open(calendar, start + n * MINUTE) for n in range((end - start) // MINUTE))


@st.composite
def some_calendars(draw: st.DrawFn) -> Calendar:
    def hours() -> str:
        cuts = draw(st.lists(st.integers(0, 96), min_size=2, max_size=4, unique=True))
        cuts = sorted(cuts)[: len(cuts) // 2 * 2]
        return ", ".join(f"{a // 4:02d}:{a % 4 * 15:02d}-{b // 4:02d}:{b % 4 * 15:02d}"
                         for a, b in zip(cuts[::2], cuts[1::2], strict=True))
    days = {day: hours() for day in WEEKDAYS if draw(st.booleans())}
    exceptions = {day + timedelta(days=1): draw(st.sampled_from(("closed", hours())))
                  for day in draw(st.lists(st.sampled_from(DAYS), max_size=3))}
    return Calendar(timezone=draw(st.sampled_from(ZONES)), days=days, exceptions=exceptions)


def lookups(calendar: Calendar, first: datetime, last: datetime) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, table in calendars.tables({"default": calendar}, first, last).items():
        connection.register(name, table)
    return connection


@settings(max_examples=60, deadline=None)
@given(some_calendars(), st.sampled_from(DAYS), st.randoms(use_true_random=False))
def test_open_time_equals_the_clock_on_the_wall_minute_by_minute(
    calendar: Calendar, day: date, dice: random.Random
) -> None:
    begin = datetime.combine(day, datetime.min.time()) - timedelta(hours=12)
    found = calendars.open_times(calendar, begin.date(), (begin + timedelta(days=4)).date())
    for n in range(4 * 1440):
        at = begin + n * MINUTE
        assert any(a <= at < b for a, b in found.intervals) == is_open(calendar, at), at
    pairs = [sorted(begin + dice.randrange(4 * 1440) * MINUTE for _ in range(2)) for _ in range(20)]
    connection = lookups(calendar, begin, begin + timedelta(days=4))
    for start, end in pairs:
        assert business_ms(connection, start, end) == 60_000 * open_minutes(calendar, start, end)


def business_ms(connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> int:
    """Business time through the shipped model, as one ticket of one queue."""
    model = next(m for m in models.load_models() if m.table == "ticket_business_times")
    for name, sql in {
        "ticket_intervals": "SELECT 1 AS ticket_key, 'first_reply' AS measure, 0 AS interval_no, "
                            f"TIMESTAMP '{start}' AS began_at, TIMESTAMP '{end}' AS ended_at",
        "ticket_calendars": f"SELECT 1 AS ticket_key, TIMESTAMP '{start}' AS began_at, "
                            "0 AS stretch_no, NULL::TIMESTAMP AS ended_at, 'default' AS calendar",
        "ticket_homes": "SELECT 1 AS ticket_key, 2 AS person_key",
    }.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
    row = connection.sql(models.statement([model], {}, {}).text).fetchall()
    assert row[0][3] == (end - start) // timedelta(milliseconds=1) and row[0][4] == row[0][5]
    return int(row[0][4])


def test_open_time_over_many_years_is_the_sum_of_its_days() -> None:
    """16 years with 32 changes of the clock: 10 h on each of the working days, no matter what."""
    days = dict.fromkeys(WEEKDAYS[:5], "08:00-18:00")
    calendar = Calendar(timezone="America/New_York", days=days)
    first, last = datetime(2010, 1, 4, 5), datetime(2026, 1, 5, 5)  # Monday 0:00 there
    connection = lookups(calendar, first, last)
    weeks = (last - first) // timedelta(weeks=1)
    assert business_ms(connection, first, last) == weeks * 50 * 3_600_000


def test_an_hour_shown_twice_is_open_twice_and_one_that_is_skipped_is_not_there() -> None:
    calendar = Calendar(timezone="Europe/Berlin", days={"sun": "02:00-03:00"})
    autumn = calendars.open_times(calendar, date(2026, 10, 25), date(2026, 10, 25))
    assert autumn.intervals == [(datetime(2026, 10, 25, 0), datetime(2026, 10, 25, 2))]
    spring = calendars.open_times(calendar, date(2026, 3, 29), date(2026, 3, 29))
    assert spring.intervals == [] and not any(spring.is_workday)


def test_holidays_by_country_and_region_and_exceptions_before_them() -> None:
    always = dict.fromkeys(WEEKDAYS, "08:00-18:00")
    bavaria = Calendar(timezone="Europe/Berlin", days=always, country="DE", region="BY",
                       exceptions={date(2026, 12, 25): "10:00-12:00", date(2026, 6, 2): "closed"})
    berlin = Calendar(timezone="Europe/Berlin", days=always, country="DE", region="BE")
    epiphany, women, christmas = date(2026, 1, 6), date(2026, 3, 8), date(2026, 12, 25)
    for calendar, expected in ((bavaria, (0, 1, 1)), (berlin, (1, 0, 0))):
        holidays = calendar.holidays(date(2026, 1, 1), date(2026, 12, 31))
        assert tuple(len(calendar.hours_on(d, holidays)) for d in (epiphany, women, christmas)) \
            == expected
    assert bavaria.hours_on(date(2026, 6, 2)) == []


def test_channels_of_the_settings_are_those_of_the_contracts() -> None:
    assert set(get_args(Channel)) == set(VOCABULARIES["channel"])


HEAD = '[calendars.default]\ntimezone = "UTC"\ndays = { mon = "08:00-18:00" }\n'


@pytest.mark.parametrize("text, place, words", [
    (HEAD + 'country = "XX"', ":4: ", "no holidays are known of this country, found 'XX'"),
    (HEAD + 'region = "BE"', ":4: ", "region without a country"),
    (HEAD + 'country = "DE"\nregion = "XY"', ":5: ", "no holidays are known of this region"),
    (HEAD + 'exceptions = { 2026-12-24 = "shut" }', ":4: ", "hours of 2026-12-24 not understood"),
    (HEAD.replace("08:00-18:00", "08:00-12:00, 11:00-18:00"), ":3: ", "hours of mon overlap"),
    (HEAD + 'queues = ["a"]\n' + HEAD.replace("default", "two") + 'queues = ["a"]', ":8: ",
     "'a' also has [calendars.default]"),
    ('[[expectations]]\nname = "x"\nafter = "a"\nexpect = "b"\nwithin_days = 1\n[[expectations]]\n'
     'name = "x"\nafter = "a"\nexpect = "b"\nwithin_hours = 1', ":7: ", "two expectations"),
    ('[[expectations]]\nname = "x"\nafter = "a"\nexpect = "b"', ":1: ", "one of within_hours"),
    ('[[expectations]]\nname = "x"\nafter = "a"\nexpect = "b"\nwithin_business_days = 2', ":1: ",
     "business time without opening hours"),
    ('[channels.telepathy]\nwait_seconds = 1', ":1: ", "telepathy"),
    ('[queues.a]\nwait_second = 1', ":2: ", "Did you mean 'wait_seconds'?"),
])
def test_wrong_settings_are_told(tmp_path: Path, text: str, place: str, words: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1 and place in found[0] and words in found[0], found


#: The worked example of a contested number: hours of two teams, a ticket that moves between them.
#: Chicago is open 07:00-21:00 every day, San Francisco 08:00-17:30 from Monday to Friday.
TWO_TEAMS = """
[calendars.chicago]
timezone = "America/Chicago"
days = { sun = "07:00-21:00", mon = "07:00-21:00", tue = "07:00-21:00", wed = "07:00-21:00", \
thu = "07:00-21:00", fri = "07:00-21:00", sat = "07:00-21:00" }
queues = ["Level 1"]

[calendars.san_francisco]
timezone = "America/Los_Angeles"
days = { mon = "08:00-17:30", tue = "08:00-17:30", wed = "08:00-17:30", thu = "08:00-17:30", \
fri = "08:00-17:30" }
queues = ["Level 2"]
"""


def test_business_time_golden_959_46_and_689_46_minutes(tmp_path: Path) -> None:
    """Tuesday 17:02 to Wednesday 19:01:27.6 UTC, under the second team for the last 12.6 s.

    All schedules: 538 + 421.25 minutes in Chicago's hours + 0.21 in San Francisco's. Last schedule:
    448 + 241.46 in San Francisco's alone.
    """
    project = write_project(
        tmp_path / "p", "2020-10-05T00:00:00Z", TWO_TEAMS,
        tickets=[{"ticket_id": "t", "created_at": "2020-09-29 17:02:00", "external_id": "x",
                  "queue": "Level 2", "status": "open"},
                 {"ticket_id": "u", "created_at": "2020-07-29 17:02:00", "external_id": "y",
                  "queue": "Nobody's", "status": "solved", "solved_at": "2020-09-30 17:02:00"}],
        ticket_history=[{"event_id": "h", "ticket_id": "t", "field": "queue",
                         "occurred_at": "2020-09-30 19:01:15", "old_value": "Level 1",
                         "new_value": "Level 2"}],
        messages=[{"message_id": "m", "ticket_id": "t", "occurred_at": "2020-09-30 19:01:27.6",
                   "direction": "out", "actor": "agent"}])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        rows = warehouse.rows("""
            SELECT clock_ms, all_schedules_ms, last_schedule_ms FROM ticket_business_times
            WHERE measure = 'first_reply'""")
        unmeasured = warehouse.rows("""
            SELECT DISTINCT all_schedules_ms, last_schedule_ms FROM ticket_business_times
            WHERE measure = 'full_resolution'""")
    assert [(a / 60_000, b / 60_000) for _, a, b in rows] == [(959.46, 689.46)]
    assert unmeasured == [(None, None)], "no calendar: not measured, never 0"


def call(leg: str, at: str, **more: Any) -> dict[str, Any]:
    return {"leg_id": leg, "call_id": leg, "started_at": at, "external_id": leg, **more}


def test_closed_doors_by_number_called_then_queue_then_default(tmp_path: Path) -> None:
    project = write_project(
        tmp_path / "p", "2026-01-31T00:00:00Z", """
[calendars.default]
timezone = "Europe/Berlin"
days = { mon = "08:00-18:00" }
[calendars.late]
timezone = "Europe/Berlin"
days = { mon = "08:00-22:00" }
queues = ["Evening"]
[calendars.never]
timezone = "Europe/Berlin"
days = { tue = "08:00-09:00" }
entry_points = ["+49800111"]
""", calls=[
            call("open", "2026-01-12 16:59:59"), call("closed", "2026-01-12 17:00:00"),
            call("evening", "2026-01-12 20:00:00", queue="Evening"),
            call("number", "2026-01-12 20:00:00", queue="Evening", called_number="+49800111"),
            call("mail", "2026-01-12 20:00:00", channel="email"),
            call("out", "2026-01-12 20:00:00", direction="outbound")])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        warehouse.connection.execute(
            f"ATTACH '{project / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
        found = dict(warehouse.rows("""
            SELECT c.leg_id, m.lost_ms / 3600000 FROM moments AS m
            JOIN state.calls AS c ON m.anchor_key = c.call_key
            WHERE m.kind = 'out_of_hours_attempt'"""))
    assert found == {"closed": 7 * 24 - 10.0, "number": 10 + 1.0}


def test_without_a_calendar_nothing_is_measured_and_that_is_said(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", calls=[call("night", "2026-01-12 03:00:00")])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        assert warehouse.value("SELECT count(*) FROM opening_hours") == 0
        assert warehouse.value(
            "SELECT count(*) FROM moments WHERE kind = 'out_of_hours_attempt'") == 0
        assert warehouse.value("""
            SELECT because FROM blind_spots WHERE subject = 'attempts outside opening hours'"""
        ) == "no opening hours are declared in [calendars]"


def test_business_time_of_half_a_million_long_intervals() -> None:
    """A thousand days each, of ten hours: a row per interval and day would be 500 million."""
    calendar = Calendar(timezone="Asia/Kolkata", days=dict.fromkeys(WEEKDAYS, "08:00-18:00"))
    connection = lookups(calendar, datetime(2016, 1, 1), datetime(2026, 1, 1))
    connection.execute("""
        CREATE TEMP TABLE ticket_intervals AS SELECT n AS ticket_key, 'first_reply' AS measure,
            0 AS interval_no, TIMESTAMP '2016-01-01' + INTERVAL 4 MINUTE * n AS began_at,
            TIMESTAMP '2016-01-01' + INTERVAL 4 MINUTE * n + INTERVAL 1000 DAY AS ended_at
        FROM range(500000) AS r (n)""")
    connection.execute("""
        CREATE TEMP VIEW ticket_calendars AS SELECT ticket_key, began_at, 0 AS stretch_no,
            NULL::TIMESTAMP AS ended_at, 'default' AS calendar FROM ticket_intervals""")
    connection.execute(
        "CREATE TEMP VIEW ticket_homes AS SELECT ticket_key, 1 AS person_key FROM ticket_intervals")
    model = next(m for m in models.load_models() if m.table == "ticket_business_times")
    connection.execute(f"CREATE TABLE t AS {models.statement([model], {}, {}).text}")
    rows, low, high = connection.sql(
        "SELECT count(*), min(all_schedules_ms), max(all_schedules_ms) FROM t").fetchall()[0]
    assert rows == 500_000 and low == high == 1000 * 10 * 3_600_000


def test_a_project_of_the_docs_loads(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "calendars.md").read_text()
    (tmp_path / "journeys.toml").write_text(text.split("```toml\n")[1].split("```")[0])
    assert set(load(tmp_path).calendars) == {"default", "hotline"}


def test_segments_cover_every_instant_once() -> None:
    calendar = Calendar(timezone="America/Sao_Paulo",
                        days={"sun": "00:00-24:00", "mon": "09:00-17:00"})
    table = calendars.tables({"default": calendar}, datetime(2018, 1, 1), datetime(2019, 3, 1))[
        "calendar_segments"]
    rows = table.to_pylist()
    assert isinstance(table, pa.Table)
    assert all(a["ends_at"] == b["begins_at"] for a, b in zip(rows, rows[1:], strict=False))
    assert all(r["begins_at"].date() == r["day"] and r["begins_at"] < r["ends_at"] for r in rows)
