"""What people write. Pools, so that a million messages cost a thousand encodings.

Customer text is data: some of it tries to be HTML or a spreadsheet formula (see ``HOSTILE``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .world import PLANTED, REASONS, Bools, Ints

#: (English, German) opening messages by reason.
_OPENING: Final = {
    "invoice": (
        "My invoice is 12 euros higher than last month and I do not see why.",
        "Auf meiner Rechnung steht ein Betrag, den ich nicht zuordnen kann. Bitte prüfen Sie das.",
        "You charged the router twice.\nInvoice number is on the attached page.",
        "Warum ist die Rechnung plötzlich höher? Ich habe nichts geändert.",
    ),
    "payment": (
        "I got a reminder although I paid on the 3rd. Please stop the dunning.",
        "Die Lastschrift wurde doppelt abgebucht 😠",
        "How can I change my bank account? The form does not save.",
        "Ich habe eine Mahnung bekommen, obwohl alles überwiesen ist.",
    ),
    "outage": (
        "No internet since this morning, the DSL light is blinking.",
        "Seit gestern Abend ist alles tot: kein Internet, kein Telefon.",
        "Is there an outage in our street? My neighbours are offline too.",
        "Totalausfall. Wann geht es wieder?",
    ),
    "slow_internet": (
        "I pay for 250 Mbit and get 14. Speed test attached.",
        "Abends ist das Internet viel zu langsam, Videos ruckeln ständig.",
        "Still slow after the restart you suggested.\n\nLAN: 15 Mbit\nWLAN: 9 Mbit",
        "Die Geschwindigkeit ist nicht das, was im Vertrag steht.",
    ),
    "delivery_status": (
        "Where is my router? The tracking link has not moved for five days.",
        "Wann kommt das Paket? Im Portal steht nur »in Bearbeitung«.",
        "The confirmation said three days. It has been nine.",
        "Ich warte seit einer Woche auf meine SIM-Karte.",
    ),
    "delivery_missing": (
        "The parcel is marked as delivered but nothing is here.",
        "Im Paket fehlt das Netzteil.",
        "Only one of two boxes arrived, the set-top box is missing.",
        "Laut DHL zugestellt – bei mir ist nichts angekommen.",
    ),
    "cancel": (
        "I want to cancel my contract at the end of the term. Please confirm.",
        "Hiermit kündige ich meinen Vertrag fristgerecht. Bitte bestätigen Sie die Kündigung.",
        "We are moving abroad and have to cancel.",
        "Sonderkündigung wegen Umzug, Meldebescheinigung anbei.",
    ),
    "login": (
        "I cannot log in, the reset mail never arrives.",
        "Passwort vergessen, und der Link ist abgelaufen.",
        "The app says my account is locked 🔒",
        "Die Zwei-Faktor-Nummer ist noch mein altes Handy.",
    ),
}
OPENINGS: Final = tuple(line for r in REASONS for line in _OPENING[r.name])
SUBJECTS: Final = tuple(
    s for r in REASONS for s in (r.name.replace("_", " ").capitalize(), r.category)
)
#: Messages by what they do; each kind is a pair (English, German).
REPLY = {
    "solve": ("We have looked into it and corrected it. Sorry for the trouble.",
              "Wir haben das geprüft und korrigiert. Entschuldigen Sie die Umstände."),
    "ask": ("Could you send us the number on the label, please?",
            "Können Sie uns bitte die Nummer auf dem Etikett nennen?"),
    "call_us": ("We can only trace the parcel on the phone. Please call our delivery desk.",
                "Das können wir nur am Telefon klären. Bitte rufen Sie unseren Lieferservice an."),
    "answer": ("Sure, it is 4711-0815.", "Gern, die Nummer lautet 4711-0815."),
    "chase": ("Any news? I have not heard from you.", "Gibt es etwas Neues? Ich warte noch."),
    "again": ("This is not solved, it happened again today.",
              "Das ist leider nicht erledigt, es ist heute wieder passiert."),
    "call_note": ("Caller identified, request recorded.",
                  "Anrufer identifiziert, Anliegen erfasst."),
    "done_note": ("Solved on the phone.", "Telefonisch gelöst."),
    "follow_up": ("Coming back to my earlier request, the problem is back.",
                  "Ich melde mich noch einmal zu meiner Anfrage: Das Problem ist wieder da."),
}
MESSAGES: Final = (*OPENINGS, *(line for pair in REPLY.values() for line in pair))
_REPLY_AT: Final = {kind: len(OPENINGS) + 2 * i for i, kind in enumerate(REPLY)}
HOSTILE: Final = (
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script> please answer",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<img src=x onerror=alert(2)> \"quoted\"; and\nbroken over lines",
    "'; drop table tickets; --",
)

COMMENTS_BAD: Final = {
    "wait": ("I waited on hold music for an eternity before anybody picked up.",
             "Ewig in der Warteschleife gehangen, das geht gar nicht."),
    "transfer": ("I was passed on and had to explain everything again.",
                 "Weiterverbunden und alles noch einmal erzählt."),
    "hold": ("The agent put me on hold again and again.",
             "Mitten im Gespräch minutenlang gehalten."),
    "channel_switch": ("I wrote an e-mail and was told to call. Why?",
                       "Erst E-Mail, dann doch anrufen müssen."),
    "repeat_contact": ("Had to call a second time for the same thing.",
                       "Ich musste zweimal wegen derselben Sache anrufen."),
}
_GOOD: Final = ("Quick and friendly, thank you!", "Alles bestens, vielen Dank 👍",
                "Fine.\nNothing to add.", "Schnell geholfen, gerne wieder.")
_POOR: Final = ("Not what I expected.", "Hat mir leider nicht weitergeholfen.")
COMMENTS: Final = (
    *(line for p in PLANTED for line in COMMENTS_BAD[p.name]), *_GOOD, *_POOR, *HOSTILE,
)


#: Comments from here on are the hostile ones.
FIRST_HOSTILE: Final = len(COMMENTS) - len(HOSTILE)


def opening(reason: Ints, german: Bools, die: Ints) -> Ints:
    """Index into :data:`MESSAGES` of a first message."""
    return reason * 4 + (die % 2) * 2 + german


def reply(kind: str, german: Bools) -> Ints:
    """Index into :data:`MESSAGES` of a later message."""
    return _REPLY_AT[kind] + german.astype(np.int64)


def survey_comment(hit: Ints, score: Ints, german: Bools, die: Ints) -> Ints:
    """Index into :data:`COMMENTS`: about the planted moment, else about the score."""
    at = 2 * len(PLANTED)
    generic = np.where(score >= 8, at + (die % 2) * 2 + german, at + len(_GOOD) + german)
    return np.where((hit >= 0) & (score <= 7), hit * 2 + german, generic)


def hostile_comment(die: Ints) -> Ints:
    """Index into :data:`COMMENTS` of a text that tries to be something else."""
    return FIRST_HOSTILE + die % len(HOSTILE)
