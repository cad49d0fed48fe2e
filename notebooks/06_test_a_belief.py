# %% [markdown]
# # 6 · Is it true that …?
#
# Beliefs of `beliefs.csv` are tested each night. The verdict is one of three: supported,
# contradicted, not enough data.

# %%
from journey_analytics import explore

view = explore.open("demo")
view.table("beliefs")[["statement", "verdict", "effect", "effect_low", "effect_high", "because"]]

# %% [markdown]
# ## A new one
#
# "Customers with an outage call again more often than those with a delivery." Both groups have
# intervals, and so has the difference (b less a).

# %%
outage, delivery = view.reason("outage"), view.reason("delivery")
chart = explore.compare(delivery, outage, "repeat_rate", variant="same_family")
chart

# %%
chart.data
