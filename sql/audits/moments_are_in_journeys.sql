-- audit: moments_are_in_journeys
-- inputs: moments, journeys, moment_kinds
--
-- Every moment is of a known kind and in a journey of its own person.
select
    m.kind,
    m.anchor_key
from moments as m
left join journeys as j on m.journey_key = j.journey_key and m.person_key = j.person_key
left join moment_kinds as k on m.kind = k.kind
where j.journey_key is null or k.kind is null
