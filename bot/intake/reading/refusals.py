"""Why an article cannot be read, as the worker tells it, and in words for the person who asked."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import UserError
from bot.texts import _


class Why(StrEnum):
    """Why there is no article."""

    NO_TEXT = "no text"
    NO_ARTICLE = "no article"
    EMPTY = "empty"
    NO_WORDS = "no words"
    SCANNED = "scanned"
    PAYWALL = "paywall"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NOT_TEXT = "not text"
    NOT_READ = "not read"
    TOO_LONG = "too long"
    TOO_HEAVY = "too heavy"
    NO_FEED = "no feed"
    TOO_MANY = "too many"
    NOT_INSTALLED = "not installed"


class Unreadable(UserError):
    """What was handed over holds no article that can be read; `why` says so to programs."""

    def __init__(self, why: Why, text: str, commands: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(text, commands=commands)
        self.why = why


def unreadable(why: Why, commands: tuple[tuple[str, str], ...] = ()) -> Unreadable:
    """Return the refusal, in the language of whoever is answered; `commands` are what to do instead."""
    texts = {
        Why.NO_TEXT: _("No article was found there: it may be behind a paywall, made by scripts, or"
                       " a picture. Paste its text instead"),
        Why.NO_ARTICLE: _("There is no text of an article in the file: paste it instead"),
        Why.EMPTY: _("The file is empty"),
        Why.NO_WORDS: _("There are no words in it"),
        Why.SCANNED: _("The PDF holds no text: it may be a scan. Paste its text instead"),
        Why.PAYWALL: _("Only the beginning of the article is there, the rest is for people who pay."
                       " Paste its text instead"),
        Why.ENCRYPTED: _("The PDF is encrypted: save it without a password, or paste its text"),
        Why.DAMAGED: _("The file is damaged, or not of the kind that it says it is"),
        Why.NOT_TEXT: _("That is no text: send a .txt, .html or .pdf file"),
        Why.NOT_READ: _("Only files whose names end in .txt, .html or .pdf are read"),
        Why.TOO_LONG: _("The text is longer than 2 MB: send the part that is to be read"),
        Why.TOO_HEAVY: _("The file could not be read within the time and memory that one may take"),
        Why.NO_FEED: _("That is no feed that can be read: RSS, Atom and JSON Feed are. A single"
                       " article is taken in with /intake"),
        Why.TOO_MANY: _("The feed names more than 1,000 articles: that is an archive. Name one of what"
                        " is new"),
        Why.NOT_INSTALLED: _("Articles are read by a part that is not installed here:"
                             " pip install 'onrecord[intake]'"),
    }  # fmt: skip
    return Unreadable(why, texts[why], commands)
