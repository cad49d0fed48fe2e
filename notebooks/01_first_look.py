# %% [markdown]
# # 1 · A first look
#
# What did last night's run publish, what hurts most, and where do journeys go?
# `make run` makes the project `demo`; put the folder of your own in its place.

# %%
from journey_analytics import explore

view = explore.open("demo")
view

# %% [markdown]
# Every table says what it holds, and every column what it means and in which unit.

# %%
view.tables().head(8)

# %%
view.columns("contacts").head(8)

# %% [markdown]
# ## What hurts most
#
# To the right: hits many. Up: costs each of them much. A difference of scores is an association, no
# proof of cause.

# %%
worst = view.pain_points()
worst

# %%
worst.data[["rank", "title", "reason", "channel", "persons_hit", "difference", "basis"]].head(5)

# %% [markdown]
# ## Where journeys go
#
# What enters a node leaves it. `other` is always in sight.

# %%
view.flow(of="channel", places=4)

# %% [markdown]
# ## One of them, from the beginning to the end

# %%
busiest = view.table("journeys").sort_values("contacts")["journey_key"].iloc[-1]
view.timeline(busiest)
