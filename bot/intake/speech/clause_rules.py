"""Attributions in a parsed paragraph: rules over the parse, and over where quotations stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.intake.speech import syntax
from bot.intake.speech.cues import FORMS, ONLY_BESIDE_QUOTATIONS, PLAIN, SAYING, SPEECH_NOUNS, Verb
from bot.intake.speech.direct_speech import Surroundings, cover
from bot.intake.speech.layout import Span
from bot.intake.speech.nesting import nested
from bot.intake.speech.patterns import speaker_before
from bot.intake.speech.quotations import Passage
from bot.intake.speech.raw import Raw, Spans

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_GOES_ON = re.compile(r"\s*(?:[\w'’.-]+\s+){0,6}?(?:[\w'’.-]+)?,")
_THAT = re.compile(r"[^.,;:“”\"]{0,90}?\s(?P<that>that)\s")
_BEGINS_A_CLAUSE = frozenset(("DT", "PRP", "PRP$", "NNP", "NNS", "EX", "CD"))
_TO_COMMA = re.compile(r"\s+(?P<source>[^,;:“”\"]{2,100}),")
# What is told of a speaker between commas is none of what they say.
_WHO = re.compile(r",\s+(?:who|which|whose)\b[^,;.]{0,150},")
_SET_OFF = re.compile(r",[\"”’']?\s*$")
# Words missing in a clause beyond these are none of it: the parser has hung another part on it.
WIDEST_GAP = 8


class ParsedParagraph:
    """A paragraph with its parse."""

    def __init__(self, around: Surroundings, doc: Doc) -> None:
        self.around = around
        self.text = around.text
        self.doc = doc

    def attributions(self) -> list[Raw]:
        """Return the attributions that the rules find, in no order."""
        verbs = [
            (token, verb)
            for token in self.doc
            if (verb := syntax.cue_verb(token)) and not self.around.is_quoted(self._at(token.i).start)
        ]
        kernels = {token.i: self._kernel(token) for token, _verb in verbs}
        before = {}
        for token, _verb in verbs:
            source, cue = kernels[token.i]
            if source and not syntax.is_participle(token):
                leads_on = syntax.leads_on(token)
                before[token.i] = self.around.before(cover(source, cue), leads_on=leads_on)
        found = []
        for token, verb in verbs:
            source, cue = kernels[token.i]
            if source is None:
                continue
            how, content = self._content(token, verb, source, cue, before.get(token.i))
            if content:
                cue = self._with_preposition(cue, content, verb) if how == "preposition" else cue
                found.append(
                    Raw(
                        (source,),
                        (cue,),
                        content,
                        verb.base,
                        how,
                        self._marks(token),
                        self._antecedent(token),
                    )
                )
        return nested([*found, *self._according(), *self._nouns(), *self._supported(found)], self.around)

    def _nouns(self) -> Iterator[Raw]:
        """Yield what nouns report: `the mayor's claim that`."""
        for token in self.doc:
            if token.lower_ not in SPEECH_NOUNS or self.around.is_quoted(self._at(token.i).start):
                continue
            owner = next((child for child in token.children if child.dep_ == "poss"), None)
            clause = next(
                (
                    child
                    for child in token.rights
                    if child.dep_ in ("acl", "ccomp", "relcl") and child.left_edge.lower_ == "that"
                    and child.left_edge.dep_ == "mark"
                ),
                None,
            )  # fmt: skip
            if owner is None or clause is None:
                continue
            first, last = syntax.phrase(owner)
            cue = self._span(token.i, token.i + 1)
            source = self._span(first, last)
            if content := self._parts(clause, token, source, cue):
                yield Raw((source,), (cue,), self.around.to_ends(content, cue), token.lower_, "noun")

    def _supported(self, found: Sequence[Raw]) -> Iterator[Raw]:
        """Yield who else says it: `..., a claim supported by the owners`."""
        for token in self.doc:
            agent = syntax.agent(token)
            of_claim = token.dep_ == "acl" and token.head.lower_ in SPEECH_NOUNS
            if agent is None or not of_claim or token.lower_ not in FORMS:
                continue
            end = self._at(token.head.left_edge.i).start
            if not self.text[self.around.part.start : end].rstrip().endswith(","):
                continue
            whole = next(
                (raw.content[-1] for raw in found if raw.content[-1].start < end <= raw.content[-1].end), None
            )
            start = whole.start if whole else self.around.sentence_at(end).start
            content = self.around.trimmed(start, end)
            if content.end > content.start:
                source, cue = self._span(*syntax.phrase(agent)), self._span(token.i, token.i + 1)
                yield Raw((source,), (cue,), (content,), FORMS[token.lower_].base, "claim")

    def _kernel(self, token: Token) -> tuple[Span | None, Span]:
        """Return where whoever reports stands, and the cue."""
        cue = self._span(*syntax.cue_tokens(token))
        head = syntax.subject(token)
        if head is not None and syntax.is_time(head):
            named = speaker_before(
                self.text[self.around.sentence_at(cue.start).start : self._at(head.left_edge.i).start]
            )
            start = self.around.sentence_at(cue.start).start
            return (Span(start + named[0], start + named[1]) if named else None), cue
        if head is None or self.around.is_quoted(self._at(head.i).start):
            return None, cue
        return self._span(*syntax.phrase(head, without=range(*syntax.cue_tokens(token)))), cue

    def _content(
        self, token: Token, verb: Verb, source: Span, cue: Span, before: Passage | None
    ) -> tuple[str, Spans]:
        kernel = cue if syntax.is_participle(token) and not before else cover(source, cue)
        behind = not any(child.i > token.i for child in syntax.clauses(token)) or self._leads_to_quotation(
            token
        )
        quoted = self.around.brought(kernel, before, behind=behind)
        if quoted and "q" in verb.takes:
            return "before" if before else "behind", quoted
        if verb.base in ONLY_BESIDE_QUOTATIONS:
            return "", ()
        how, content = self._reported(token, verb, source, cue)
        if content:
            content = self.around.to_ends(content, kernel)
            if how in ("clause", "around") and content[-1].end <= kernel.start:
                content += tuple(self.around.continued(kernel.end))
        return how, content

    def _leads_to_quotation(self, token: Token) -> bool:
        """Tell whether the clause behind a verb is a quotation from its first word on."""
        for head in syntax.clauses(token):
            if head.i > token.i:
                first = self._at(head.left_edge.i)
                return any(
                    abs(first.start - each.span.start) <= 1 or (each.span.start < first.start < each.span.end)
                    for each in self.around.passages
                )
        return False

    def _reported(self, token: Token, verb: Verb, source: Span, cue: Span) -> tuple[str, Spans]:
        """Return what a verb reports without a quotation around it all, and how that was found."""
        if "c" in verb.takes:
            for head in syntax.clauses(token):
                if head.i < token.i and syntax.is_participle(token):
                    continue
                if spans := self._parts(head, token, source, cue):
                    return "clause", spans
            if spans := self._set_off(verb, source, cue, token):
                return "around", spans
        for how, heads in (
            ("infinitive", syntax.infinitives(token) if set("ic") & set(verb.takes) else ()),
            ("object", syntax.objects(token) if "o" in verb.takes else ()),
            ("preposition", syntax.behind_prepositions(token, verb.prepositions)),
            ("preposition", syntax.behind_for(token, verb.prepositions)),
        ):
            for head in heads:
                if spans := self._parts(head, token, source, cue):
                    return how, spans
        if verb.base in PLAIN and source.start < cue.start and (rest := self._rest(token, verb, cue)):
            return "rest", rest
        return "", ()

    def _parts(self, head: Token, token: Token, source: Span, cue: Span) -> Spans:
        """Return the parts of what hangs on a head, without the cue, its subject, and the next report."""
        inner = {each.i for each in head.subtree} - {token.i}
        if head.left_edge.dep_ == "mark" and head.left_edge.lower_ == "for":
            inner -= {head.left_edge.i}
        for each in head.subtree:
            if syntax.reporting_participle(each) and each is not head and each.i > head.left_edge.i + 1:
                inner = {i for i in inner if i < each.i - 1}
        kernel = cover(source, cue)
        kept = [
            i for i in sorted(inner) if not self._at(i).overlaps(source) and not self._at(i).overlaps(cue)
        ]
        runs: list[list[int]] = []
        for i in kept:
            here = self._at(i)
            split = runs and self._at(runs[-1][-1]).end <= kernel.start and kernel.end <= here.start
            if not runs or split or i - runs[-1][-1] > WIDEST_GAP:
                runs.append([i])
            else:
                runs[-1].append(i)
        return self._with_words(
            self.around.trimmed(self._at(run[0]).start, self._at(run[-1]).end) for run in runs
        )

    def _set_off(self, verb: Verb, source: Span, cue: Span, token: Token) -> Spans:
        """Return the sentence around a cue between commas: `The bridge, he said on Friday, is safe`."""
        if verb.base not in PLAIN or syntax.is_participle(token):
            return ()
        kernel, whole = cover(source, cue), self.around.sentence_at(cue.start)
        if not _SET_OFF.search(self.text[whole.start : kernel.start]):
            return ()
        before = self.around.trimmed(whole.start, kernel.start)
        if not self._with_words((before,)):
            return ()
        on = _GOES_ON.match(self.text[kernel.end : whole.end])
        after = self.around.trimmed(kernel.end + on.end(), whole.end) if on else None
        if after and self._has_verb(after):
            return (before, after)
        return (before,) if self._has_verb(before) else ()

    def _rest(self, token: Token, verb: Verb, cue: Span) -> Spans:
        """Return the rest of a sentence behind a cue whose clause the parser has hung elsewhere."""
        whole = self.around.sentence_at(cue.start)
        that = _THAT.match(self.text, cue.end, whole.end)
        following = self.doc[token.i + 1 : token.i + 2]
        if token.tag_ not in syntax.FINITE or not following:
            return ()
        if not that and (verb.base not in SAYING or following[0].tag_ not in _BEGINS_A_CLAUSE):
            return ()
        start, end = that.start("that") if that else cue.end, whole.end
        for each in self.doc[token.i + 1 :]:
            at = self._at(each.i)
            if at.start >= whole.end:
                break
            if at.start > start and syntax.reporting_participle(each):
                end = at.start
                break
        rest = self.around.trimmed(start, end)
        return (rest,) if self._has_verb(rest) else ()

    def _has_verb(self, span: Span) -> bool:
        """Tell whether a finite verb stands in a part of the text."""
        return any(
            token.tag_ in ("VBZ", "VBD", "VBP", "MD") and span.start <= self._at(token.i).start < span.end
            for token in self.doc
        )

    def _according(self) -> Iterator[Raw]:
        for token in self.doc[:-1]:
            if token.lower_ != "according" or token.nbor().lower_ != "to":
                continue
            if self.around.is_quoted(self._at(token.i).start):
                continue
            head = next((child for child in token.nbor().children if child.dep_ == "pobj"), None)
            cue = self._span(token.i, token.i + 2)
            whole = self.around.sentence_at(cue.start)
            if head is not None:
                source = self._span(*syntax.phrase(head))
            elif comma := _TO_COMMA.match(self.text, cue.end, whole.end):
                source = Span(*comma.span("source"))
            else:
                continue
            told = _WHO.match(self.text, source.end, whole.end)
            content = self._with_words(
                (
                    self.around.trimmed(whole.start, cue.start),
                    self.around.trimmed(told.end() if told else source.end, whole.end),
                )
            )
            if content:
                content = self.around.to_ends(content, cover(cue, source))
                yield Raw((source,), (cue,), content, "according", "according")

    def _with_words(self, spans: Iterable[Span]) -> Spans:
        return tuple(span for span in spans if re.search(r"\w", span.of(self.text)))

    def _with_preposition(self, cue: Span, content: Spans, verb: Verb) -> Span:
        """Return a cue with the preposition that stands between it and what is said."""
        between = self.text[cue.end : content[0].start]
        return Span(cue.start, content[0].start - 1) if between.strip() in verb.prepositions else cue

    def _antecedent(self, token: Token) -> Span | None:
        """Return what "who" or "that" means before a verb: the noun on which its clause hangs."""
        own = next((child for child in token.lefts if child.tag_ in ("WP", "WDT")), None)
        if own is None or token.dep_ != "relcl":
            return None
        return self._span(*syntax.phrase(token.head))

    def _marks(self, token: Token) -> frozenset[str]:
        """Return what may tell how sure an attribution is."""
        found = {token.tag_, token.dep_}
        for child in token.children:
            if child.dep_ in ("neg", "nsubj"):
                found.add(child.dep_)
            if child.tag_ == "MD":
                found.add("modal")
            if child.lower_ in ("if", "whether", "unless", "to") and child.dep_ in ("mark", "aux"):
                found.add(child.lower_)
        return frozenset(found)

    def _at(self, number: int) -> Span:
        start = self.around.part.start + self.doc[number].idx
        return Span(start, start + len(self.doc[number]))

    def _span(self, first: int, last: int) -> Span:
        return Span(self._at(first).start, self._at(last - 1).end)
