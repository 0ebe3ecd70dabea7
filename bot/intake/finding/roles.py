"""What an article says its speakers are: the fullest role of each, and whom a mere role means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.intake.finding.drafts import Draft
from bot.parsing.articles import bare

# The longest that a record holds.
LONGEST = 500
_WHOSE = re.compile(r"(?:its|his|her|their|our|my|your)\s+(?=\w)", re.IGNORECASE)


class Role(NamedTuple):
    """What an article says somebody is, and in which paragraph."""

    words: str
    paragraph: int


def roles(drafts: Sequence[Draft], wholes: Mapping[str, str]) -> dict[str, Role]:
    """Return the fullest role of each speaker by name; `wholes` are whole names by last names."""
    found: dict[str, Role] = {}
    for draft in drafts:
        name = bare(wholes.get(draft.speaker.name, draft.speaker.name))[1]
        words = _beside(draft)
        if len(words) > (len(found[name].words) if name in found else 0):
            found[name] = Role(words[:LONGEST], draft.paragraph)
    return found


def role_of(name: str, draft: Draft, wholes: Mapping[str, str], known: Mapping[str, Role]) -> Role | None:
    """Return the role of one who may be the speaker: the one beside the statement, else the fullest."""
    speaker = draft.speaker
    if bare(wholes.get(speaker.name, speaker.name))[1] == name:
        words = _beside(draft)
    else:
        # `Mayor Holt`, where that is Holt.
        words = speaker.name.removesuffix(f" {name}") if speaker.name.endswith(f" {name}") else ""
    return Role(words[:LONGEST], draft.paragraph) if words else known.get(name)


def meant_by(words: str, known: Mapping[str, Role]) -> str | None:
    """Return the one whom words without a name mean by a role, `the mayor`; None where that is unclear."""
    article, role = bare(words)
    if article is None or not role[:1].islower():
        return None
    meant = [name for name, each in known.items() if each.words.casefold() == role.casefold()]
    return meant[0] if len(meant) == 1 else None


def _beside(draft: Draft) -> str:
    """Return the role that stands beside a name, without what leads to it: `its chairman` is chairman."""
    speaker = draft.speaker
    if speaker.role is None or speaker.read_from is not None:
        return ""
    words = bare(speaker.role)[1]
    match = _WHOSE.match(words)
    return words[match.end() :] if match else words
