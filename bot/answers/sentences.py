"""Sentences: speaker, cue, statement, or that it was taken down. Nothing is said in the bot's own voice."""

from __future__ import annotations

from bot.answers.citations import voice
from bot.answers.date_text import day, in_words, said_on
from bot.texts import N_, _
from storage.domain.models import Attribution, Fact, Ground, Stance

# Words that lose their capital when a statement reads on after a cue; any other may be a name.
_FUNCTION_WORDS = frozenset(
    "A An All Any At Both Each Every Few He Her His However If In It Its Many More Most No None Of On One"
    " Only Our Over She Some Several That The Their There These They This Those Under Up We When Where While"
    " With".split()
)
GROUNDS = {Ground.SAFETY: N_("safety"), Ground.LAW: N_("law"), Ground.PRIVACY: N_("privacy")}
_CUES = {
    Stance.ASSERTS: N_("says that"),
    Stance.DENIES: N_("denies that"),
    Stance.ADMITS: N_("admits that"),
    Stance.ALLEGES: N_("alleges that"),
    Stance.CONFIRMS: N_("confirms that"),
    Stance.SUPPORTS: N_("supports the claim that"),
    Stance.CALLS_FOR: N_("calls for"),
}


def sentence(fact: Fact, attribution: Attribution | None = None, *, dated: bool = False) -> str:
    """Return a fact as the word of one of its attributions, by default the first.

    When it was said is told where that is not the date of the source, which the citation gives. With `dated`
    it is told wherever the label before the sentence does not, and so is what the source leaves open.
    """
    if fact.taken_down is not None:
        return tombstone(fact)
    item = attribution or fact.attributions[0]
    who = item.speaker.called if item.speaker else voice(item.source)
    text = _spoken(who, item, fact.statement)
    if item.quote and item.quote.strip("\"“”'").casefold() not in fact.statement.casefold():
        text = _("{sentence} (“{quote}”)", sentence=text, quote=item.quote.strip('"“”'))
    asides = []
    # On a timeline, what has no date of its own is labelled with when it was said.
    if item.said and (fact.occurred if dated else item.said != item.source.published):
        asides.append(said_on(item, in_words(item.said)))
    if dated and fact.date_note:
        asides.append(fact.date_note)
    if asides:
        text = _("{sentence} ({asides})", sentence=text, asides="; ".join(asides))
    # Not upper(): Georgian has no capital at a beginning.
    return text[:1].title() + text[1:]


def further_attribution(attribution: Attribution, first: Attribution) -> str:
    """Return a further attribution of a fact whose first one stands just above: `supported by: PACE`.

    Under a denial, a speaker who does not deny states what is denied.
    """
    who = attribution.speaker.called if attribution.speaker else voice(attribution.source)
    if first.stance is Stance.DENIES and attribution.stance is not Stance.DENIES:
        return _("stated, not denied, by: {who}", who=who)
    return _("{stance}: {who}", stance=_STANCES[attribution.stance](), who=who)


def tombstone(fact: Fact) -> str:
    """Return the line about a fact that was taken down: when, and on which ground."""
    down = fact.taken_down
    if down is None or down.at is None or down.ground is None:
        return _("F{id}: these words were taken down", id=fact.id)
    return _(
        "F{id}: taken down on {day} ({ground})", id=fact.id, day=day(down.at), ground=_(GROUNDS[down.ground])
    )


def withdrawn(fact: Fact) -> str:
    """Return the line about a fact that is retracted, as readers see it: not what it said."""
    return _("F{id}: retracted ({reason})", id=fact.id, reason=fact.retracted)


def _spoken(who: str, item: Attribution, statement: str) -> str:
    if not item.cue and item.stance is Stance.ASSERTS:
        # Without a cue the statement stands behind a colon, just as its source words it.
        return _("{who}: {statement}", who=who, statement=statement)
    cue = item.cue or _(_CUES[item.stance])
    return f"{who} {cue} {_fitted(statement)}"


def _fitted(statement: str) -> str:
    """Return a statement as it reads on after a cue."""
    first, _space, rest = statement.partition(" ")
    opening = first.lower() if first in _FUNCTION_WORDS else first
    whole = f"{opening} {rest}" if rest else opening
    return whole[:-1] if whole.endswith(".") and not whole.endswith("...") else whole


_STANCES = {
    Stance.ASSERTS: lambda: _("also stated by"),
    Stance.DENIES: lambda: _("denied by"),
    Stance.ADMITS: lambda: _("admitted by"),
    Stance.ALLEGES: lambda: _("alleged by"),
    Stance.CONFIRMS: lambda: _("confirmed by"),
    Stance.SUPPORTS: lambda: _("supported by"),
    Stance.CALLS_FOR: lambda: _("called for by"),
}
