# %% [markdown]
# # 7 · Did it help?
#
# On 15 February something was changed. Journeys that began before (a) and since then (b).

# %%
from journey_analytics import explore

view = explore.open("demo")
before, after = view.period(until="2026-02-15"), view.period("2026-02-15")
explore.compare(before, after, "repeat_rate")

# %% [markdown]
# Looking in every queue is looking many times: `q_value` takes that into account.

# %%
by_queue = explore.compare(before, after, "repeat_rate", by="queue")
by_queue

# %%
by_queue.data[["queue", "a", "b", "difference", "low", "high", "q_value"]]

# %% [markdown]
# A change that was on its way anyway shows in the trend.

# %%
view.trend("repeat_rate", period="week")
