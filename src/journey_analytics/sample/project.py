"""The project around the files: settings, README, beliefs and actions."""

from __future__ import annotations

from pathlib import Path

from .closed_doors import SHARE
from .habits import HABITS, KEEP
from .plan import BACKGROUND, EXTRA_CONTACT
from .surveys import BASE, NOISE, PERSON_NOISE
from .tables import save
from .workshop import BELIEFS, FUTURE, OBSERVATIONS
from .world import (
    CHANNELS,
    HIT_RATE,
    HOURS,
    PLANTED,
    QUEUES,
    REASONS,
    TIMEZONE,
    Ints,
    World,
    zulu_text,
)

_SOURCES = f"""\
[sources.acd]
adapter = "five9"
files = "landing/acd/call_log_*.csv"
mode = "delta"
timezone = "{TIMEZONE}"

[sources.connect]
adapter = "amazon_connect"
files = "landing/connect/contact_records_*.ndjson.gz"
mode = "delta"

[sources.zendesk]
adapter = "zendesk"
mode = "delta"
calls_of = "acd"

[sources.zendesk.files]
tickets = "landing/zendesk/tickets_*.ndjson.gz"
audits = "landing/zendesk/audits_*.ndjson.gz"
users = "landing/zendesk/users_*.ndjson.gz"
groups = "landing/zendesk/groups_*.ndjson"

[sources.servicenow]
adapter = "servicenow"
mode = "delta"
timezone = "UTC"

[sources.servicenow.files]
incidents = "landing/servicenow/incident_*.csv"
audit = "landing/servicenow/sys_audit_*.csv"
groups = "landing/servicenow/sys_user_group_*.csv"

[sources.survey_calls]
adapter = "survey_csv"
files = "landing/survey_calls/*.csv"
mode = "delta"
timezone = "{TIMEZONE}"
delimiter = ";"
calls_of = "acd"

[sources.survey_connect]
adapter = "survey_csv"
files = "landing/survey_connect/*.csv"
mode = "delta"
timezone = "{TIMEZONE}"
delimiter = ";"
calls_of = "connect"

[sources.survey_tickets]
adapter = "survey_csv"
files = "landing/survey_tickets/*.csv"
mode = "delta"
timezone = "{TIMEZONE}"
delimiter = ";"
tickets_of = "zendesk"

[sources.web]
adapter = "segment"
files = "landing/web/events_*.ndjson.gz"
mode = "delta"
"""

ACTIONS = """\
id,pain_point,action,owner,deadline,metric,direction,target,segment,effort,start_date
A1,wait invoice voice Billing,Offer a call-back on the billing line from 120 seconds of waiting,Care lead,2026-06-30,asa/p90,down,180,queue=Billing,M,2026-02-16
A2,hold cancel voice Retention,Show contract data to Retention agents without a second system,IT,2026-07-31,share_held,down,10 %,queue=Retention,L,2026-03-02
A3,repeat_contact slow_internet voice Technical,Call back two days after a line was reset,Technical lead,2026-09-30,moment_share,down,15 %,reason=slow_internet,S,2026-03-16
"""  # noqa: E501
ANNOUNCEMENTS = """\
start_date,end_date,what,channel
2026-02-02,2026-02-08,New billing system: answers about invoices take longer,
2026-03-09,2026-03-11,Works on the network in the evening,voice
"""


def settings(world: World) -> str:
    """``journeys.toml`` of the sample."""
    parts = [
        '[project]\nname = "Sample: a broadband provider"\n'
        f'timezone = "{TIMEZONE}"\nregion = "DE"\nas_of = "{zulu_text(world.as_of)}"\n',
        _SOURCES,
    ]
    for reason in REASONS:
        words = (reason.disposition, reason.attribute, reason.tag, reason.category)
        match = ", ".join(f'"{w}"' for w in words)
        parts.append(f'[reasons.{reason.name}]\nfamily = "{reason.family}"\n'
                     f'stage = "{reason.stage}"\nmatch = [{match}]\n')
    days = ", ".join(f'{day} = "{a:02d}:00-{b:02d}:00"' for day, (a, b) in HOURS.items())
    parts.append(f'[calendars.default]\ntimezone = "{TIMEZONE}"\ndays = {{ {days} }}\n'
                 'country = "DE"\n')
    parts.append(_EXPECTATION)
    return "\n".join(parts)


_EXPECTATION = """\
[[expectations]]
name = "confirmation of a web form"
after = "web_form_ticket"
expect = "Ticket Confirmation Sent"
within_business_hours = 4
"""

