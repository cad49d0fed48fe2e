"""What the sample's workshop brought: beliefs, observations, the future state it wants."""

from __future__ import annotations

BELIEFS = """\
id,statement,moment,direction,segment,threshold,whose
B1,Long waits on the billing line cost us goodwill,wait/queue,worse,reason=invoice and channel=voice,2 points,Care lead
B2,Customers do not mind being passed on as long as the second agent solves it,transfer,no difference,reason=outage,0.5 points,Operations
B3,A second call about slow internet leaves customers much less satisfied,repeat_contact,worse,reason=slow_internet,2 points,IT
B4,One in five callers about an invoice waits over five minutes,wait/queue over 5 minutes,at least,reason=invoice and channel=voice,20 %,Billing team lead
B5,Hardly anybody finds the line closed,out_of_hours_attempt,at most,channel=voice,5 %,Marketing
B6,Waiting hurts just as much when people call to cancel,wait,worse,reason=cancel,0.5 points,Retention team lead
B7,Whoever needs a supervisor is lost to us,escalation,worse,,1 point,Product
"""  # noqa: E501

OBSERVATIONS = """\
step,stage,who,observation
wait,usage,Billing agent,On the first working days of a month the queue is full before nine
handle,loyalty,Retention agent,I open three systems to see one contract; meanwhile the customer is on hold
hand_over,usage,Technical agent,Second Level asks everything again because my notes do not travel with the call
aftercare,delivery,Delivery agent,Customers call because nobody tells them that their mail has arrived
"""  # noqa: E501

FUTURE = """\
# What the journey shall be like. `journeys run` says how many of today's journeys would fail it.

[[constraints]]
name = "Confirmation within 10 minutes"
time_to = "confirmation"      # of the first written request; or answer, resolution
within_minutes = 10           # or within_seconds, within_hours, within_days

[[constraints]]
name = "Answered within 60 seconds"
time_to = "answer"
within_seconds = 60

[[constraints]]
name = "Resolved within 3 days"
time_to = "resolution"
within_days = 3

[[constraints]]
name = "At most one transfer"
moment = "transfer"           # or any other kind of moment
at_most = 1

[[constraints]]
name = "Nobody has to come back"
moment = "repeat_contact"
at_most = 0
"""
