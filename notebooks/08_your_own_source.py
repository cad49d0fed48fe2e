# %% [markdown]
# # 8 · Bring your own source
#
# A file, one SELECT that says what its columns mean, three lines of settings. No Python.

# %%
from pathlib import Path
from tempfile import mkdtemp

project = Path(mkdtemp()) / "mine"
for folder in ("landing/phone", "adapters"):
    (project / folder).mkdir(parents=True)

(project / "landing/phone/calls_2026-03-31.csv").write_text("""\
id,caller,queue,start,waited,talked
1,+493023125001,Billing,2026-03-30 09:00:00,35,240
2,+493023125001,Billing,2026-03-31 09:00:00,410,300
3,+493023125002,Help,2026-03-31 10:00:00,20,120
""")

(project / "adapters/phone.calls.sql").write_text("""\
-- adapter: phone
-- table: calls
-- grain: one row per call
-- unit: call_id
-- inputs: records
select
    r.record_key,
    r.id as call_id,
    r.id as leg_id,
    'agent' as leg_kind,
    'inbound' as direction,
    'voice' as channel,
    'answered' as outcome,
    r.caller as phone,
    r.queue,
    r.start as started_at,
    try_cast(r.waited as double) * 1000 as queue_wait_ms,
    try_cast(r.talked as double) * 1000 as talk_ms
from records as r
""")

(project / "journeys.toml").write_text("""\
[project]
name = "Mine"
timezone = "Europe/Berlin"

[sources.phone]
adapter = "phone"
files = "landing/phone/calls_*.csv"
timezone = "Europe/Berlin"
""")

# %% [markdown]
# `journeys check mine` says what is wrong with it; `journeys run mine` builds the journeys.

# %%
import subprocess
import sys

print(subprocess.run([sys.executable, "-m", "journey_analytics", "check", str(project)],
                     capture_output=True, text=True, check=True).stdout)

# %%
subprocess.run([sys.executable, "-m", "journey_analytics", "run", str(project), "--quiet"],
               capture_output=True, text=True, check=True)

# %%
from journey_analytics import explore

mine = explore.open(project)
mine

# %%
mine.table("moments")[["kind", "occurred_at", "queue", "lost_ms"]]
