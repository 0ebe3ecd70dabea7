"""From a parsed sentence to the parts of an attribution: subject, cue, clause. Pure, over spaCy's tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.intake.speech.cues import FORMS, PLAIN, Verb

if TYPE_CHECKING:
    from spacy.tokens import Token

# So far a subject is looked for above a verb.
MOST_STEPS = 4
_SUBJECTS = frozenset(("nsubj", "csubj", "expl"))
_LEADING_ON = frozenset(("advcl", "xcomp", "dep", "conj"))
_CLAUSES = frozenset(("relcl", "advcl", "ccomp", "parataxis", "conj"))
_OF_CUES = frozenset(("aux", "auxpass", "neg", "advmod", "prt"))
_PARTICIPLE = "VBG"
FINITE = frozenset(("VBZ", "VBD", "VBP"))
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday morning afternoon evening"
    " night week month year".split()
)


def cue_verb(token: Token) -> Verb | None:
    """Return the reporting verb that a token is, None for another word."""
    verb = FORMS.get(token.lower_)
    if verb is None or (
        not token.tag_.startswith("VB") and not (verb.base in PLAIN and token.dep_ == "ROOT")
    ):
        return None
    if token.tag_ == "VBN" and token.dep_ in ("amod", "acl") and not agent(token):
        return None  # "the reported attack"
    return verb


def subject(verb: Token) -> Token | None:
    """Return the head of whoever reports by a verb, None where it has no subject."""
    if by := agent(verb):
        return by
    if _is_passive(verb) or (verb.tag_ == "VBN" and verb.dep_ in ("acl", "advcl")):
        return None  # "was told", "asked about it": by whom is not said
    here = verb
    for _step in range(MOST_STEPS):
        if own := _own_subject(here):
            return _outermost(verb, here) or own
        if here.dep_ in ("acl", "relcl") and here.head.tag_.startswith(("NN", "PRP", "WP")):
            return here.head
        if here.dep_ in _LEADING_ON or (here.dep_ == "ccomp" and here.tag_ == _PARTICIPLE):
            above = here.head
        elif here.dep_ == "pcomp":
            above = here.head.head
        else:
            return _inverted(verb)
        if above is here:
            break
        here = above
    return _inverted(verb)


def _outermost(verb: Token, clause: Token) -> Token | None:
    """Return who reports the clause on which a participle hangs: `Reed said he would go, adding that`."""
    if verb is clause or not reporting_participle(verb):
        return None
    above = clause.head
    if clause.dep_ in ("ccomp", "conj") and above.i < clause.i and above.lower_ in FORMS:
        return _own_subject(above)
    return None


def is_time(token: Token) -> bool:
    """Tell whether what was taken for a subject tells when: `the mayor said Monday`."""
    return token.lower_ in _TIMES


def _own_subject(verb: Token) -> Token | None:
    found = [child for child in verb.children if child.dep_ in _SUBJECTS]
    # "..., he said": the subject nearest to the verb, where the parser gives it two.
    return min(found, key=lambda child: abs(child.i - verb.i)) if found else None


def _inverted(verb: Token) -> Token | None:
    """Return a name right behind a verb of saying that was taken for its object: `..., said Ann Reed`."""
    base = FORMS[verb.lower_].base if verb.lower_ in FORMS else ""
    if base not in PLAIN - {"tell"}:
        return None
    for child in verb.rights:
        if child.dep_ in ("dobj", "attr", "oprd", "npadvmod") and child.tag_ in ("NNP", "NN", "NNS", "PRP"):
            return child
    return None


def agent(verb: Token) -> Token | None:
    """Return by whom something is said: `was told by police`."""
    for child in verb.children:
        if child.dep_ == "agent":
            return next((each for each in child.children if each.dep_ == "pobj"), None)
    return None


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ == "auxpass" for child in verb.children)


def phrase(head: Token, *, without: Iterable[int] = ()) -> tuple[int, int]:
    """Return the tokens of a noun's phrase, from and to: no clause behind it, and not the ones `without`."""
    barred = set(without)
    held = {token.i for token in head.subtree}
    for child in head.children:
        alone = child.dep_ == "cc" and not any(each.i in held and each.dep_ == "conj" for each in head.rights)
        if alone or (child.dep_ in _CLAUSES and _may_be_cut(child, head)):
            held -= {token.i for token in child.subtree}
    first = last = head.i
    while first - 1 in held and first - 1 not in barred:
        first -= 1
    while last + 1 in held and last + 1 not in barred:
        last += 1
    doc = head.doc
    while last > first and doc[last].is_punct and doc[last].text != ")":
        last -= 1
    while first < last and doc[first].is_punct and doc[first].text != "(":
        first += 1
    return first, last + 1


