-- model: person_segments
-- grain: one row per person and segment it is declared in
-- key: person_key, segment
-- inputs: segment_keys, hashed_keys, shared_keys, person_nodes, persons
-- per: person
-- published: Segments that the user declares in [segments], by person.
--
-- A key that links nobody declares nobody.
select distinct
    p.person_key, -- whose it is (persons)
    s.segment -- the segment's word
from segment_keys as s
inner join hashed_keys as k on s.key_hash = k.key_hash
left join shared_keys as h on k.key = h.key
left join person_nodes as n on k.key = n.node
inner join persons as p on coalesce(n.component, k.key) = p.person_key
where h.key is null
