"""What is thrown at every command and every question, and what any answer to it must be."""

from bot.replies import Heading, Line, Note
from bot.requests import Request, Role

# What is in none of the stories and names none of them, so that no answer may be taken for an answer.
STRANGE = [
    "nobody at all",
    "xyzzy",
    "😀",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "שלום עולם",
    "مرحبا",
    "\u202eabc\u202c",
    "Z̸͉̎a̵l̷g̶o",
    "<b>x</b>",
    "</b><script>alert(1)</script>&amp;",
    "*_`[x](javascript:y)~||z||",
    "```",
    "'; DROP TABLE fact; --",
    "x' UNION SELECT * FROM revision --",
    '"',
    '"""',
    "*",
    "* *",
    "NEAR(",
    "NEAR(a b, 2)",
    "^",
    "statement:",
    "{0}",
    "{name!r}",
    "%(x)s %n",
    "$(id)",
    "`id`",
    "../../etc/passwd",
    "\\",
    "\\x00",
    "\x00",
    "\x00\x07\x1b[31m",
    "\u200b",
    "\u2028",
    "\ud800",
    "\ufffe",
    "ﷺ" * 50,
    "a" * 3900,
    "é" * 3900,
    "(" * 3900,
    "' " * 1900,
    "1" * 3900,
    "F" + "9" * 60,
    "F0",
    "F-1",
    "F1.5",
    "F1 F2",
    "F1;",
    "F²",
    "S0",
    "S999999",
    "F999999",
    "f 999999999999999",
    "-1",
    "0",
    "00",
    "1e9",
    "inf",
    "nan",
    "²",
    "٣",
    "21",
    "000020999999999999999999999",
    "2024-13-45",
    "2023-02-29",
    "31 February 2023",
    "0000",
    "0000-00-00",
    "99999-01-01",
    "..",
    "/",
    "//who",
    "-",
    "XXXX",
    "XXXX-XX-XX",
    "?" * 100,
]
FORGED = [
    ">",
    ">0",
    ">-1",
    ">²",
    ">٣",
    ">x",
    ">a",
    ">a²",
    ">o",
    ">o²",
    ">ox",
    ">s999999999999999",
    ">999999999999999",
    ">9999999999999999",
    ">" + "9" * 40,
    ">abcdefghij.1",
    ">abcdefghij.²",
    ">2024-01-04.",
    ">2024-01-04.²",
    ">2024-01-04.99999999999999999999",
    ">9999-99-99.1",
    ">....",
    ">:::",
    "lubinets >zzz",
    "lubinets >s²",
    "lubinets >s" + "9" * 30,
    "belarus >²",
    "belarus >-",
    "March 2023 >x",
    "2023 >2023-03-01.²",
    "F1 >²",
    "S1 >²",
    "5 >²",
    "2026-11-22 >²",
]
# Beyond the first and the last day that a calendar has.
EDGES = [
    "9999",
    "9999-12-31",
    "0001",
    "since 9999",
    "until 0001",
    "after 9998",
    "before 0002",
    "0001..9999",
    "9999..0001",
    "/2023",
    "2023/",
    "-0044",
    "20XX",
]


def undivided(reply):
    """Return the notes and headings of a reply without spaces: the parts of a long one (`… x …`) as one."""
    whole = []
    for block in reply.blocks:
        words = "".join(block.text.split())
        if isinstance(block, Note | Heading):
            if whole and whole[-1].endswith("…") and words.startswith("…"):
                whole[-1] = whole[-1][:-1] + words[1:]
            else:
                whole.append(words)
    return whole


def besides(words, text):
    """Return what some words say besides a text, or besides its beginning if they break off within it."""
    if text in words or not words.endswith("…"):
        return words.replace(text, "")
    words = words[:-1]
    return words[: -max((count for count in range(1, len(text)) if words.endswith(text[:count])), default=0)]


def assert_short_and_clear(reply, text):
    shown = repr(text[:80])
    assert reply is not None, shown
    for block in reply.blocks:
        words = block.text
        assert "went wrong" not in words, shown
        assert "cannot be read" not in words, shown
        assert "Traceback" not in words and "Error" not in words, shown
        if isinstance(block, Line):
            assert block.citations, shown
    for words in undivided(reply):
        # A reason is shown as it will stand.
        assert len(besides(words, "".join(text.split()))) <= 300, shown
    for action in reply.actions:
        assert len(action.label) <= 200, shown
        assert action.command.startswith("/"), shown


def asked(text, role=Role.READER):
    return Request(text, "telegram:1", "telegram:7", role=role)


async def suggest(dispatcher):
    """Suggest something that could be approved, rejected or added to a fact by mistake."""
    for text in ("/suggest The bridge is closed.\nsource: S1", "/confirm"):
        await dispatcher.answer(Request(text, "telegram:9", "telegram:9"))
