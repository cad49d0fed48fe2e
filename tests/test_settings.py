"""Settings: every problem at once, each with file, line and the nearest right name."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest

from journey_analytics.errors import ManyErrors, SettingsError
from journey_analytics.settings import load, secret_of
from journey_analytics.settings_calendars import Calendar


def problems(folder: Path, text: str) -> list[str]:
    (folder / "journeys.toml").write_text(text)
    with pytest.raises((SettingsError, ManyErrors)) as caught:
        load(folder)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problems(tmp_path, """\
[project]
nam = "x"
timezone = "Europe/Berln"
region = "GER"

[sources.phone]
adaptor = "five9"
files = "landing/*.csv"
mode = "sometimes"

[thresholds]
wait_second = 5
""")
    place = f"{tmp_path}/journeys.toml"
    assert len(found) == 7
    assert any(p.startswith(f"{place}:2: unknown setting 'project.nam'")
               and p.endswith("Did you mean 'name'?") for p in found)
    assert any(p.startswith(f"{place}:3: ") and "Did you mean 'Europe/Berlin'?" in p for p in found)
    assert any(p.startswith(f"{place}:4: ") and "found 'GER'" in p for p in found)
    assert any(p.startswith(f"{place}:7: ") and "Did you mean 'adapter'?" in p for p in found)
    assert any(p.startswith(f"{place}:6: 'sources.phone.adapter' is missing") for p in found)
    assert any(p.startswith(f"{place}:9: sources.phone.mode: ") for p in found)
    assert any(p.startswith(f"{place}:12: ") and "Did you mean 'wait_seconds'?" in p for p in found)


@pytest.mark.parametrize("text, place, words", [
    ('[project\nname = "x"', "journeys.toml: ", "not valid TOML"),
    ('[sources."Phone"]\nadapter = "a"\nfiles = "x"', ":1: ", "not a usable source name"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\ncalls_of = "b"', ":4: ", "no such source"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\nmode = "window"', ":1: ", "needs window_column"),
    ('[reasons.a]\nfamily = "f"\nmatch = ["X"]\n[reasons.b]\nfamily = "f"\nmatch = ["x"]', ":6: ",
     "also stands for [reasons.a]"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\nencoding = "latin-99"', ":4: ",
     "unknown encoding, found 'latin-99', allowed a name like utf-8"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\nencoding = "hex"', ":4: ", "unknown encoding"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\ndelimiter = "||"', ":4: ",
     "not a usable delimiter, allowed one character"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\ndelimiter = "\\n"', ":4: ", "a usable delim"),
    ('[sources.a]\nadapter = "a"\nfiles = "x"\ndelimiter = ""', ":4: ", "a usable delimiter"),
    ('[reasons.a]\nfamily = "f"\nstage = "delivry"', ":3: ", "Did you mean 'delivery'?"),
    ('[reasons.a]\nfamily = "f"\nstage = "renewal"', ":3: ", "Declare it in [stages]."),
    ('[project]\nas_of = 2026-03-31T00:00:00', ":2: ", "a time without a zone"),
    ('[calendars.default]\ntimezone = "UTC"\ndays = { mon = "8-18" }', ":3: ",
     "like '08:00-18:00'"),
])
def test_single_problems(tmp_path: Path, text: str, place: str, words: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1 and place in found[0] and words in found[0], found


def test_usable_words_of_sources_and_stages_are_taken(tmp_path: Path) -> None:
    (tmp_path / "journeys.toml").write_text(
        '[sources.a]\nadapter = "a"\nfiles = "x"\nencoding = "cp1252"\ndelimiter = "\\t"\n'
        '[reasons.a]\nfamily = "f"\nstage = "renewal"\n[reasons.b]\nfamily = "f"\n'
        'stage = "delivery"\n[stages]\nrenewal = ["contract end"]\n')
    assert load(tmp_path).reasons["a"].stage == "renewal"


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no project here.*journeys init"):
        load(tmp_path)


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    (tmp_path / "journeys.toml").write_text("")
    assert load(tmp_path).thresholds.quiet_window_days == 7


def test_a_calendar_reads_several_intervals() -> None:
    calendar = Calendar(timezone="UTC", days={"mon": "08:00-12:00, 13:00-24:00"})
    assert calendar.hours_on(date(2026, 1, 5)) == [(480, 720), (780, 1440)]
    assert calendar.hours_on(date(2026, 1, 6)) == []


def test_the_secret_is_made_once_and_only_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOURNEYS_SECRET")
    first = secret_of(tmp_path)
    assert first == secret_of(tmp_path) and len(first) == 64
    assert stat.S_IMODE((tmp_path / "journeys.key").stat().st_mode) == 0o600
    monkeypatch.setenv("JOURNEYS_SECRET", "mine")
    assert secret_of(tmp_path) == b"mine"
