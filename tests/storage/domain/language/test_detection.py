"""Detecting the language of what people type."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from storage.domain.language.detection import LANGUAGES, LONGEST, detect

ASKED = tomllib.loads((Path(__file__).parent / "asked.toml").read_text("utf-8"))


def test_of_questions_as_they_are_typed_the_language_is_known(subtests):
    for language in LANGUAGES:
        with subtests.test(language):
            asked = ASKED[language].strip().splitlines()
            assert len(asked) == 25
            # Wrong or unsure in at most one of them, as `sources?` which is French, too.
            assert sum(detect(text) == language for text in asked) >= 24


def test_other_languages_are_none_of_those_that_are_read():
    asked = ASKED["other"].strip().splitlines()
    assert sum(detect(text) is None for text in asked) >= 0.9 * len(asked)


def test_what_tells_no_language_has_none(subtests):
    for text in ("", "?", "F7", "2024", "\U0001f600", "Lubinets", "Путін", "\ud800", "Miloš Zeman"):
        with subtests.test(ascii(text)):
            assert detect(text) is None


def test_case_and_missing_accents_change_nothing(subtests):
    for text, language in (
        ("ЩО СКАЗАВ ЛУБІНЕЦЬ?", "uk"),
        ("cuantos ninos murieron", "es"),
        ("ile osob zginelo", "pl"),
        ("Wie viele Kinder?", "de"),
        ("ou sont les enfants", "fr"),
        ("сколько еще детей", "ru"),
    ):
        with subtests.test(text):
            assert detect(text) == language


def test_only_the_beginning_of_a_long_text_is_looked_at():
    assert detect("wer hat das gesagt " * 40 + "who said that " * 100_000) == "de"
    assert detect("x" * LONGEST + " who said that") is None


def test_the_library_is_loaded_when_the_first_text_is_looked_at():
    code = (
        "import sys, storage.record, storage.domain.language.detection\n"
        "assert not {'py3langid', 'numpy'} & set(sys.modules), 'loaded at the start'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