_README = """\
# Sample: Nordlicht Net, a broadband provider that does not exist

Made by `journeys sample` (seed {seed}, {persons:,} customers, {days} days up to {end}, dirt level {dirt}).
Nobody in here is real: telephone numbers are the ones the Bundesnetzagentur keeps free for films,
addresses end in example.org. `journeys run .` builds the journeys; `truth/` holds what was put in,
and no run may read it.

| source | system it imitates | what |
|---|---|---|
| acd | Five9 call log, CSV | calls to Billing, Technical, Delivery; Berlin wall clock; one row per leg |
| connect | Amazon Connect contact records, NDJSON | calls to Retention, all chats; UTC; chains of records |
| zendesk | Zendesk API, NDJSON | e-mail and form tickets, tickets agents write after calls; audits, users, groups |
| servicenow | ServiceNow tables, CSV | incidents for technicians, with their audit; naive UTC |
| survey_calls, survey_connect, survey_tickets | a survey tool, CSV with `;` | NPS after each issue, about 40 % answered; a few CSAT |
| web | Segment, NDJSON | pages, searches, help, forms, logins, confirmation mails |

Deliveries are weekly; a file's name carries the day it was extracted, and holds what happened or
changed before that day. The last one is cut at the end of {end} in Berlin, which is `as_of`.

## What was planted
Journeys of these reasons are hit by one moment in about {rate:.0f} % of cases and then lose NPS
points. Nothing else lowers a score. Every other moment is background without effect, in this share
of the journeys where it can happen: {background}.
Besides, {forced:.0%} of the customers want to chat in the evening about a payment, find the door closed, and call
on the next open day: a forced switch, which costs nothing either.

| planted | reason | first contact | channel | queue | NPS points lost | journeys hit |
|---|---|---|---|---|---|---|
{planted}

Burden is journeys hit times points lost. Hit counts are alike by construction, so the order of
burdens is the order of the points. The planted channel switch (e-mail, then a call) is a second
contact within seven days, so by definition it shows as a repeat contact too (`also_shows_as`). Scores: {base} minus the loss, plus
noise of the person (sd {mood}) and of the moment (sd {noise}), rounded, within 0 to 10.

## Habits
Issues are dealt among the persons by habit; what happens in an issue, and its score, knows of no
habit. {keep:.0%} of a person's issues, and of their times, are as the habit says, as far as there are
such issues; the others are anyone's.

| habit | persons | they |
|---|---|---|
{habits}

## What makes it hard
- Customers are known by customer number (Five9, Zendesk profile, Segment login), telephone (Five9
  in national spellings, Connect in E.164), e-mail, ServiceNow caller and cookie; not each record has
  each key. Of every 100 customers {family:g} call from the telephone of another one and
  {switchboard:g} from one switchboard, which must link nobody; {new_phone:g} get another telephone and
  {new_number:g} another customer number on the way. Of every 100 calls {by_phone_only:g} come without a
  customer number, {mistyped:g} under a mistyped one and {catch_all:g} under a number for everybody; a few are
  anonymous. A third of the visitors is a cookie and nothing else.
- The help desk's clock is {skew_seconds} seconds behind the telephone's.
- A third of the calls leaves a Zendesk ticket, written during the call or up to 20 minutes after
  it; less than half of those name the call. Some leave an incident as well. It is one contact.
- Tickets are closed by the system four days after the solution. Some are reopened; an answer to a
  closed one opens a follow-up ticket.
- Calls given up in the queue and calls out of hours have no disposition.
- Issues of one person about one thing lie three weeks apart; in a few cases a second issue of
  another kind runs at the same time. Issues at the end are unfinished.

## Known dirt (`truth/dirt.csv`: file, kind, rows, what should become of them)
Exact duplicates in a file; rows delivered again a week later; corrections that replace an earlier
version; unparseable times, negative durations, ends before starts, missing ids, scores off their
scale, rows without any time, NDJSON lines cut off; rows after `as_of`; HTML, SQL and spreadsheet
formulas in free text; umlauts, emoji, line breaks inside cells. Broken rows are copies under ids of
their own, so the truth is whole without them.

## Truth
`persons` (all keys, and the habit), `contacts` (with the records that belong to each; `kind` says first, repeat,
switch, abandoned, out_of_hours, follow_up, or a message in a ticket: answer, chaser, reopen),
`journeys` (score, planted and background moments), `visits` (events of self-service that are about a
journey), `pain_points` (the planted cells, ranked), `dirt`.
"""  # noqa: E501


def readme(world: World, hits: Ints) -> str:
    """One page about the sample."""
    rows = [
        f"| {p.name} | {p.reason} | {CHANNELS[p.entry]} | {p.channel} | {QUEUES[p.queue]} "
        f"| {world.effects[p.name]:g} | {n:,} |"
        for p, n in zip(PLANTED, hits.tolist(), strict=True)
    ]
    kinds = (*BACKGROUND.items(), *EXTRA_CONTACT)
    return _README.format(
        seed=world.seed, persons=world.persons, days=world.days, end=world.end.isoformat(),
        keep=KEEP, habits="\n".join(f"| {h.name} | {h.share:.0%} | {h.who} |" for h in HABITS),
        dirt=world.dirt.name, rate=HIT_RATE * 100, planted="\n".join(rows), base=BASE,
        mood=PERSON_NOISE, noise=NOISE,
        skew_seconds=world.dirt.skew_seconds,
        **{name: 100 * getattr(world.dirt, name) for name in (
            "family", "switchboard", "new_phone", "new_number", "by_phone_only", "mistyped",
            "catch_all")},
        forced=SHARE,
        background=", ".join(f"{name} {share:.0%}" for name, share in kinds),
    )


def write_project(world: World, folder: Path, hits: Ints) -> None:
    """Write everything that is not data."""
    save(folder / "journeys.toml", settings(world).encode())
    for name, text in (("beliefs.csv", BELIEFS), ("observations.csv", OBSERVATIONS),
                       ("future.toml", FUTURE), ("announcements.csv", ANNOUNCEMENTS)):
        save(folder / name, text.encode())
    save(folder / "actions.csv", ACTIONS.encode())
    save(folder / "README.md", readme(world, hits).encode())
