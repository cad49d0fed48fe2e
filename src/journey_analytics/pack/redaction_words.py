"""Words that announce personal data, in several languages, for ``redaction.py``."""

from __future__ import annotations

import re

_UPPER, _LETTER = r"[^\W\d_a-zß-öø-ÿąćęłńóśźż]", r"[^\W\d_]"
#: A word that begins with a capital letter, also with an apostrophe or a hyphen inside.
NAME = rf"(?:{_UPPER}\.|{_UPPER}(?:{_LETTER}|['’](?={_LETTER}))+(?:-{_LETTER}+)*)"
_PARTICLE = r"(?:von|van|de|der|den|del|della|di|da|dos|la|le|ten|ter|zu|el|al|bin|mac|mc)"
_FULL = rf"{NAME}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{NAME}){{0,3}}"
#: After the surest cues a name may be written small: up to two words.
_ANY = rf"(?:{_FULL}|{_LETTER}{{2,}}(?:\s+{_LETTER}{{2,}})?)"

ACCOUNT = "|".join((
    r"(?:customer|client|account|contract|policy|order|member(?:ship)?|invoice|case|ticket)"
    r"\s*(?:numbers?|no\.?|nr\.?|id|ref(?:erence)?)?",
    r"(?:kunden|vertrags|konto|rechnungs|auftrags|bestell|mitglieds)-?\s?(?:nummer|nr\.?|id)|konto",
    r"num[ée]ro\s+de\s+(?:client|compte|contrat|dossier|commande)|compte|contrat",
    r"n[°ºo]\.?\s*(?:client|de\s+client|de\s+compte|de\s+contrat|cliente|de\s+cliente|contratto)",
    r"n[úu]mero\s+de\s+(?:cliente|cuenta|contrato|pedido)|cuenta|contrato",
    r"(?:numero|codice)\s+(?:cliente|conto|contratto|pratica)|conto|contratto",
    r"(?:klant|rekening|contract|order)-?\s?(?:nummer|nr\.?)",
    r"numer\s+(?:klienta|konta|umowy|zamówienia)|nr\s+(?:klienta|konta|umowy)",
    r"(?:n[úu]mero\s+d[eoa]\s+)?(?:conta|contrato)",
))
BETWEEN = (r"is|was|number|no\.?|nr\.?|ist|lautet|die|nummer|est|le|es|el|è|il|to|jest|é|o"
           r"|num[ée]ro|n[°º]")

#: Streets whose kind stands before the name and a number after it, or the other way round, in
#: whatever case they are written.
_KINDS_BEFORE = (r"calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|largo|ul\.|ulica|"
                 r"al\.|rua|praça|travessa")
_KINDS_FRENCH = r"rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|quai|route"
_OF = r"(?:(?:de|del|della|dei|da|das|do|dos|du|des|d['’]|la|los|le|l['’]|y|e)\s*\b)*"
WORD = rf"{_LETTER}(?:{_LETTER}|['’-](?={_LETTER}))*\.?"

ADDRESSES = (
    rf"(?i)(?<!\w)(?:{_KINDS_BEFORE})\s+{_OF}\s*{WORD}(?:\s+{_OF}\s*{WORD}){{0,2}},?\s+"
    r"(?:n[°º.]*\s*)?\d+\w?\b",
    rf"(?i)\b\d+\s?(?:bis|ter)?,?\s+(?:{_KINDS_FRENCH})\s+{_OF}\s*{WORD}"
    rf"(?:(?:[\s-](?-i:{NAME})){{1,3}}|\s+{WORD}$)?",
    rf"(?i)(?:\b(?:flat|apt\.?|apartment|unit)\s+\w+,?\s+)?\b\d+\s?[a-z]?,?\s+"
    rf"(?:{WORD}\s+){{1,2}}(?:street|road|avenue|lane|drive|court|gardens)\b\.?",
    # Musterstraße 12a, Am Alten Markt 3, Straße des 17. Juni 135; Dutch and Scandinavian likewise
    rf"(?:\b{NAME}[\s-])?\b{_LETTER}*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer"
    rf"|straat|laan|gracht|kade|plein|gata|vej|gade|Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring"
    rf"|Damm|Ufer)(?:\s+(?:des|der|am|im)\s+[\w.]+\s+\w+)?\s+\d+\s?[a-zA-Z]?\b",
    rf"\b(?:Am|An\s+der|An\s+den|Im|In\s+der|Zum|Zur|Auf\s+der|Unter\s+den)\s+{NAME}"
    rf"(?:\s+{NAME})?\s+\d+\s?[a-z]?\b",
    # 12 High Street, Flat 3, 221b Old Baker St
    rf"(?i:\b(?:flat|apt\.?|apartment|unit)\s+\w+,?\s+)?\b\d+\s?[a-zA-Z]?,?\s+(?:{NAME}\s+){{1,3}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Close|Way|Boulevard|Blvd|Square|Sq"
    r"|Terrace|Place|Crescent|Gardens|Hill)\b\.?",
    # SW1A 2AA, 1017 AB, 75002 Paris, 00-950 Warszawa
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", rf"\b\d{{4}}\s?[A-Z]{{2}}\b(?:\s+{NAME})?",
    rf"\b(?:[A-Z]{{1,2}}-)?\d{{5}}\s+{NAME}(?:[\s-]{NAME}){{0,2}}",
    rf"\b(?:\d{{2}}-\d{{3}}|\d{{4}}-\d{{3}})\s+{NAME}",
)

