"""How a name sounds, whatever the script, language or case form that it is written in.

Лукашенку, Łukaszenki and Loukachenko are Lukashenko. A word is written in Latin letters by anyascii (ISC),
and its readings are what those letters may stand for in the languages that news is written in: consonants
that are heard alike become one, h may be silent. Words whose consonants agree (their key) are compared by
their vowels, which no two languages write alike: akanie, schwas, the English i. The endings of cases, of
genitives and of feminine and possessive forms count little.

How much each difference says was set on the people that tests/benchmarks/spellings.py asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

# Readings of a word: more are not told apart.
MOST_READINGS = 12
# Fewer letters than this are compared as they are.
SHORTEST = 4
_NOT_LATIN = re.compile("[^a-z0-9]+")
# Between consonants ъ is a vowel (Bulgarian), elsewhere it is silent.
_HARD_SIGN = re.compile("(?<=[бвгджзйклмнпрстфхцчшщ])ъ(?=[бвгджзйклмнпрстфхцчшщ])")
# What anyascii has otherwise: ђ is folded as đ is, and ं is m only before a labial.
_NASAL = re.compile("ं(?=[क-न])")
_VOWELS = re.compile("[aeiou]+")
_CONSONANT = re.compile("[^aeiou]")
_DOUBLED = re.compile(r"(.)\1+")
_HISSING = re.compile("shch|szcz|stsch|s?tsch|tch|dzh|dsch|sch|sh|zh|cz|sz|rz(?=[aeiouy]|$)|ts|tz|dz|dj")
_PLAIN = tuple(
    (re.compile(written), read)
    for written, read in (
        ("[dt]s", "s"), ("kh", "h"), ("ph", "f"), ("gh", "g"), ("qu", "kv"), ("q", "k"),
    )
)  # fmt: skip
_SILENT_H, _NO_H = re.compile("(?<=[tdrbnmlp])h"), re.compile("(?!)")
_LAST = str.maketrans("yzf", "isv")

Alternatives = tuple[tuple[re.Pattern[str], tuple[tuple[str, float], ...]], ...]


def _alternatives(*rules: tuple[str, str]) -> Alternatives:
    """Return what letters may stand for: each reading with what it counts, as "s k.2": k counts 0.2."""
    found = []
    for written, line in rules:
        readings = (re.fullmatch(r"([a-z_]*)(\.\d+)?", each) for each in line.split())
        found.append((re.compile(written), tuple((m[1].strip("_"), float(m[2] or 0)) for m in readings if m)))
    return tuple(found)


_LATIN = _alternatives(
    ("ch", "s k.2 h.1"), ("ck", "k sk.1"), ("c(?=[eiy])", "s"), ("c", "k s.1"), ("j", "i s.1"),
    ("g(?=[eiy])", "g s.1"), ("x", "ks s.2"), ("w", "v u.15"), ("h", "h _.15 g.25"),
)  # fmt: skip
# What a script does not tell apart: Arabic p and b, Hebrew p and f, Japanese r and l.
_SCRIPTS: tuple[tuple[int, int, Alternatives], ...] = (
    (
        0x600, 0x780,
        _alternatives(("^al(?=...)", "al _.05"), ("b", "b p.1"), ("w", "v u"), ("j", "s g"), ("k", "k g.1")),
    ),
    (0x590, 0x600, _alternatives(("^v", "v b"), ("v", "b v u"), ("p", "p f"), ("k", "k h.1"))),
    (0x3040, 0x3100, _alternatives(("r", "r l"), ("b", "b v.1"), ("(?<=[stk])u", "_"))),
    (0xAC00, 0xD7B0, _alternatives(("eu", "_"), ("l", "l r"), ("b", "b v"), ("p", "p f"))),
)  # fmt: skip
# Arabic and Hebrew write few vowels.
_FEW_VOWELS = range(0x590, 0x780)
_VOWELS_UNWRITTEN = 0.15
# Final letters that French does not speak, and the g of a final ng.
_SILENT = re.compile("(?<=[aeiounr])[dtsx]$|(?<=n)g$|(?<=ie)r$")
_SILENT_COUNTS, _ENDING_COUNTS, _LAST_VOWEL = 0.15, 0.1, 0.1
# Polish ę and ą are folded to e and a, and told to others as "en" and "on": Валенса is Wałęsa.
_TOLD_NASAL = re.compile("(?<=[eo])(?:n(?=[^aeioun])|m(?=[bp]))")
_NASAL_COUNTS, _NASAL_COUNTS_LATIN = 0.15, 0.25
_CYRILLIC = range(0x400, 0x530)
_ENDINGS_CYRILLIC = """
om em im am yem iyem ovi evi ogo ego yogo omu emu yomu imu ami oy oyu eyu yu ova ovoy ovu ovy ovim ovoyu ina
inoy inym akh yakh ym ymi imi m
"""
_ENDINGS_LATIN = """
om em ym im um iem jem yem owi ovi evi iovi ego oho ogo ega emu omu ymi imi ami yma ova owa ove owe ovou ovu
owej oveho eho jego ech ach akh oj ej oy s es ovych owie ov ow uv ovoi oju ju ja jev jeva jevo jevega ovega
ovem ovim ovih evim evem evih eva eve evo evoj ovoj owym owych ovymi ovo inu ino ina ine iny in oyu eyu iyem
oyem m
"""
_KNOWN_ENDS = frozenset(["", "a", "o", "e", "i", "ii", "ia", "ei", "oi"])


def _longest_first(endings: str) -> tuple[str, ...]:
    return tuple(sorted(set(endings.split()), key=lambda ending: (-len(ending), ending)))


_ENDINGS = {True: _longest_first(_ENDINGS_CYRILLIC), False: _longest_first(_ENDINGS_LATIN)}


def _pairs(*groups: tuple[float, str]) -> dict[tuple[str, str], float]:
    found = {}
    for counts, line in groups:
        for pair in line.split():
            one, other = pair.split("-")
            found[one, other] = found[other, one] = counts
    return found


# Vowels that are written for each other, and how much of a difference that is.
_VERY = """
ou-u oo-u ee-i ii-i ie-i ea-i ei-ai eau-o au-o ia-a iu-u io-o ie-e eu-oi oe-o ue-u ae-e ae-a ei-e oa-o ii-
uo-o
"""
_RATHER = """
i-ai a-ei o-ou ou-au ou-oau iu-iuu e-i ei-i ee-e a-e o-a u-iu ia-ie oi-ai oi-ua ai-a au-a ui-i ue-e ie-
eai-ei ea-e ea-ei eu-iu ou-o au-ou ou-a io-iu io-e ei-ae ie-ia ea-ia eo-io oo-o aiou-aio iia-ia ai-e oi-o
oie-ou
"""
_SOMEWHAT = "o-u a-u i-u e-o e-eo e-u ue-iu a- e- o- i- oa-ou ia-i ea-a eu-u oi-a aio-eo ua-a ue-a"
_ALIKE = _pairs((0.05, _VERY), (0.15, _RATHER), (0.25, _SOMEWHAT))
# Cyrillic writes ü as ю, so there у is no i: Ковальчук and Kowalczyk are more often two people's names.
_U_FOR_I = 0.2
_MISSING, _MISSING_I, _OTHER = 0.35, 0.2, 0.8


class Reading(NamedTuple):
    """One way to hear a word: its letters, and how far-fetched it is."""

    heard: str
    counts: float

    @property
    def key(self) -> str:
        """Its consonants."""
        return _VOWELS.sub("", self.heard)


def latin(word: str) -> str:
    """Return a folded word in the letters a to z."""
    if not word.isascii():
        from anyascii import anyascii  # at the first such word: most starts meet none

        word = _NASAL.sub("न्", _HARD_SIGN.sub("а", word).replace("ђ", "d"))
        word = anyascii(word).lower()
    return _NOT_LATIN.sub("", word)


@lru_cache(maxsize=5_000)
def known_readings(word: str) -> tuple[Reading, ...]:
    """Return the readings of a word on record, folded."""
    found = dict(_readings(latin(word), word))
    for heard, counts in list(found.items()):
        if len(heard) > SHORTEST and _SILENT.search(heard):
            found.setdefault(_SILENT.sub("", heard), counts + _SILENT_COUNTS)
    return tuple(each for each in map(Reading, found, found.values()) if each.key)


@lru_cache(maxsize=2_000)
def typed_readings(word: str) -> tuple[Reading, ...]:
    """Return the readings of a typed word, folded: whole, without each ending, without a nasal told apart."""
    written = latin(word)
    found = dict(_readings(written, word))
    cyrillic = ord(word[0]) in _CYRILLIC
    for ending in _ENDINGS[cyrillic] if cyrillic or word.isascii() else ():
        if written.endswith(ending) and len(written) - len(ending) >= SHORTEST - 1:
            for heard, counts in _readings(written[: -len(ending)], word).items():
                found.setdefault(heard, counts + _ENDING_COUNTS)
    for heard, counts in list(found.items()):
        if _TOLD_NASAL.search(heard):
            more = _NASAL_COUNTS if cyrillic else _NASAL_COUNTS_LATIN
            found.setdefault(_TOLD_NASAL.sub("", heard), counts + more)
    return tuple(each for each in map(Reading, found, found.values()) if each.key)


def entries(word: str) -> set[str]:
    """Return what the index holds of a word on record: "~lksnk lukasenko 0" for a key and a reading.

    The number is how far-fetched the reading is, in hundredths.
    """
    return {f"~{each.key} {each.heard} {round(100 * each.counts)}" for each in known_readings(word)}


def reading_of(entry: str) -> Reading:
    """Return the reading that an entry of the index stands for."""
    _key, heard, counts = entry.split(" ")
    return Reading(heard, int(counts) / 100)


def difference(typed: str, reading: str, known: str) -> float:
    """Return how far the vowels of two readings with one key differ; `typed` is the word that was typed."""
    one, other = _CONSONANT.split(reading), _CONSONANT.split(known)
    inner = sum(map(_between, one[1:-2], other[1:-2])) + _between(one[0], other[0])
    if len(one) > 2:
        # Лубінець, Лубінца: a vowel before the last consonant may go where an ending comes.
        fled = not one[-2] and other[-2] in ("e", "o", "ie")
        inner += 0.08 if fled else _between(one[-2], other[-2])
    if ord(typed[0]) in _FEW_VOWELS:
        return inner * _VOWELS_UNWRITTEN
    if ord(typed[0]) in _CYRILLIC:
        inner += _U_FOR_I * sum(pair in (("u", "i"), ("i", "u")) for pair in zip(one, other, strict=True))
    last = _between(one[-1], other[-1])
    return inner + (min(last, _LAST_VOWEL) if len(one[-1]) <= 2 and other[-1] in _KNOWN_ENDS else last)


def _readings(written: str, word: str) -> Mapping[str, float]:
    """Return the ways to hear Latin letters that stand for a word, with how far-fetched each is."""
    found = {written: 0.0}
    if not word.isascii():
        for first, end, alternatives in _SCRIPTS:
            if any(first <= ord(letter) < end for letter in word):
                found = _spread(found, alternatives)
    # After a consonant h is silent, unless only the vowel between them is not written.
    silent = _SILENT_H if ord(word[0]) not in _FEW_VOWELS else _NO_H
    plain = {silent.sub("", _simple(each)): counts for each, counts in found.items()}
    return _best((_undoubled(each), counts) for each, counts in _spread(plain, _LATIN).items())


def _simple(written: str) -> str:
    written = _HISSING.sub("s", written)
    for pattern, read in _PLAIN:
        written = pattern.sub(read, written)
    return written


def _undoubled(written: str) -> str:
    return _DOUBLED.sub(r"\1", written.translate(_LAST))


def _spread(found: Mapping[str, float], alternatives: Alternatives) -> dict[str, float]:
    for pattern, readings in alternatives:
        if any(pattern.search(each) for each in found):
            spread = (
                (pattern.sub(read, each), counts + (more if pattern.search(each) else 0))
                for each, counts in found.items()
                for read, more in readings
            )
            found = dict(sorted(_best(spread).items(), key=lambda item: item[1])[:MOST_READINGS])
    return dict(found)


def _best(found: Iterable[tuple[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for heard, counts in found:
        best[heard] = min(counts, best.get(heard, counts))
    return best


@lru_cache(maxsize=20_000)
def _between(one: str, other: str) -> float:
    """Return how far the vowels between two consonants differ: a weighted edit distance (Wagner-Fischer)."""
    if one == other:
        return 0.0
    if (one, other) in _ALIKE:
        return _ALIKE[one, other]
    row = list(_sums(other))
    for vowel in one:
        above, row = row, [row[0] + _missing(vowel)]
        for at, heard in enumerate(other):
            other_vowel = 0.0 if vowel == heard else 1.3 * _ALIKE.get((vowel, heard), _OTHER / 1.3)
            row.append(
                min(above[at] + other_vowel, above[at + 1] + _missing(vowel), row[at] + _missing(heard))
            )
    return row[-1]


def _sums(vowels: str) -> Iterator[float]:
    total = 0.0
    yield total
    for vowel in vowels:
        total += _missing(vowel)
        yield total


def _missing(vowel: str) -> float:
    return _MISSING_I if vowel == "i" else _MISSING
