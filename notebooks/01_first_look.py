# %% [markdown]
# # A first look at a project
#
# Opens what the last run published, read-only, and asks it three things: what hurts most, how long
# customers wait in each queue, and how the waits are spread. It runs as a notebook (Jupytext's
# percent format), and as a script: `python notebooks/01_first_look.py DIR [OUT]`.

# %%
import sys
import tempfile
from pathlib import Path

import duckdb
import plotly.express as px

from journey_analytics.settings import load

arguments = [] if "ipykernel" in sys.modules else sys.argv[1:]
project = Path(arguments[0] if arguments else "demo")
out = Path(arguments[1] if len(arguments) > 1 else tempfile.mkdtemp())
min_group = load(project).privacy.min_group

warehouse = duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True)

# %% [markdown]
# ## What hurts most
#
# `burden` is journeys hit times what one of them costs, in what `basis` says. `difference` is the
# score with the moment minus the score without it: an association, no proof of cause.

# %%
worst = warehouse.execute(
    """
    SELECT p.rank, k.title, p.reason, p.channel, p.queue, p.persons_hit, p.journeys_hit,
           p.difference, p.burden, p.basis
    FROM pain_points AS p JOIN moment_kinds AS k USING (kind)
    WHERE p.rank IS NOT NULL AND p.persons_hit >= ?
    ORDER BY p.rank LIMIT 10
    """, [min_group]).df()
print(worst.to_string(index=False))

# %% [markdown]
# ## How long customers wait in each queue
#
# Of contacts that count (no test, no spam), answered or not. A wait that was not measured is NULL,
# and left out instead of counted as none. Queues of too few persons are not shown.

# %%
waits = warehouse.execute(
    """
    SELECT queue::varchar AS queue, count(*) AS contacts,
           round(median(wait_ms) / 60000, 1) AS median_minutes,
           round(quantile_cont(wait_ms, 0.9) / 60000, 1) AS p90_minutes
    FROM contacts
    WHERE wait_ms IS NOT NULL AND queue IS NOT NULL AND excluded_rule IS NULL
    GROUP BY ALL HAVING count(DISTINCT person_key) >= ?
    ORDER BY p90_minutes DESC, queue
    """, [min_group]).df()
print(waits.to_string(index=False))

# %%
figure = px.bar(
    waits, x=["median_minutes", "p90_minutes"], y="queue", orientation="h", barmode="group",
    labels={"value": "minutes in the queue", "queue": "", "variable": ""},
    title="Waits by queue: half of the contacts wait less than the median, one in ten more than "
          "p90")
# No button that uploads the data, no script from elsewhere.
out.mkdir(parents=True, exist_ok=True)
figure.write_html(out / "waits_by_queue.html", include_plotlyjs=True, config={
    "showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False})
print(f"\nwrote {out / 'waits_by_queue.html'}")
