"""Words of exports in general, and what they are called here: first guesses for a new adapter."""

from __future__ import annotations

import re

#: By vocabulary: patterns in order, and the word they mean.
_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "channel": (
        (r"e-?mail", "email"), (r"chat|messenger|live", "chat"), (r"sms", "sms"),
        (r"whatsapp|telegram|message|viber|line$", "message"),
        (r"social|facebook|twitter|instagram|\bx\b", "social"), (r"bot|virtual", "bot"),
        (r"phone|call|voice|tel|inbound|outcall|hotline", "voice"),
        (r"form|portal|self.?service", "web_form"), (r"app|mobile", "app"),
        (r"walk|branch|store|person|counter", "in_person"), (r"letter|post|mail|fax", "letter"),
        (r"web|site|internet|online", "web"),
    ),
    "status": (
        (r"pending|await|waiting|customer", "pending_customer"), (r"hold", "on_hold"),
        (r"clos|cancel", "closed"), (r"solv|resolv|complet|done|fixed", "solved"),
        (r"delet|spam|trash", "deleted"), (r"merg", "merged"), (r"new|unassigned", "new"),
        (r"open|progress|active|assigned|reopen|escalat", "open"),
    ),
    "outcome": (
        (r"abandon|hang|hung|gave up|missed|lost", "abandoned_queue"),
        (r"^(n|no|false)$", "abandoned_queue"), (r"^(y|yes|true)$", "answered"),
        (r"voice.?mail", "voicemail"), (r"call.?back", "callback_requested"),
        (r"transfer|forward", "transferred_out"), (r"time.?out", "timed_out"),
        (r"busy", "busy"), (r"no.?answer|unanswered", "no_answer"), (r"fail|error", "failed"),
        (r"answer|handled|connected|completed|resolved", "answered"),
    ),
    "call_direction": (
        (r"^in", "inbound"), (r"^out", "outbound"), (r"intern", "internal"),
    ),
    "message_direction": (
        (r"^in|received|customer", "in"), (r"^out|sent|agent", "out"),
    ),
    "actor": (
        (r"bot", "bot"), (r"agent|admin|staff|employee", "agent"), (r"system|auto", "system"),
        (r"customer|user|client|visitor|contact|lead|requester", "customer"),
    ),
    "survey_status": (
        (r"complet|answer|finish", "complete"), (r"partial", "partial"), (r"test", "test"),
        (r"bounc|fail", "bounced"), (r"expir", "expired"), (r"sent|open", "sent"),
    ),
    "event_type": (
        (r"search", "search"), (r"help|faq|article", "help_view"),
        (r"page|screen|view", "page_view"),
        (r"form|submit", "form_submit"), (r"log.?in|sign.?in", "login"), (r"error|crash", "error"),
    ),
}


def word_for(vocabulary: str, word: str) -> str | None:
    """Return the canonical word a source's word probably means, or None."""
    folded = word.casefold().strip()
    return next((canonical for pattern, canonical in _PATTERNS.get(vocabulary, ())
                 if re.search(pattern, folded)), None)
