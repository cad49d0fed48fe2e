-- The run that published this file. Its number and clock are left out: a pack whose data did not
-- change is byte-identical.
select 'last' as key, as_of, coalesce(warnings, []) as warnings, program_version
from runs
order by run_no desc
limit 1
