-- model: moment_kinds
-- grain: one row per kind of moment
-- key: kind
-- inputs: none
-- per: all
-- published: What each kind of moment is, where it happens in an episode, and which kind it is a part of.
--
-- A child is counted within its parent, so the two are never added.
select
    kind, -- kind of moment
    parent_kind, -- the kind it is a part of; empty: none
    step, -- what the customer is doing then
    title, -- its name in print
    sentence, -- what happens to the customer
    kind in ('repeat_contact', 'retry_after_abandonment', 'chaser', 'channel_switch', 'forced_switch', 'search_before_contact') as is_contact -- it is a contact itself: where its time is not measured, it costs one contact's time
from (
    values
    ('abandonment', null, 'wait', 'Gave up waiting', 'The customer gave up in the queue or on hold.'),
    ('wait', null, 'wait', 'Long wait', 'The customer waited longer than the threshold for an answer.'),
    ('hold', null, 'handle', 'Long hold', 'The customer was put on hold for longer than the threshold.'),
    ('transfer', null, 'hand_over', 'Transfer', 'The customer was passed on to another queue or person.'),
    ('ping_pong', 'transfer', 'hand_over', 'Passed back and forth', 'A transfer led back to where the customer had been before.'),
    ('repeat_contact', null, 'reach', 'Repeat contact', 'The customer had to get in touch again about the same issue.'),
    ('retry_after_abandonment', 'repeat_contact', 'reach', 'Tried again after giving up', 'The customer came back after giving up in the queue.'),
    ('chaser', 'repeat_contact', 'wait', 'Chased us', 'The customer asked again while we owed the next step.'),
    ('channel_switch', null, 'reach', 'Channel switch', 'The customer changed the channel within one issue.'),
    ('forced_switch', 'channel_switch', 'reach', 'Had to change channel', 'The customer changed the channel because the first one did not work.'),
    ('reopen', 'repeat_contact', 'resolve', 'Reopened', 'What we had called solved was not.'),
    ('error_met', null, 'search', 'Error met', 'The customer met an error while helping themselves.'),
    ('out_of_hours_attempt', null, 'reach', 'Closed door', 'The customer called or wrote to a closed line.'),
    ('search_before_contact', null, 'search', 'Searched in vain', 'The customer looked for help and had to get in touch all the same.'),
    ('bot_handoff', null, 'reach', 'Bot gave up', 'A bot could not help and a human took over.'),
    ('escalation', 'transfer', 'hand_over', 'Escalation', 'The issue went to a higher tier or a supervisor, or became a complaint.'),
    ('silent_wait', null, 'wait', 'Silence', 'The customer waited for our word and heard nothing.'),
    ('long_resolution', null, 'resolve', 'Long resolution', 'The issue took longer to solve than the threshold.'),
    ('missing_confirmation', null, 'aftercare', 'Confirmation missing', 'What the customer could expect did not come in time.'),
    ('missing_aftercare', null, 'aftercare', 'Nobody followed up', 'The issue was called solved, and the customer was not told.')
) as kinds (kind, parent_kind, step, title, sentence)
