"""How sure a draft is: two small models, fitted on development articles, and what their chances mean.

One tells the chance that something was said there as drafted, one that this is so and the speaker right.
`python -m tests.fitting.attributions DATA` fits them anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bot.intake.finding.drafts import Speaker, Tier
from bot.intake.finding.speakers import NAME, is_pronoun
from bot.intake.speech.cues import PLAIN, VERBS
from bot.intake.speech.raw import Raw

WEIGHTS = Path(__file__).with_name("weights.json")
_COMMONEST = frozenset("say tell add".split())
MANY_WORDS = 45


def grounds(text: str, raw: Raw) -> tuple[str, ...]:
    """Return what tells how sure an attribution is: those of the models' features that it has."""
    words = raw.source[0].of(text)
    content = " ".join(span.of(text) for span in raw.content)
    count = len(content.split())
    gap = min(abs(raw.cue[0].start - raw.source[0].end), abs(raw.source[0].start - raw.cue[0].end))
    marks = raw.marks
    told: dict[str, bool] = {
        f"by {raw.how}": True,
        "common verb": raw.verb in _COMMONEST,
        "plain verb": raw.verb in PLAIN,
        "object verb": raw.verb in VERBS and "o" in VERBS[raw.verb].takes,
        "past": bool(marks & {"VBD"}),
        "participle": "VBG" in marks,
        "own subject": "nsubj" in marks,
        "modal": "modal" in marks,
        "negated": "neg" in marks,
        "infinitive": "to" in marks or "VB" in marks,
        "if": bool(marks & {"if", "whether", "unless"}),
        "root": "ROOT" in marks,
        "relative": bool(marks & {"relcl", "acl"}),
        "pronoun": is_pronoun(words),
        "i or we": words.lower() in ("i", "we", "you", "it", "that", "this", "one"),
        "named": bool(NAME.search(words)),
        "long speaker": len(words.split()) > 12,
        "beside": gap <= 2,
        "far": gap > 40,
        "that": content.lower().startswith("that "),
        "quoted": content[:1] in "“\"‘'«”",
        "few words": count < 4,
        "many words": count > MANY_WORDS,
        "inside": bool(marks & {"nested"}),
    }
    return tuple(name for name, held in told.items() if held)


@cache
def _models() -> dict[str, dict[str, float]]:
    models: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return models


def chance(model: str, told: Sequence[str]) -> float:
    """Return what a model makes of some grounds: `found`, or `found with speaker`."""
    weights = _models()[model]
    total = weights["bias"] + sum(weights.get(name, 0.0) for name in told)
    return 1 / (1 + math.exp(-total))


def tier(told: Sequence[str], speaker: Speaker, *, parsed: bool) -> tuple[Tier, float]:
    """Return the tier of an attribution by its grounds, and the chance that it is right with its speaker.

    What patterns alone have found is never confident.
    """
    found, whole = chance("found", told), chance("found with speaker", told)
    limits = _models()["limits"]
    if parsed and whole >= limits["confident"] and speaker.sure:
        return Tier.CONFIDENT, whole
    return (Tier.CHECK_SPEAKER if found >= limits["check the speaker"] else Tier.POSSIBLE), whole
