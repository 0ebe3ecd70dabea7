"""Folding: the one form in which names, texts and what is typed are compared and indexed.

Two spellings that readers take for one have one form: no case, marks, punctuation, widths or format
characters. What tells words apart stays. This is decided by what people type who read news:

- Each script keeps its letters: names in another script are found by likeness, not by folding.
- Latin letters become a to z, also those that do not decompose (ł, ø, ß, ı): many keyboards lack them.
- Cyrillic loses its marks: ё is written е, ї and ў are і and у where the keyboard lacks them, ґ is г. But й
  stays: every Cyrillic keyboard has it, and и is another letter to all (as in Unicode's root collation).
- Greek, Arabic and Hebrew lose accents and points, which are seldom written. Arabic letters that Persian and
  Urdu keyboards have in another form are one, as in Lucene's ArabicNormalizer and PersianNormalizer.
- The vowel signs of Indic scripts, Thai tones and Japanese voicing are as much of a word as its letters.
- Decimal digits of any script are 0 to 9.

anyascii (ISC, pure Python, reads its tables a block at a time) knows the Latin letters; Unidecode and
text-unidecode are not free enough, PyICU needs a library in C. The rest is Unicode's own data.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = "'`‘’‛′‵ʹʻʼʽʾʿˈˊˋ՚׳Ꞌꞌ"
# What compatibility makes of an acute accent or a koronis that stands for an apostrophe.
_SPACED_MARKS = re.compile(" [\u0301\u0313]")
# Hebrew writes abbreviations with a sign before the last letter: צה״ל, צה"ל.
_GERSHAYIM = re.compile('(?<=[א-ת])["“”„״](?=[א-ת])')
_KEPT_SHORT = ("и\u0306", "й")
# Marks that may be left out in writing: those of other scripts are letters to their readers.
_MARKS = ("COMBINING ", "ARABIC ", "HEBREW ", "SYRIAC ", "VARIATION ", "MONGOLIAN ")
_VOICING = "KATAKANA-HIRAGANA"
# Unicode's fillers, which nobody sees though they count as letters, and the line that stretches Arabic words.
_UNSEEN = frozenset("\u115f\u1160\u17b4\u17b5\u0640")
_ARABIC = str.maketrans("ٱىیےکہھەة", "ايييكهههه")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Longer ones are no words: they would only fill the memory.
_LONGEST_KEPT = 40


def fold(text: str) -> str:
    """Return the form in which a name is compared: words parted by single spaces, apostrophes left out."""
    return " ".join(plain(text).replace("'", "").split())


def plain(text: str) -> str:
    """Return the folded words of a text with their apostrophes, all as ', parted by one or more spaces."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    if "\u0301" in text or "\u0313" in text:
        text = _SPACED_MARKS.sub("'", text)
    return " ".join([_piece(piece) for piece in text.split()])


def digits(text: str) -> str:
    """Return a text with the decimal digits of every script as 0 to 9, and full-width signs in ASCII.

    Nothing else changes, and no sign takes the place of two: for ids, dates, times and counts as people type
    them. What is no decimal digit (², Ⅷ, 五) stays, to be refused where a number is wanted.
    """
    if text.isascii():
        return text
    return "".join([str(unicodedata.decimal(sign, sign)) for sign in text.translate(_WIDE)])


def _piece(piece: str) -> str:
    if piece.isascii():
        return piece.lower().translate(_ASCII)
    return _kept(piece) if len(piece) <= _LONGEST_KEPT else _folded(piece)


def _folded(piece: str) -> str:
    """Return what stands between two spaces folded."""
    # In the order of Unicode's caseless matching (The Unicode Standard, 3.13, D146): case apart, then width.
    bare = unicodedata.normalize("NFD", piece).casefold()
    bare = unicodedata.normalize("NFKD", bare).casefold()
    bare = _SPACED_MARKS.sub("'", unicodedata.normalize("NFKD", bare)).replace(*_KEPT_SHORT)
    return unicodedata.normalize("NFC", _GERSHAYIM.sub("", bare).translate(_LETTERS))


_kept = lru_cache(maxsize=50_000)(_folded)


class _Letters(dict[int, str]):
    """What each character becomes, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(chr(code))
        return found


_LETTERS = _Letters()


def _letter(sign: str) -> str:
    """Return what a character becomes, once its case and its marks are apart."""
    kind = unicodedata.category(sign)
    if sign in _APOSTROPHES:
        return "'"
    if kind == "Cf" or sign in _UNSEEN:
        return ""
    if kind[0] == "M":
        name = unicodedata.name(sign, "")
        return "" if kind == "Me" or (name.startswith(_MARKS) and _VOICING not in name) else sign
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    return _plain_letter(sign) if kind[0] in "LN" else " "


def _plain_letter(letter: str) -> str:
    """Return the letters that are written for one where there is none."""
    name = unicodedata.name(letter, "")
    if name.startswith("LATIN ") and not letter.isascii():
        from anyascii import anyascii  # at the first such letter: most starts meet none

        return "".join(filter(str.isalnum, anyascii(letter).lower())) or letter
    if name.startswith("CYRILLIC ") and " WITH " in name:
        # The letter by whose name it goes: GHE WITH UPTURN, KA WITH DESCENDER.
        return _named(name.partition(" WITH ")[0]) or letter
    return letter.translate(_ARABIC)


def _named(name: str) -> str:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return ""


_ASCII = str.maketrans({sign: _letter(sign) for sign in map(chr, range(128))})