def _may_be_cut(child: Token, head: Token) -> bool:
    """Tell whether what hangs on a noun is no part of its phrase."""
    if child.dep_ == "conj":
        return child.tag_.startswith("VB")
    if child.dep_ == "relcl":
        return child.left_edge.i > 0 and child.left_edge.nbor(-1).text == ","
    return child.i > head.i


def cue_tokens(verb: Token) -> tuple[int, int]:
    """Return the tokens of a cue, from and to: the verb with what stands beside it and belongs to it."""
    first, last = verb.i, verb.i
    own = {
        token.i
        for child in verb.children
        if child.dep_ in _OF_CUES
        for token in child.subtree
        if len(list(child.subtree)) <= 2
    }
    while first - 1 in own:
        first -= 1
    while last + 1 in own and verb.doc[last + 1].dep_ in ("neg", "prt"):
        last += 1
    return first, last + 1


def clauses(verb: Token) -> Iterator[Token]:
    """Yield the heads of the clauses that a verb reports, the nearest first."""
    found = [child for child in verb.children if child.dep_ == "ccomp" and child is not verb]
    yield from sorted(found, key=lambda child: (child.i < verb.i, abs(child.i - verb.i)))


def leads_on(verb: Token) -> bool:
    """Tell whether something hangs on a verb behind it that may be what is said."""
    return any(child.i > verb.i and child.dep_ in ("ccomp", "xcomp", "dobj") for child in verb.children)


def infinitives(verb: Token) -> Iterator[Token]:
    """Yield the heads of the infinitives behind a verb: `promised to resign`."""
    for child in verb.children:
        if (
            child.dep_ in ("xcomp", "ccomp")
            and child.i > verb.i
            and any(each.dep_ == "aux" and each.lower_ == "to" for each in child.children)
        ):
            yield child


def objects(verb: Token) -> Iterator[Token]:
    """Yield the heads of a verb's objects."""
    for child in verb.rights:
        if child.dep_ == "dobj":
            yield child
    if agent(verb):
        yield from (child for child in verb.lefts if child.dep_ == "nsubjpass")


def behind_prepositions(verb: Token, known: frozenset[str]) -> Iterator[Token]:
    """Yield what follows a preposition behind a verb: `called for an inquiry`."""
    for child in verb.rights:
        if child.dep_ == "prep" and child.lower_ in known:
            yield from (each for each in child.children if each.dep_ in ("pobj", "pcomp"))


def is_participle(token: Token) -> bool:
    """Tell whether a verb is a participle that takes its subject from another clause: `..., adding that`."""
    return token.tag_ == _PARTICIPLE and not any(child.dep_ in ("nsubj", "aux") for child in token.children)


def behind_for(verb: Token, known: frozenset[str]) -> Iterator[Token]:
    """Yield clauses that such a preposition begins: `called for the court to act`."""
    for child in verb.rights:
        marks = [each for each in child.children if each.dep_ == "mark" and each.lower_ in known]
        if child.dep_ in ("advcl", "ccomp", "xcomp") and marks:
            yield child


def reporting_participle(token: Token) -> bool:
    """Tell whether a token begins the report of somebody outside its clause: `..., adding that`."""
    return token.tag_ == _PARTICIPLE and token.lower_ in FORMS and token.i > 0 and token.nbor(-1).text == ","
