"""Header lines under a text: what belongs to the text, what to a header, and what is a slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.dialogue.header_lines import SEVERAL, read
from bot.errors import UserError

KNOWN = ("who", "cue", "when", "source", "at", "contradicts", "figure", "published")


READ = [
    ("", "", {}),
    ("The bridge is closed.", "The bridge is closed.", {}),
    ("  The bridge\n is   closed. ", "The bridge is closed.", {}),
    ("The bridge.\nwho: Ann", "The bridge.", {"who": "Ann"}),
    ("The bridge.\n  WHO :  Ann  ", "The bridge.", {"who": "Ann"}),
    ("who: Ann\nsource: S1", "", {"who": "Ann", "source": "S1"}),
    ("x\nwho:\ncue: said", "x", {"who": "", "cue": "said"}),
    ("x\nsource: https://example.org/a?b=c:d", "x", {"source": "https://example.org/a?b=c:d"}),
    (
        "x\nsource: A long\ntitle of two lines\nat: ¶3",
        "x",
        {"source": "A long title of two lines", "at": "¶3"},
    ),
    ("x\nfigure: 5 boats\nfigure: at least 6 cars", "x", {"figure": "5 boats\nat least 6 cars"}),
    # A text may hold a colon of its own, also at the end of its first word where no header is meant.
    ("Lubinets said: they are gone", "Lubinets said: they are gone", {}),
    ("https://example.org/a", "https://example.org/a", {}),
    ("At 10:30 it closed.\nwho: Ann", "At 10:30 it closed.", {"who": "Ann"}),
    ("Warning: the bridge is closed.", "Warning: the bridge is closed.", {}),
    ("x\nsource: The paper\nSaid the court: no", "x", {"source": "The paper Said the court: no"}),
    ("x\nwho: <b>Ann</b>", "x", {"who": "<b>Ann</b>"}),
    ("who:Ann", "who:Ann", {}),
]


def test_a_text_and_its_headers(subtests):
    for text, above, headers in READ:
        with subtests.test(text=text):
            assert read(text, KNOWN) == (above, headers)


def test_a_slip_is_told(subtests):
    for text, told in [
        ("x\nwho: Ann\nwho: Bob", "given twice"),
        ("x\nsurce: S1", "Did you mean “source:”"),
        ("x\nwho: Ann\npublishd: 2024", "Did you mean “published:”"),
        ("x\nwho: Ann\nweather: fine", "there are: who, cue"),
        ("sorce: S1", "Did you mean “source:”"),
    ]:
        with subtests.test(text=text), pytest.raises(UserError, match=told):
            read(text, KNOWN)


def test_where_nothing_stands_above_an_unknown_line_is_told_at_once():
    with pytest.raises(UserError, match="weather"):
        read("weather: fine", KNOWN, colons=0)
    assert read("who: Ann", KNOWN, colons=0) == ("", {"who": "Ann"})
    assert read("no header", KNOWN, colons=0) == ("no header", {})


WORDS = st.text("abcdefghij ÄéЖ中¶<>&'\"()0123456789", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)


@given(WORDS, st.dictionaries(st.sampled_from([k for k in KNOWN if k not in SEVERAL]), WORDS), st.booleans())
def test_what_is_written_is_read(above, headers, in_capitals):
    lines = [f"{name.upper() if in_capitals else name}: {value}" for name, value in headers.items()]
    assert read("\n".join([above, *lines]), KNOWN) == (above, headers)


NAMES = st.sampled_from([*(f"{name}:" for name in KNOWN), "WHO :", "wo:", ""])
LINES = st.builds("{} {}".format, NAMES, st.sampled_from(["", "Ann", "a: b", "S1 ", " two words"]))


def test_any_text_is_read_or_refused_and_nothing_is_made_up():
    seen = set()

    @given(st.lists(LINES, max_size=5).map("\n".join) | st.text(max_size=200))
    def check(text):
        try:
            above, headers = read(text, KNOWN)
        except UserError:
            return
        assert set(headers) <= set(KNOWN)
        for part in (above, *headers.values()):
            assert set(part) <= set(text) | {" ", "\n"}
            assert all(word in text for word in part.split())
        seen.update(headers)

    check()
    assert len(seen) > 5
