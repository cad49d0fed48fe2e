"""The project around the files: settings, README, beliefs and actions."""

from __future__ import annotations

from pathlib import Path

from journey_analytics.sample.tables import save
from journey_analytics.sample.world import HOURS, REASONS, TIMEZONE, World, zulu_text

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

BELIEFS = """\
id,statement,moment,direction,segment,threshold,owner
B1,Long waits on the billing line cost us more goodwill than anything else,wait,worse,reason=invoice,1.0,Care lead
B2,Customers do not mind being passed on as long as the second agent solves it,transfer,no difference,reason=outage,0.5,Operations
B3,A second call about slow internet leaves customers much less satisfied,repeat_contact,worse,reason=slow_internet,0.5,IT
"""

ACTIONS = """\
id,pain_point,action,owner,deadline,metric,direction,target,segment,effort,start_date
A1,wait invoice voice Billing,Offer a call-back on the billing line from 120 seconds of waiting,Care lead,2026-06-30,p90_wait,down,180,queue=Billing,M,2026-02-16
A2,hold cancel voice Retention,Show contract data to Retention agents without a second system,IT,2026-07-31,hold_share,down,0.10,queue=Retention,L,2026-03-02
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
    inside = [h for h in world.holidays if abs((h - world.end).days) <= world.days + 60]
    holidays = ", ".join(f'"{h.isoformat()}"' for h in inside)
    parts.append(f'[hours.default]\ntimezone = "{TIMEZONE}"\ndays = {{ {days} }}\n'
                 f"holidays = [{holidays}]\n")
    return "\n".join(parts)


def write_project(world: World, folder: Path) -> None:
    """Write everything that is not data."""
    save(folder / "journeys.toml", settings(world).encode())
    save(folder / "beliefs.csv", BELIEFS.encode())
    save(folder / "actions.csv", ACTIONS.encode())
    save(folder / "README.md", b"")
