"""Addresses are compared without what makes no difference, and nothing else is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.reading.addresses import comparable


def test_what_makes_no_difference_is_left_out(subtests):
    for text in (
        "https://example.org/a?x=1&y=2", "http://www.example.org/a/?y=2&x=1", "EXAMPLE.org/a?x=1&y=2#part",
        "https://example.org:443/a?x=1&y=2&utm_campaign=z&gclid=1",
    ):  # fmt: skip
        with subtests.test(text=text):
            assert comparable(text) == "example.org/a?x=1&y=2"
    assert comparable("https://example.org/%D0%B0") == comparable("https://example.org/а")


def test_what_is_another_page_stays_another():
    told = [
        comparable(f"https://example.org{rest}") for rest in ("", "/a", "/A", "/a?x=1", "/a?x=2", ":8080/a")
    ]
    assert len(set(told)) == len(told) and None not in told


def test_what_is_no_address_is_none(subtests):
    for text in (
        "",
        "words",
        "ftp://example.org",
        "https://user:word@example.org",
        "https://[::1",
        "a b.org",
        "javascript:x",
    ):
        with subtests.test(text=text):
            assert comparable(text) is None


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_not(text):
    found = comparable(text)
    assert found is None or comparable(found) is None or isinstance(comparable(found), str)
