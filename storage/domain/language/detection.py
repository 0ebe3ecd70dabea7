"""The language of a text, as short as a question in a chat.

py3langid (BSD; a kept-up fork of langid.py, Lui and Baldwin 2012) weighs the bytes of a text. Of 200
questions in tests/storage/domain/language/asked.toml it alone has 172 right; with letters that a language
lacks counted against it and words of grammar for it, 198. Of 42 questions in other languages 39 are in none
of the eight. Of questions that it was not tuned to (XQuAD) it has 0.99 right, and tells 0.98 of Romanian,
Turkish and Arabic ones to be others. Its version 0.3 loads in 0.15 s and takes 11 MB beside numpy; that of
0.4 takes 1.6 s and 78 MB, and is right no more often here. lingua, limited to the eight, has 197, and takes
240 MB.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Literal, get_args

from storage.domain.language.stopwords import stopwords
from storage.domain.words import split

# A story may be kept in these languages, and questions are read in them.
Language = Literal["en", "uk", "ru", "be", "pl", "de", "fr", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Beside them a text may be in any of these, to be told apart from those.
_OTHERS = (
    "ar bg bn ca cs da el et fa fi he hi hr hu hy id it ja ka kk ko lt lv mk nl no pt ro sk sl sq sr sv th tr"
    " ur vi zh"
).split()
# A text's language shows in its beginning.
LONGEST = 400
_CYRILLIC = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
}
_LATIN = {"en": "é", "pl": "ąćęłńóśźż", "de": "äöüß", "fr": "àâæçéèêëîïôœùûüÿ", "es": "áéíñóúü"}
# In nats, as the library's scores: for each letter of a word of grammar but its first, up to three (short
# ones are words of many languages), and for a letter that the language lacks. From 6 and 8 on all do about
# as well.
_GRAMMAR, _FOREIGN = 8.0, 16.0
# How far ahead a language must be for a text without its words of grammar: a name alone tells none.
_BARE = 8.0


def detect(text: str) -> str | None:
    """Return the language of a text if it is one of LANGUAGES; None for another, or where nothing tells.

    The first call loads the library (0.2 to 0.5 s: `load` does it beforehand), others take a millisecond.
    """
    text = unicodedata.normalize("NFC", text[:LONGEST]).lower()
    letters = [sign for sign in text if sign.isalpha()]
    written = [word for word in split(text) if not word.isdigit()]
    weights = load().rank(text) if letters else []
    scores = {language: float(weight) for language, weight in weights}
    candidates = {
        language: scores[language] + _grammar(written, language) - _FOREIGN * foreign
        for language in LANGUAGES
        if scores and (foreign := _foreign(letters, language)) is not None
    }
    if not candidates:
        return None
    best = max(candidates, key=candidates.__getitem__)
    rivals = [
        *(scores[other] for other in _OTHERS),
        *(candidates[each] for each in candidates if each != best),
    ]
    sure = 0 if _grammar(written, best) else _BARE
    return best if candidates[best] >= max(rivals) + sure else None


@cache
def load() -> Any:
    """Return the identifier, loaded once; from a thread, where a loop must not wait."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.2 s and numpy: when first asked

    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE)
    identifier.set_languages([*LANGUAGES, *_OTHERS])
    return identifier


def _grammar(written: list[str], language: str) -> float:
    """Return what a text's words of grammar tell for a language."""
    known = stopwords(language)
    return _GRAMMAR * sum(min(len(word), 4) - 1 for word in written if word in known)


def _foreign(letters: list[str], language: str) -> int | None:
    """Count the letters that a language lacks; None if most are of another script."""
    if cyrillic := _CYRILLIC.get(language):
        own = [letter for letter in letters if "\u0400" <= letter <= "\u052f"]
        lacking = [letter for letter in own if letter not in cyrillic]
    else:
        own = [letter for letter in letters if letter <= "\u024f"]
        lacking = [letter for letter in own if not (letter.isascii() or letter in _LATIN[language])]
    return len(lacking) if len(own) * 2 >= len(letters) else None
