"""From a cue to the stance that it expresses: "denied that" denies. Pure; the word lists are English."""

from __future__ import annotations

import re

from storage.models import Stance

_WORDS = (
    (Stance.DENIES, r"den(?:y|ies|ied)|disput(?:e|es|ed)|refut(?:e|es|ed)|reject(?:s|ed)?"),
    (Stance.ADMITS, r"admit(?:s|ted)?|acknowledg(?:e|es|ed)|conced(?:e|es|ed)|confess(?:es|ed)?"),
    (Stance.ALLEGES, r"alleg(?:e|es|ed)|accus(?:e|es|ed)|claim(?:s|ed)?|suspect(?:s|ed)?"),
    (Stance.CONFIRMS, r"confirm(?:s|ed)?|verif(?:y|ies|ied)|corroborat(?:e|es|ed)"),
    (Stance.CALLS_FOR, r"call(?:s|ed)? (?:for|on)|demand(?:s|ed)?|urg(?:e|es|ed)|appeal(?:s|ed)? (?:for|to)"),
    (Stance.SUPPORTS, r"support(?:s|ed)?|back(?:s|ed)?|endors(?:e|es|ed)"),
)
_PATTERNS = tuple((stance, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for stance, words in _WORDS)
_NEGATED = re.compile(r"\b(?:not|never|neither|n't)\b|n't\b", re.IGNORECASE)


def stance_of(cue: str | None) -> Stance:
    """Return the stance that a cue expresses; a negated one merely asserts, for it may mean anything."""
    if cue and not _NEGATED.search(cue):
        for stance, pattern in _PATTERNS:
            if pattern.search(cue):
                return stance
    return Stance.ASSERTS
