-- model: same_interactions
-- grain: one row per unit that belongs to another by person and time, without naming it
-- key: unit_key
-- inputs: ticket_calls, forwarded_calls, survey_contacts
-- per: person
--
-- Why a touchpoint is in its thread where no reference says so: one interaction seen by two systems,
-- a call passed on, an answer that knows only whom it asked.
select ticket_key as unit_key
from ticket_calls
where not is_certain
union
select call_key
from forwarded_calls
union
select response_key
from survey_contacts
