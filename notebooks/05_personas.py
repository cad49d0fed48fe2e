# %% [markdown]
# # 5 · Who are the customers?
#
# Personas are groups of habits that hold when persons are drawn anew, or there are none.

# %%
from journey_analytics import explore

view = explore.open("demo")
view.table("personas")

# %% [markdown]
# Why so many, or none: every number of groups that was tried.

# %%
view.table("persona_trials")

# %% [markdown]
# ## How do these groups come to us?
#
# A filter takes any of the words of the column `persona`. Does one group repeat itself more?

# %%
groups = [str(p) for p in view.table("personas")["persona"]]
first = view.persona(groups[0])
first

# %%
first.variants(top=6)

# %%
first.metric("repeat_rate")[["value", "low", "high", "n", "persons"]]
