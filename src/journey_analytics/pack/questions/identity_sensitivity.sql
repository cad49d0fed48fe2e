-- What would change with other rules for shared keys; empty until `journeys identity` was run.
select
    policy as key,
    policy,
    is_set,
    persons,
    journeys,
    shared_keys,
    repeat_rate,
    fcr,
    contacts
from identity_sensitivity
order by policy
