"""Project folders: the shipped sample, and an empty one to fill."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .errors import SettingsError
from .models import shipped
from .settings import FILE_NAME
from .settings_stages import STAGES, STEPS

_SETTINGS = '''\
# Settings of a journey_analytics project. Every section but [sources] may be left out.

[project]
name = "{name}"
timezone = "UTC"              # zone of printed times, e.g. "Europe/Berlin"
# region = "DE"               # country of phone numbers written without a country code
# as_of = "2026-03-31T22:00:00Z"   # left out: the time up to which all contact sources reach

# One section per export. `journeys check` tells what a file lacks.
# [sources.phone]
# adapter = "five9"           # shipped: {adapters}
# files = "landing/phone/*.csv"    # or several streams: files = {{ tickets = "…", users = "…" }}
# mode = "delta"              # delta: rows are news; snapshot: an absent row is deleted;
#                             # window: a file replaces the days it covers (needs window_column)
# timezone = "Europe/Berlin"  # for times without an offset; there is no default

# A file of your own format: write adapters/<name>.calls.sql (or tickets, messages, surveys,
# channel_events, ticket_history), see docs/adapters.md.

# [reasons.invoice]           # the sources' words for one reason
# family = "billing"          # repeats are looked for within a family
# stage = "usage"             # {stages}
# match = ["Billing - Invoice", "invoice_question"]

# [stages]                    # more words and pages of a stage, or a stage of your own
# purchase = ["Order accepted", "*/order/confirm"]
# [steps]                     # the same for steps: {steps}
# reach = ["callback form", "*/contact"]

# [calendars.default]         # without opening hours, closed doors are not measured
# timezone = "Europe/Berlin"
# days = {{ mon = "08:00-20:00", tue = "08:00-20:00", sat = "09:00-13:00" }}
# country = "DE"              # its public holidays are closed
# exceptions = {{ 2026-12-31 = "08:00-12:00", 2027-01-04 = "closed" }}

# [thresholds]                # defaults are printed in every pack
# wait_seconds = 120
# hold_seconds = 120
# quiet_window_days = 7       # so much silence ends a journey
# repeat_window_days = 7

# [families.billing]          # windows of one family of reasons, where they differ
# quiet_window_days = 14
# repeat_window_days = 30

# [identity]                  # when a shared key does not link (see docs/identity.md)
# policy = "default"          # strict: no joining by e-mail, phone or cookie; loose: families too
# never_link = ["+4930123456", "info@example.com"]

# [segments]                  # groups you already know, beside the personas (docs/personas.md)
# file = "segments.csv"       # columns kind (customer_ref, email, phone, …), key, segment

# [[packs]]                   # what a workshop is about; without any there is one of everything
# name = "billing"
# question = "Why do people with a question about their bill get in touch twice?"
# reason = "invoice"          # or family, stage, entry_channel, persona, segment
# since = 2026-01-01          # journeys that began in this period …
# until = 2026-03-31
# compare_since = 2025-10-01  # … beside those of another
# compare_until = 2025-12-31
# workshop = 2026-04-20
# facilitator = "Ada"
# length = "full"             # or brief: two pages

# [privacy]
# min_group = 5               # smaller groups of persons are not shown
# keep_days = 730             # what saw nothing for so long is erased

# [nights]                    # see docs/operations.md, also for [gates]
# keep_snapshots = 5          # earlier publications that `journeys rollback` can go back to
# on_failure_command = ["mail-us"]   # gets JSON on its standard input
'''
_FUTURE = """\
# What the journey shall be like; `journeys run` says how many of today's journeys would fail it.

# [[constraints]]
# name = "Confirmation within 10 minutes"
# time_to = "confirmation"    # or answer, resolution
# within_minutes = 10         # or within_seconds, within_hours, within_days

# [[constraints]]
# name = "At most one transfer"
# moment = "transfer"         # a kind of moment
# at_most = 1
"""
_LISTS = {
    "beliefs.csv": "id,statement,moment,direction,segment,threshold,whose\n",
    "observations.csv": "step,stage,who,observation\n",
    "future.toml": _FUTURE,
    "actions.csv": "id,pain_point,action,owner,deadline,metric,direction,target,segment,effort,"
                   "start_date\n",
    "announcements.csv": "start_date,end_date,what,channel\n",
}


def copy_sample(folder: Path) -> bool:
    """Copy the shipped sample project; return False where it is there already.

    Raises
    ------
    SettingsError
        The folder exists and is something else.
    """
    from .sample.guard import is_sample, refuse_foreign  # with them comes what generates

    refuse_foreign(folder)
    if is_sample(folder):
        return False
    shutil.copytree(shipped("sample_project"), folder, dirs_exist_ok=True)
    os.chmod(folder, 0o700)
    return True


def init_project(folder: Path) -> list[Path]:
    """Make an empty project folder and return what was made.

    Raises
    ------
    SettingsError
        There is a project in it already.
    """
    if (folder / FILE_NAME).exists():
        raise SettingsError(str(folder / FILE_NAME), "there is a project here already",
                            remedy="Edit it, or name another folder.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in ("landing", "adapters"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
        made.append(folder / name)
    adapters = sorted({p.name.split(".")[0] for p in (shipped("sql") / "sources").glob("*.sql")})
    name = folder.resolve().name.replace("\\", " ").replace('"', "'")
    text = _SETTINGS.format(name=name, adapters=", ".join(adapters), stages=", ".join(STAGES),
                            steps=", ".join(STEPS))
    for file, content in {FILE_NAME: text, **_LISTS}.items():
        (folder / file).write_text(content, encoding="utf-8")
        made.append(folder / file)
    return made
