-- model: forwarded_calls
-- grain: one row per call that is the continuation of an earlier one
-- key: call_key
-- inputs: call_spans
-- params: forward_window
-- per: person
--
-- METRICS.md section 1, Forwarded: a second call that starts less than 15 minutes after the first
-- one's start, where the first was answered and ended by a transfer (or the source cannot tell and
-- neither was abandoned), is the same contact passed on. Measured to the first call of the chain:
-- starts at 0, 10 and 20 minutes are two contacts. The chain is walked only where calls follow
-- each other that closely.
with recursive spaced as (
    select
        call_key,
        person_key,
        started_at,
        row_number() over per_person as call_no,
        coalesce(
            started_at < lag(started_at) over per_person + $forward_window
            and case
                when lag(tells_transfers) over per_person
                    then
                        lag(is_answered) over per_person
                        and lag(is_transferred) over per_person
                else not lag(is_abandoned) over per_person and not is_abandoned
            end,
            false
        ) as follows
    from call_spans
    where is_inbound
    window per_person as (partition by person_key order by started_at, call_key)
),

chained as (
    select
        call_key,
        person_key,
        started_at,
        call_no,
        follows,
        coalesce(lead(follows) over (partition by person_key order by call_no), false) as is_followed
    from spaced
),

walked as (
    select
        person_key,
        call_no,
        call_key,
        call_key as head_key,
        started_at as head_started_at
    from chained
    where is_followed and not follows
    union all
    select
        c.person_key,
        c.call_no,
        c.call_key,
        case when c.started_at < w.head_started_at + $forward_window then w.head_key else c.call_key end,
        case
            when c.started_at < w.head_started_at + $forward_window then w.head_started_at
            else c.started_at
        end
    from walked as w
    inner join chained as c on w.person_key = c.person_key and w.call_no + 1 = c.call_no
    where c.follows
)

select
    call_key,
    head_key
from walked
where call_key <> head_key
