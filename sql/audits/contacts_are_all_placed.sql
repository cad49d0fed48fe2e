-- audit: contacts_are_all_placed
-- inputs: contacts_found, contacts
--
-- Every contact is in exactly one journey.
select
    f.contact_key,
    count(c.contact_key) as times_placed
from contacts_found as f
left join contacts as c on f.contact_key = c.contact_key
group by f.contact_key
having count(c.contact_key) <> 1