_SURE = "|".join((
    r"my\s+name(?:\s+is|['’]s|:)", r"name\s*:", r"name\s+ist:?", r"ich\s+hei(?:ß|ss)e",
    r"je\s+m['’]appelle", r"(?:mon\s+)?nom\s+est", r"me\s+llamo", r"mi\s+nombre\s+es",
    r"mi\s+chiamo", r"(?:mio\s+)?nome\s+[èée]", r"ik\s+heet", r"(?:mijn\s+)?naam\s+is",
    r"nazywam\s+się", r"mam\s+na\s+imię", r"me\s+chamo", r"chamo-me",
))
_TITLES = (r"mrs?|ms|miss|dr|prof|sir|madam|herrn?|frau|hr|fr|monsieur|madame|mme|mlle|señora?|"
           r"sra?|don|doña|signora?|sig(?:\.ra)?|dottor|dhr|mevrouw|mevr|meneer|pana?|pani|pan[ią]|senhora?")
_SURE_TITLES = (r"mrs?\.?|herrn?|frau|monsieur|madame|mme|señora?|signora|mevrouw|meneer|pani|"
                r"senhora?|dhr\.?")
_ROLES = (r"colleague|agent|advisor|technician|manager|kollege|kollegin|mitarbeiter(?:in)?|"
          r"techniker|berater(?:in)?|collègue|conseill(?:er|ère)|technicien|compañer[oa]|técnico|"
          r"collega|tecnico|"
          r"medewerker|monteur|konsultant(?:k[aą])?")
_TALKED = (r"(?:spoke|talked|speak|talk|chatted)\s+(?:to|with)|named|called|calling\s+for|"
           r"gesprochen\s+mit|sprach\s+mit|telefoniert\s+mit|parlé\s+(?:à|avec)|hablé\s+con|"
           r"parlato\s+con|gesproken\s+met|rozmawiał[ea]?m\s+z|falei\s+com|namens|llamad[oa]|"
           r"appelée?|chiamat[oa]|husband|wife|son|daughter|mother|father|mann|sohn|tochter|mutter|"
           r"vater|mari|femme|fils|fille|marido|mujer|hijo|hija|marito|moglie|figlio|figlia")
_HELLO = (r"this\s+is|i['’]m|i\s+am|hier\s+(?:ist|spricht)|ich\s+bin|je\s+suis|soy|sono|"
          r"ik\s+ben|jestem")
_BYE = (r"(?:kind\s+|best\s+|warm\s+)?regards|sincerely|cheers|thanks|thank\s+you|yours"
        r"|(?:mit\s+)?(?:freundlichen|besten|vielen|liebe[n]?|viele|schöne)\s+grü(?:ß|ss)en?"
        r"|gru(?:ß|ss)|grü(?:ß|ss)e|danke|mfg|lg|vg|cordialement|merci|bien\s+à\s+vous|saludos"
        r"|(?:un\s+)?saludo|gracias|(?:cordiali|distinti)\s+saluti|grazie|(?:vriendelijke\s+)?groeten?"
        r"|groetjes|bedankt|pozdrawiam|dziękuję|dzięki|obrigad[oa]|atenciosamente|signed|gez\.")

_SURE_BYE = (r"regards|sincerely|grü(?:ß|ss)en?|mfg|cordialement|saludos|saluti|groeten|groetjes|"
             r"pozdrawiam|atenciosamente|obrigad[oa]")

NAMES = tuple(re.compile(p) for p in (
    rf"(?P<cue>(?i:(?<!\w)(?:{_SURE})\s*(?:and\s+)?))(?!\[){_ANY}",
    rf"(?P<cue>(?i:(?<!\w)(?:{_TITLES})\.?\s+))(?:{NAME}\s+)?{_FULL}",
    # Titles that are nothing else, and greetings at the end, also with names written small.
    rf"(?P<cue>(?i:(?<!\w)(?:{_SURE_TITLES})\s+))(?!\[){_LETTER}{{2,}}(?:\s+{_LETTER}{{3,}}(?=\s))?",
    rf"(?P<cue>(?i:(?<!\w)(?:{_SURE_BYE})[\s,.!–-]+))(?!\[){_LETTER}{{2,}}(?:\s+{_LETTER}{{2,}})?"
    r"(?=[\s.!]*$)",
    rf"(?P<cue>(?i:(?<!\w)(?:{_ROLES})\s+(?:named?\s+|namens\s+|called\s+)?)){_FULL}",
    rf"(?P<cue>(?i:(?<!\w)(?:{_TALKED})\s+(?:(?:is|ist|est|es|è)\s+)?)){_FULL}",
    rf"(?P<cue>(?i:(?<!\w)(?:{_HELLO})\s+)){_FULL}",
    rf"(?P<cue>(?i:(?<!\w)(?:{_BYE})[\s,.!–-]*)(?:\s)){_FULL}(?=[\s.!,]*$)",
    rf"(?P<cue>[.!?]?\s[-–—~]+\s*){_FULL}(?=[\s.!]*$)",  # signed after a dash
    rf"(?P<cue>(?i:(?<!\w)(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten\s+tag|bonjour|cher|chère|hola"
    rf"|ciao|buongiorno|beste|cześć|olá)\s+)){_FULL}",
))

#: A last line of its own that is nothing but a name.
SIGNATURE = rf"^[-–—~\s]*{NAME}(?:\s+{NAME}){{1,2}}\.?$"

DIGITS = "|".join((
    "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double",
    "null", "eins", "zwei", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
    "zéro", "un", "deux", "trois", "quatre", "cinq", "sept", "huit", "neuf",
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve",
    "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove",
    "nul", "een", "twee", "drie", "zes", "zeven", "negen",
))
