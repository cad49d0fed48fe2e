-- model: blind_kinds
-- grain: one row per kind of moment, variant and reason why some of them could not have been shown
-- key: kind, variant, because
-- inputs: blind_spots
-- per: all
--
-- Which moments the blind spots hide, wholly or in part: a share of them would be too low. Without a
-- variant: all of them.
select k.kind, k.variant, s.because
from (
    values
    ('wait', 'queue', 'queue waits, holds, abandonment'),
    ('wait', '', 'queue waits, holds, abandonment'),
    ('wait', 'first reply', 'first replies, chasers and answers in tickets'),
    ('hold', '', 'queue waits, holds, abandonment'),
    ('abandonment', '', 'queue waits, holds, abandonment'),
    ('retry_after_abandonment', '', 'queue waits, holds, abandonment'),
    ('chaser', '', 'first replies, chasers and answers in tickets'),
    ('transfer', '', 'transfers and reopens of tickets'),
    ('ping_pong', '', 'transfers and reopens of tickets'),
    ('reopen', '', 'transfers and reopens of tickets'),
    ('out_of_hours_attempt', '', 'attempts outside opening hours'),
    ('search_before_contact', '', 'what people looked for before they got in touch'),
    ('error_met', '', 'what people looked for before they got in touch'),
    ('escalation', '', 'escalations'),
    ('silent_wait', '', 'silences'),
    ('missing_confirmation', '', 'missing confirmations'),
    ('missing_confirmation', '', 'some missing confirmations'),
    ('missing_confirmation', '', 'confirmations within business time'),
    ('missing_aftercare', '', 'solutions that nobody followed up')
) as k (kind, variant, subject)
inner join blind_spots as s on k.subject = s.subject
group by k.kind, k.variant, s.because
