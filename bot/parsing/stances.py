"""From a cue to the stance that it expresses: "denied that" denies. Pure; the word lists are English."""

from __future__ import annotations

import re

from storage.domain.models import Stance

_WORDS = (
    (Stance.DENIES, r"den(?:y|ies|ied)|disput(?:e|es|ed)|refut(?:e|es|ed)|reject(?:s|ed)?"),
    (Stance.ADMITS, r"admit(?:s|ted)?|acknowledg(?:e|es|ed)|conced(?:e|es|ed)|confess(?:es|ed)?"),
    (Stance.ALLEGES, r"alleg(?:e|es|ed)|accus(?:e|es|ed)|claim(?:s|ed)?|suspect(?:s|ed)?"),
    (Stance.CONFIRMS, r"confirm(?:s|ed)?|verif(?:y|ies|ied)|corroborat(?:e|es|ed)"),
    (
        Stance.CALLS_FOR,
        (
            r"call(?:s|ed)? (?:for|on)|demand(?:s|ed)?|urg(?:e|es|ed)|appeal(?:s|ed)? (?:for|to)"
            r"|recommend(?:s|ed)?|propos(?:e|es|ed)"
        ),
    ),
    (Stance.SUPPORTS, r"support(?:s|ed)?|back(?:s|ed)?|endors(?:e|es|ed)"),
    (
        Stance.ASSERTS,
        (
            r"sa(?:y|ys|id)|stat(?:e|es|ed)|report(?:s|ed)?|t(?:ell|ells|old)|wr(?:ite|ites|ote)|add(?:s|ed)?"
            r"|announc(?:e|es|ed)|not(?:e|es|ed)|remind(?:s|ed)?|recall(?:s|ed)?|explain(?:s|ed)?"
            r"|argu(?:e|es|ed)"
            r"|warn(?:s|ed)?|declar(?:e|es|ed)|mention(?:s|ed)?|stress(?:es|ed)?|emphasi[sz](?:e|es|ed)"
            r"|believ(?:e|es|ed)|f(?:ind|inds|ound)|conclud(?:e|es|ed)|estimat(?:e|es|ed)|show(?:s|ed)?"
            r"|according to|publish(?:es|ed)?|issu(?:e|es|ed)|testif(?:y|ies|ied)|insist(?:s|ed)?"
            r"|predict(?:s|ed)?|promis(?:e|es|ed)|pledg(?:e|es|ed)|complain(?:s|ed)?|suggest(?:s|ed)?"
            r"|repl(?:y|ies|ied)|reveal(?:s|ed)?"
            r"|h(?:as|ave|ad)"
        ),
    ),
)
_PATTERNS = tuple((stance, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for stance, words in _WORDS)
# What turns a verb around, or takes back what it says: then a person has to say what is meant.
_DOUBTFUL = re.compile(
    r"n['’]t\b|\b(?:not|never|neither|nor|no|false|untrue|lie|hoax|dismiss\w*|refus\w*|declin\w*)\b",
    re.IGNORECASE,
)


def stance_of(cue: str | None) -> Stance | None:
    """Return the stance that a cue expresses, that of its first verb; None where it cannot be told.

    No cue at all asserts: the statement then stands behind a colon.
    """
    if not cue:
        return Stance.ASSERTS
    if _DOUBTFUL.search(cue):
        return None
    found = [(match.start(), stance) for stance, pattern in _PATTERNS if (match := pattern.search(cue))]
    verbs = [item for item in found if item[1] is not Stance.ASSERTS] or found
    return min(verbs)[1] if verbs else None
