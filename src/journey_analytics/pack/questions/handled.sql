select 'handled' as key, count(*) filter (where is_handled) as contacts from counted_contacts
