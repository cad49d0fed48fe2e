# %% [markdown]
# # 3 · Where do customers change channel, and where did self-service fail?
#
# *Directed*: we asked for it. *Forced*: the first way did not work. *Chosen*: neither.

# %%
from journey_analytics import explore

view = explore.open("demo")
switches = view.switches()
switches

# %%
switches.data[["from_channel", "to_channel", "directed", "forced", "chosen", "share"]]

# %% [markdown]
# ## Ten that were forced from chat to voice, and one to look at

# %%
moved = view.with_switch("chat", "voice", "forced")
moved.table("journeys")[["journey_key", "reason", "started_at", "contacts"]].head(10)

# %%
moved.timeline(moved.table("journeys")["journey_key"].iloc[0])

# %% [markdown]
# ## Searched in vain
#
# Customers who looked for help first and then had to ask. What do they ask about?

# %%
view.sql("""
    SELECT j.reason, count(DISTINCT m.journey_key) AS journeys,
        count(DISTINCT m.person_key) AS persons
    FROM moments AS m JOIN journeys AS j USING (journey_key)
    WHERE m.kind = 'search_before_contact'
    GROUP BY ALL HAVING persons >= $few ORDER BY journeys DESC
    """, {"few": view.min_group})
