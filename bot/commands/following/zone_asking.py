"""Asking for a chat's time zone, where a time of day was set and none is known."""

from __future__ import annotations

from bot.replies import Action, Note
from bot.texts import _
from storage.domain.models import Listener

# The zone of a chat that has named none; one that chose it is in CHOSEN_UTC, the same time.
UNKNOWN, CHOSEN_UTC = "UTC", "Etc/UTC"
# Zones in which many speak a language: offered first, for nobody tells a bot where they are.
_SPOKEN_IN = {
    "be": ("Europe/Minsk",), "de": ("Europe/Berlin",), "es": ("Europe/Madrid", "America/Mexico_City"),
    "fr": ("Europe/Paris",), "it": ("Europe/Rome",), "pl": ("Europe/Warsaw",),
    "pt": ("Europe/Lisbon", "America/Sao_Paulo"), "ru": ("Europe/Moscow", "Europe/Kyiv"),
    "uk": ("Europe/Kyiv",),
}  # fmt: skip
_OTHERS = ("Europe/London", "Europe/Berlin", "Europe/Kyiv", "America/New_York")


def is_known(listener: Listener | None) -> bool:
    """Tell whether a chat has named its time zone."""
    return listener is not None and listener.zone != UNKNOWN


def zone_question() -> Note:
    """Return the question for a chat's time zone."""
    return Note(
        text=_(
            "Which time zone is this chat in? Until I know, I read times as UTC. Choose one below, or send"
            " /settings zone and its name, such as Europe/Kyiv or UTC+2."
        )
    )


def zones_offered(language: str) -> list[Action]:
    """Return a button for each zone that somebody of a language is likely to mean."""
    names = _SPOKEN_IN.get(language.partition("_")[0], _OTHERS)
    return [Action(label=name, command=f"/settings zone {name}") for name in (*names, "UTC")]
