"""Greetings and thanks in front of a question, in the languages that are read. Pure.

They are left out where something follows: "hey, who is Lubinets?" asks who Lubinets is. Alone they stay.
"""

from __future__ import annotations

import re

_HELLO = (
    "hello|hi|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|dear bot"
    "|привіт|вітаю|добрий (?:день|ранок|вечір)|доброго (?:дня|ранку|вечора)"
    "|привет|здравствуйте|здравствуй|добрый (?:день|вечер)|доброе утро|доброго времени суток"
    "|прывітанне|вітаю|добры (?:дзень|вечар)|добрай раніцы"
    "|cześć|dzień dobry|dobry wieczór|witam|witaj|hej"
    "|hallo|guten (?:tag|morgen|abend)|moin|servus|grüß gott"
    "|bonjour|bonsoir|salut|coucou"
    "|hola|buenos días|buenas(?: (?:tardes|noches))?"
)
_THANKS = (
    "thanks(?: a lot| again)?|thank you(?: very much)?|thx|cheers|great|ok|okay"
    "|дякую|дуже дякую|спасибо(?: большое)?|дзякуй|dziękuję|dzięki|danke(?: schön)?|vielen dank"
    "|merci(?: beaucoup)?|(?:muchas )?gracias"
)
# Thanks have to be set apart by a mark: "thanks to whom did they come?" is a question.
_MARK = r"\s*+[,.!:;…)–—]++\s*+"
_ALL = "(?: (?:there|all|everyone|everybody|bot|team|to all))?"
_FIRST = re.compile(
    rf"[\s¡¿]*+(?:(?:{_HELLO}){_ALL}(?:{_MARK}|\s++(?![-–—]))|(?:{_THANKS}){_MARK})", re.IGNORECASE
)
_LETTER = re.compile(r"\w")
# A question with more greetings than this greets nobody.
MOST = 3


def without(text: str) -> str:
    """Return a text without the greetings in front of it; one that only greets as it is."""
    rest = text
    for _each in range(MOST):
        match = _FIRST.match(rest)
        if match is None or not _LETTER.search(rest, match.end()):
            break
        rest = rest[match.end() :]
    return rest
