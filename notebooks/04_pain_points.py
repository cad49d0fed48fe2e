# %% [markdown]
# # 4 · What hurts, and how sure are we?

# %%
from journey_analytics import explore

view = explore.open("demo")
points = view.pain_points().data
points[["rank", "rank_low", "rank_high", "top_3", "tied_from", "title", "reason"]].head(8)

# %% [markdown]
# `rank_low` to `rank_high`: where its rank lies when persons are drawn anew, 500 times. `top_3`:
# how often it is among the worst three. `tied_from`: the first rank it cannot be told apart from.
#
# ## Does the loss stand?
#
# `difference`: score with the moment less score without, what came before held fixed.

# %%
points[["title", "reason", "difference", "difference_low", "difference_high", "q_value",
        "hit_scored", "other_scored"]].head(8)

# %% [markdown]
# ## How do journeys with a long wait differ from the others?
#
# Filled dots stand at a false discovery rate of 5 % among all looks.

# %%
late = view.with_moment("wait")
explore.compare(view, late, "funnel", steps=["handle", "resolve"])

# %%
late.emotions()
