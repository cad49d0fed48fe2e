# %% [markdown]
# # 2 · Where do customers wait?
#
# Who gave up waited too: they are *censored*, and not left out.

# %%
from journey_analytics import explore

view = explore.open("demo")
view.waits(by="queue")

# %% [markdown]
# ## Billing, last month

# %%
billing = view.reason("billing").period("2026-03-01", "2026-04-01")
billing.waits()

# %% [markdown]
# How many were answered in time, by the definition of the ledger (`docs/metrics.md`).

# %%
billing.metric("service_level", by="queue")[["queue", "value", "low", "high", "n"]]

# %% [markdown]
# ## When do they come?

# %%
view.heat_map()
