"""Sentences: speaker, cue, statement, or that it was taken down. Nothing is said in the bot's own voice."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.bounds import some_of
from bot.answers.citations import voice
from bot.answers.date_text import day, in_words, said_on
from bot.answers.opening import reading_on
from bot.texts import N_, _, ngettext
from storage.domain.models import Attribution, Fact, Ground, Stance

# Letters of the names that say the same of a statement; /fact shows all.
LONGEST_NAMES = 240
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


def sentence(
    fact: Fact, attribution: Attribution | None = None, *, dated: bool = False, short: bool = False
) -> str:
    """Return a fact as the word of one of its attributions, by default the first.

    `short` is how it reads in lists: its brief, where it has one, without the quote. When it was said is told
    where that is not the date of the source, which the citation gives, and not the label's, if it is `dated`.
    """
    if fact.taken_down is not None:
        return tombstone(fact)
    item = attribution or fact.attributions[0]
    content = fact.brief if short and fact.brief else fact.statement
    if item.stance is Stance.RATES:
        text = f"{called(item)} {_rated(item, content)}"
    elif not item.cue and item.stance is Stance.ASSERTS:
        # Without a cue the statement stands behind a colon, just as its source words it.
        text = _("{who}: {statement}", who=called(item), statement=content)
    else:
        text = f"{called(item)} {_cued(fact, item, content)}"
    text = _with_asides(text, fact, item, dated=dated, short=short)
    # Not upper(): Georgian has no capital at a beginning.
    return text[:1].title() + text[1:]


def predicate(fact: Fact, attribution: Attribution) -> str:
    """Return what one of a fact's attributions says, in short, under the name of who says it."""
    content = fact.brief or fact.statement
    if attribution.stance is Stance.RATES:
        text = _rated(attribution, content)
    elif not attribution.cue and attribution.stance is Stance.ASSERTS:
        text = _("says: {statement}", statement=content)
    else:
        text = _cued(fact, attribution, content)
    return _with_asides(text, fact, attribution, dated=False, short=True)


def called(attribution: Attribution) -> str:
    """Return how a sentence calls who says something: the speaker, else the source."""
    return attribution.speaker.called if attribution.speaker else voice(attribution.source)


def further_voices(attributions: Sequence[Attribution], first: Attribution) -> str:
    """Return who else says a fact whose first attribution stands just above: `PACE and the ICC support it`.

    All do so in the same `manner`. Under a denial, speakers who do not deny state what is denied;
    under a rating, what is rated.
    """
    names = list(dict.fromkeys(map(called, attributions)))
    who, stance = some_of(names, most=LONGEST_NAMES), attributions[0].stance
    if len(names) > 1 and who == ", ".join(names):
        who = _("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])
    if stance is Stance.RATES:
        text = _rating(len(names), who, attributions[0].cue)
    elif first.stance is Stance.RATES and stance is Stance.DENIES:
        text = ngettext("{who} denies the statement", "{who} deny the statement", len(names), who=who)
    elif first.stance is Stance.RATES:
        return _("stated by {who}", who=who)
    elif first.stance is Stance.DENIES and stance is not Stance.DENIES:
        return _("stated, not denied, by {who}", who=who)
    else:
        text = _AGREEING[stance](len(names), who)
    return text[:1].title() + text[1:]


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


def manner(attribution: Attribution) -> tuple[Stance, str | None]:
    """Return by what attributions go together: their stance, and if they rate a statement their rating."""
    return attribution.stance, attribution.cue if attribution.stance is Stance.RATES else None


def _rated(item: Attribution, content: str) -> str:
    """Return how somebody rates a statement: in their words, the statement as it is."""
    if not item.cue:
        return _("rates this: {statement}", statement=content)
    return _("rates this as “{rating}”: {statement}", rating=item.cue, statement=content)


def _rating(count: int, who: str, rating: str | None) -> str:
    if not rating:
        return ngettext("{who} rates the statement", "{who} rate the statement", count, who=who)
    return ngettext(
        "{who} rates the statement as “{rating}”",
        "{who} rate the statement as “{rating}”",
        count,
        who=who,
        rating=rating,
    )


def _cued(fact: Fact, item: Attribution, content: str) -> str:
    return f"{item.cue or _(_CUES[item.stance])} {reading_on(content, fact)}"


def _with_asides(text: str, fact: Fact, item: Attribution, *, dated: bool, short: bool) -> str:
    quote = (item.quote or "").strip("\"“”'")
    if quote and not short and quote.casefold() not in fact.statement.casefold():
        text = _("{sentence} (“{quote}”)", sentence=text, quote=quote)
    # On a timeline, what has no date of its own stands under the day on which it was said.
    labelled = dated and not fact.occurred
    if item.said and item.said != item.source.published and not labelled:
        text = _("{sentence} ({said})", sentence=text, said=said_on(item, in_words(item.said)))
    return text


_AGREEING = {
    Stance.ASSERTS: lambda count, who: ngettext("{who} says so too", "{who} say so too", count, who=who),
    Stance.DENIES: lambda count, who: ngettext("{who} denies it", "{who} deny it", count, who=who),
    Stance.ADMITS: lambda count, who: ngettext("{who} admits it", "{who} admit it", count, who=who),
    Stance.ALLEGES: lambda count, who: ngettext("{who} alleges it", "{who} allege it", count, who=who),
    Stance.CONFIRMS: lambda count, who: ngettext("{who} confirms it", "{who} confirm it", count, who=who),
    Stance.SUPPORTS: lambda count, who: ngettext("{who} supports it", "{who} support it", count, who=who),
    Stance.CALLS_FOR: lambda count, who: ngettext("{who} calls for it", "{who} call for it", count, who=who),
}
