"""The next statement from the same source: source, speaker, cue and place are kept from the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands.core.context import Context
from bot.commands.dialogue.forms import Filled
from bot.commands.dialogue.references import new_name
from bot.commands.editing.revise import refuse_taken_down
from bot.errors import UserError
from bot.parsing.locators import following, locator
from bot.parsing.stances import stance_of
from bot.replies import Action
from bot.texts import _
from storage.domain.enums import Tier
from storage.domain.models import Fact, Stance
from storage.domain.names import with_article
from storage.snapshots.articles import Waiting

# The header line that names the fact before, and the place in the source if that is another: `like: F7 ¶6`.
LIKE = "like"
_LIKE = re.compile(r"(\S+)(?:\s+(\S.*))?")
_KEPT = frozenset("source title publisher published kind author via who cue stance at".split())


async def keep(context: Context, filled: Filled) -> None:
    """Put what a fact has in common with the next one in the place of the line that names it.

    Raises UserError if that is no fact of this story.
    """
    match = _LIKE.fullmatch(filled.texts.pop(LIKE))
    if match is None:
        raise UserError(_("Name a statement by its id, for example like: F7."))
    fact = await context.fact(match[1])
    refuse_taken_down(fact)
    texts = kept_texts(fact)
    if match[2]:
        texts["at"] = locator(match[2])
    for name, text in texts.items():
        if name not in filled.texts:
            filled.texts[name] = text
            filled.kept.append(name)
    filled.at_once = filled.goes_on = True
    # Of a speaker who is new, once.
    filled.besides.append("role")


def kept_texts(fact: Fact) -> dict[str, str]:
    """Return the texts of a form that the next fact of a source has in common with one."""
    item = fact.attributions[0]
    texts = {
        "source": f"S{item.source.id}",
        "who": f"={item.speaker.ref}" if item.speaker else "",
        "cue": item.cue or "",
        "at": item.locator or "",
    }
    return texts | ({} if item.stance is stance_of(item.cue) else {"stance": item.stance.value})


def following_draft(filled: Filled) -> Filled:
    """Return the form of the next fact of a source where the one before waits for review."""
    texts = {name: text for name, text in filled.texts.items() if name in _KEPT}
    # Of a speaker who is new in that one, the role was asked.
    besides = [] if filled.text("who").startswith("+") else ["role"]
    return Filled(filled.story, texts, at_once=True, goes_on=True, kept=[*texts], besides=besides)


async def lead(context: Context, filled: Filled, *, briefly: bool) -> str:
    """Return the question for the next statement: what is kept, as far as a sentence goes.

    `briefly`, where the statement before was just shown, a cue that only reports is left out.
    """
    called = await _called(context, filled.text("who"))
    place = " ".join(filter(None, (filled.text("source").removeprefix("+ "), filled.text("at"))))
    if not called:
        return _("{place}: …", place=place)
    cue = filled.text("cue")
    if briefly and (filled.text("stance") or stance_of(cue)) is Stance.ASSERTS:
        return _("{place}: {said} …", place=place, said=called)
    said = f"{called} {cue}" if cue else f"{called}:"
    return _("{place}: {said} …", place=place, said=said)


async def _called(context: Context, who: str) -> str:
    """Return a speaker as sentences call them, "" where there is none."""
    if who.startswith("+") and (new := new_name(who)):
        return with_article(new.article, new.name)
    ref = who.removeprefix("=")
    known = (await context.record.entities.by_ref(context.story.id, [ref])).get(ref) if ref else None
    return known.called if known else ""


def going_on(fact: Fact) -> Sequence[Action]:
    """Return the buttons for the next fact of a source: at the same place, and in the next paragraph."""
    source = Action(label=_("Next from this source"), command=f"/add {LIKE}: F{fact.id}")
    place = following(fact.attributions[0].locator or "")
    further = _("Next, {place}", place=place)
    return (source, *((Action(label=further, command=f"/add {LIKE}: F{fact.id} {place}"),) if place else ()))


def next_of(found: Waiting) -> str:
    """Return the command that shows the card behind that of a found draft."""
    turn = "possible" if found.tier == Tier.POSSIBLE else "next"
    return f"/intake A{found.intake_id} {turn} D{found.draft.id}"
