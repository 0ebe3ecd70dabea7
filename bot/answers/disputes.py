"""Opposing claims side by side, under the question between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.answers import standing
from bot.answers.lines import fact_line, fact_lines
from bot.replies import Block, Heading, Line, Note
from bot.texts import _, ngettext
from storage.domain.models import Fact, Relation, divided

# Facts that are shown against one; /fact shows all.
MOST_OPPOSING = 8


def disputes(facts: Sequence[Fact], known: Iterable[Fact]) -> list[Block]:
    """Return the disputes that `facts` are in; `known` holds both sides of each."""
    by_id = {fact.id: fact for fact in known}
    # Of each question its pairs, what is contradicted first, and whether a source says so.
    questions: dict[str, dict[tuple[int, int], bool]] = {}
    for fact in facts:
        for relation in shown_against(fact):
            other = by_id.get(relation.other_id)
            if other is None or not other.in_force:
                continue
            pair = (other.id, fact.id) if relation.outgoing else (fact.id, other.id)
            question = relation.about or _("F{left} and F{right}", left=min(pair), right=max(pair))
            questions.setdefault(question, {})[pair] = relation.source is not None
    blocks: list[Block] = []
    for question, pairs in questions.items():
        blocks += [Heading(text=question), *_dispute(pairs, by_id)]
    blocks += [note for fact in facts for note in _further(fact)]
    return blocks + _divided([fact for fact in facts if divided(fact.attributions)])


def _dispute(pairs: Mapping[tuple[int, int], bool], by_id: Mapping[int, Fact]) -> list[Line]:
    """Return claims, under each what stands against it, each once: those with the most against them first.

    Of a fact that stands elsewhere already, a mark tells that it is against this one, too.
    """
    against: dict[int, dict[int, bool]] = {}
    for (contradicted, contradicting), by_source in pairs.items():
        against.setdefault(contradicted, {})[contradicting] = by_source
        against.setdefault(contradicting, {})[contradicted] = by_source
    contradict = Counter(contradicting for _contradicted, contradicting in pairs)
    lines: list[Line] = []
    shown: list[int] = []
    for claim in sorted(against, key=lambda each: (-len(against[each]), contradict[each], each)):
        if claim in shown:
            continue
        for each in [claim, *sorted(against[claim].keys() - set(shown))]:
            nested = each != claim
            besides = {other for other in shown if other in against[each]} - ({claim} if nested else set())
            label = _against(by_source=against[claim][each]) if nested else None
            mark = "; ".join(standing.against(by_id[each], besides)) or None
            lines.append(
                fact_line(by_id[each], nested=nested).model_copy(update={"label": label, "mark": mark})
            )
            shown.append(each)
    return lines


def shown_against(fact: Fact) -> list[Relation]:
    """Return the first of the relations by which facts in force stand against a fact."""
    return standing.opposing(fact)[:MOST_OPPOSING]


def _further(fact: Fact) -> list[Note]:
    """Return the note on the facts against a fact that are not shown."""
    left = len(standing.opposing(fact)) - MOST_OPPOSING
    if left <= 0:
        return []
    text = ngettext(
        "{count} more statement stands against F{id}: /fact F{id}",
        "{count} more statements stand against F{id}: /fact F{id}",
        left,
        id=fact.id,
    )
    return [Note(text=text)]


def _against(*, by_source: bool) -> str:
    """Say that a fact is against another; where a source says so, that it does: else this record does."""
    return _("against it, by the source") if by_source else _("against it")


def _divided(facts: Sequence[Fact]) -> list[Block]:
    """Return the facts that some of their own voices deny."""
    lines = [block for fact in facts for block in fact_lines(fact)]
    return [Heading(text=_("Stated by some, denied by others")), *lines] if lines else []
