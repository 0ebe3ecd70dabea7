"""A fact that is proposed: as readers will see it, and the facts on record that it has to do with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.bounds import some_of
from bot.answers.citations import cite, described
from bot.answers.date_text import when_text
from bot.answers.diff import far_end
from bot.answers.lines import amount, fact_lines
from bot.replies import Block, Heading, Line, Note
from bot.texts import _, shortened
from storage.domain.models import Draft, DraftState, Fact, RelationKind

# Characters of a fact that stands beside the one that is proposed: its id leads to the rest.
LONGEST_BESIDE = 300


def as_readers_see(fact: Fact, *, known: bool = False) -> list[Block]:
    """Return the lines of a fact that is not on record yet, and so has no id of its own.

    `known` tells that its source was just looked at: then that stands under them in short.
    """
    lines: list[Block] = [
        block.model_copy(update={"fact": None}) if isinstance(block, Line) else block
        for block in fact_lines(fact, whole=bool(fact.brief))
    ]
    quote = (fact.attributions[0].quote or "").strip("\"“”'")
    cited = (cite(fact.attributions[0]),)
    particulars = {
        _("Brief"): fact.brief or "",
        _("Quote"): f"“{quote}”" if quote and not _is_marked(quote, lines[0].text) else "",
        _("When"): when_text(fact) if fact.occurred or fact.occasion or fact.date_note else "",
        _("Places"): some_of([place.name for place in fact.places]),
        _("About"): some_of([entity.name for entity in fact.about]),
        _("Figures given"): some_of([f"{amount(item)}: {item.counts}" for item in fact.figures], "; "),
    }
    lines += [Line(label=label, text=text, citations=cited) for label, text in particulars.items() if text]
    against = [far_end(item) for item in fact.relations if item.kind is RelationKind.CONTRADICTS]
    others = [far_end(item) for item in fact.relations if item.kind is RelationKind.SUPPORTS]
    if against:
        lines.append(Note(text=_("Stands against {ids}.", ids=some_of(against))))
    if others:
        lines.append(Note(text=_("Supports {ids}.", ids=some_of(others))))
    # Whoever confirms or approves it sees the whole of its source.
    return lines if known else described(lines)


def _is_marked(quote: str, text: str) -> bool:
    """Tell whether a text shows a quotation in its marks."""
    return any(f"{mark}{quote}" in text for mark in '“"„«')


def alike_lines(alike: Sequence[Fact]) -> list[Block]:
    """Return the lines of the facts on record similar to the fact shown above."""
    return under(_("On record already, and like it"), alike)


def under(heading: str, facts: Sequence[Fact]) -> list[Block]:
    """Return the lines of facts under a heading, each whole as far as a line or two go; nothing for none."""
    if not facts:
        return []
    lines = (line for fact in facts for line in fact_lines(fact, whole=True))
    return [Heading(text=heading), *map(_cut, lines)]


def _cut(block: Block) -> Block:
    return block.model_copy(update={"text": shortened(block.text, LONGEST_BESIDE)})


def outcome(draft: Draft) -> str:
    """Return what became of a draft, as it reads on in a sentence."""
    return {
        DraftState.APPROVED: _("approved as F{id}", id=draft.fact_id),
        DraftState.REJECTED: _("rejected"),
        DraftState.MERGED: _("added to F{id}", id=draft.fact_id),
        DraftState.EDITED: _("taken up in an edited draft"),
    }.get(draft.state, draft.state.value)
