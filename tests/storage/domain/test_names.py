"""Names as they come in: cleaned, taken apart, made into refs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.domain.folding import fold
from storage.domain.names import clean, parts, slug


@given(st.text(max_size=60))
def test_clean_text_is_clean(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == cleaned.strip()
    assert not set(cleaned) & set("\x00\x07\n\t\u202e\u2028\ufeff")
    cleaned.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_cleaning_loses_no_letter_digit_or_mark(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m x", "red x"),
        ("\x1b]0;pwned\x07 note", "note"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b1;31mred\x1b(B \x1bPq#0\x1b\\so", "red so"),
        ("an open \x1b[", "an open ["),
        ("The\u200b Bay\u2060 Courier", "The Bay Courier"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_steers_a_terminal_goes_as_a_whole(text: str, left: str) -> None:
    assert clean(text) == left


def test_cleaning_leaves_other_types_alone():
    assert clean(7) == 7
    assert clean(None) is None


def test_the_words_of_a_name_are_names_too():
    assert parts(fold("Prosecutor General of Ukraine")) == ("prosecutor", "general", "ukraine")
    assert parts("lukashenko") == ()


def test_refs_made_from_names():
    assert slug("Dmytro Lubinets") == "dmytro-lubinets"
    # As version 0.1 made them: what is on record is found by them when a sheet is imported again.
    assert [slug(name) for name in ("Łódź", "O’Brien", "Київ a_b")] == ["łodz", "obrien", "киів-a_b"]
    assert slug("🎉") == "unnamed"
    assert len(slug("long " * 100)) == 200
