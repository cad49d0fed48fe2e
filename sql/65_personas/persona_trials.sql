-- model: persona_trials
-- grain: one row per number of groups tried
-- key: groups
-- inputs: persona_solution
-- per: all
-- published: Why there are so many personas, or none: every number of groups tried.
select
    groups, -- how many groups
    stability, -- mean adjusted Rand index between these groups and those of persons drawn again; 1 is the same groups
    silhouette, -- mean silhouette: how much nearer persons are to their own group than to the next; 1 is far apart
    explained, -- share of the variation of habits that lies between the groups
    by_chance, -- the same where issues are dealt out anew among the persons, mean; empty where groups are not stable
    chance_spread, -- its spread
    smallest as smallest_persons, -- persons in the smallest group
    status, -- holds, not stable, no more than chance, a group is too small
    is_chosen -- these are the personas: of those that hold, furthest apart by silhouette
from persona_solution
where fact = 'trial'
