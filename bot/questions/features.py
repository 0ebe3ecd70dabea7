"""What tells whether the best candidates answer a question: a few numbers, for the verdict. Pure."""

from __future__ import annotations

import math
from functools import lru_cache

from bot.parsing.fuzzy import covered
from bot.questions.about_facts.fact_words import stating_words, surrounding_words
from bot.questions.retrieval import Candidate, Retrieved
from bot.questions.wording import Question
from storage.domain.folding import plain
from storage.domain.models import Fact
from storage.domain.words import query_words, whole

# Letters in the runs by which spellings are compared: inflected forms share most of them.
RUN = 4
# Words less alike than this, in percent, are different words.
ALIKE = 75.0
# So many of the best facts are looked at closely: the answer is among them, or told as close.
FIRST = 3
# Where there are fewer facts, the gap to the fifth is that to the last.
FIFTH = 4
WIDEST = 2.0


def features(question: Question, retrieved: Retrieved) -> dict[str, float]:
    """Return the numbers by which an answer is judged; those of meaning only where there were vectors."""
    best, *others = retrieved.candidates
    spelt = question.spelt
    asked = [word.written for word in query_words(spelt)]
    held = [_covered(asked, each.fact) for each in retrieved.candidates[:FIRST]]
    found = {
        "words": best.words,
        "most_words": max(each.words for each in retrieved.candidates),
        "coverage": held[0],
        "most_coverage": max(held),
        "mean_coverage": sum(held) / len(held),
        "runs": _shared_runs(spelt, best.fact),
        "length": math.log1p(len(asked)),
        "gap_second": _gap(best, others[:1]),
        "gap_fifth": _gap(best, others[:FIFTH]),
    }
    if retrieved.meant and best.meaning is not None:
        found |= {
            "score": best.score,
            "meaning": best.meaning,
            "most_meaning": max(each.meaning or 0.0 for each in retrieved.candidates),
            "mean": retrieved.mean,
            "standing_out": (best.meaning - retrieved.mean) / max(retrieved.deviation, 1e-3),
        }
    return found


def coverage(question: Question, fact: Fact) -> float:
    """Return which share of a question's words a fact holds, or what stands around it."""
    return _covered([word.written for word in query_words(question.spelt)], fact)


def _covered(asked: list[str], fact: Fact) -> float:
    return covered(asked, _words(fact), cutoff=ALIKE)


def _gap(best: Candidate, others: list[Candidate]) -> float:
    return min(best.score - others[-1].score, WIDEST) if others else WIDEST


def _words(fact: Fact) -> frozenset[str]:
    """Return the words of a fact and of all around it: its names with their roles, its sources' titles."""
    around = [entity.role or "" for entity in fact.entities()]
    around += [source.title or "" for item in fact.attributions for source in item.source.chain()]
    return stating_words(fact) | surrounding_words(fact) | frozenset(whole(" ".join(around)))


def _shared_runs(text: str, fact: Fact) -> float:
    """Return which share of a text's runs of letters a fact holds."""
    wanted = _runs(text)
    held = _runs(" ".join(sorted(_words(fact))))
    return len(wanted & held) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=256)
def _runs(text: str) -> frozenset[str]:
    line = f" {plain(text)} "
    return frozenset(line[at : at + RUN] for at in range(len(line) - RUN + 1))
