"""Colours of pictures, light and dark, and what tells the stances apart without colour: a sign and a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.texts import N_, _
from storage.domain.models import Stance


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for; each text's is to be read on the paper and on the panel."""

    paper: str
    panel: str
    ink: str
    faint: str
    rule: str
    time: str
    against: str
    stances: Mapping[Stance, str]


LIGHT = Palette(
    paper="#ffffff",
    panel="#f2f4f6",
    ink="#1a1a1a",
    faint="#595959",
    rule="#c9ced3",
    time="#0b57a4",
    against="#a4161a",
    stances={
        Stance.ASSERTS: "#0b57a4",
        Stance.DENIES: "#a4161a",
        Stance.ADMITS: "#6a3d9a",
        Stance.ALLEGES: "#7d5200",
        Stance.CONFIRMS: "#1b6e3c",
        Stance.SUPPORTS: "#00666b",
        Stance.CALLS_FOR: "#963a00",
        Stance.RATES: "#525960",
    },
)
DARK = Palette(
    paper="#16181a",
    panel="#22262a",
    ink="#e8e8e6",
    faint="#a9adb1",
    rule="#43494f",
    time="#8ab8f0",
    against="#f29b9b",
    stances={
        Stance.ASSERTS: "#8ab8f0",
        Stance.DENIES: "#f29b9b",
        Stance.ADMITS: "#c9a7f0",
        Stance.ALLEGES: "#e6c069",
        Stance.CONFIRMS: "#8fd3a5",
        Stance.SUPPORTS: "#7fd1d1",
        Stance.CALLS_FOR: "#f0ae7c",
        Stance.RATES: "#c4c8cc",
    },
)
SIGNS: Mapping[Stance, str] = {
    Stance.ASSERTS: "“",
    Stance.DENIES: "×",
    Stance.ADMITS: "!",
    Stance.ALLEGES: "?",
    Stance.CONFIRMS: "=",
    Stance.SUPPORTS: "+",
    Stance.CALLS_FOR: "»",
    Stance.RATES: "*",
}
# What one, and what several, of a stance are called.
_NAMED: Mapping[Stance, tuple[str, str]] = {
    Stance.ASSERTS: (N_("statement"), N_("Statements")),
    Stance.DENIES: (N_("denial"), N_("Denials")),
    Stance.ADMITS: (N_("admission"), N_("Admissions")),
    Stance.ALLEGES: (N_("allegation"), N_("Allegations")),
    Stance.CONFIRMS: (N_("confirmation"), N_("Confirmations")),
    Stance.SUPPORTS: (N_("support for a claim"), N_("Support for claims")),
    Stance.CALLS_FOR: (N_("call for something"), N_("Calls for something")),
    Stance.RATES: (N_("rating of a claim"), N_("Ratings of claims")),
}


def named(stance: Stance) -> str:
    """Return what something of a stance is called."""
    return _(_NAMED[stance][0])


def titled(stance: Stance) -> str:
    """Return the title over all of a stance."""
    return _(_NAMED[stance][1])
