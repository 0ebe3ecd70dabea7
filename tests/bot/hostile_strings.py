"""Hostile strings without end, the same for the same seed, and what no answer to one may show.

Every kind of thing that has broken a program like this one: what steers a terminal or turns a text around,
the markup of both platforms, what a database, a format or a shell takes for more than letters, sheer size.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from tests.bot.hostile import EDGES, FORGED, STRANGE
from tests.conftest import HOSTILE

KINDS: dict[str, Sequence[str]] = {
    "control characters": [chr(code) for code in (*range(32), *range(0x7F, 0xA0))],
    "directions": [chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066,
        0x206A))],
    "nothing to see": ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u115f",
        "\u3164", "\ufe0f"],
    "line breaks": ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\t"],
    "halves and non-characters": ["\ud800", "\udbff", "\udc00", "\udfff", "\ufffe", "\uffff", "\ufdd0",
        "\U0010ffff"],
    "combining": ["\u0301" * 9, "Z\u0338\u0349\u030ea\u0335l\u0337go", "\u20dd", "a\u0345\u0345",
        "\u0e47" * 12],
    "Telegram's markup": ["<b>x</b>", "</b>", "<a href='https://evil.example'>x</a>", "&lt;", "&amp;amp;",
        "&#0;", "&#x202e;", "<tg-spoiler>", '<pre><code class="x">', "<blockquote expandable>", "<!--",
        "<i", "tg://user?id=1"],
    "Discord's markup": ["**b**", "__u__", "||s||", "```py\nx\n```", "`", "# h", "-# s", "> q", ">>> q",
        "[x](https://evil.example)", "<https://evil.example>", "<t:0:R>", "<:e:1>", "</who:1>",
        "<id:customize>", ":smile:", "~~x~~", "\\", "* x", "1. x"],
    "mentions": ["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "@onrecord_bot", "@durov",
        "#tag", "$USD"],
    "addresses": ["https://evil.example/a_b?c=<d>&e", "http://[::1", "javascript:alert(1)",
        "data:text/html,x", "www.evil.example", "file:///etc/passwd", "http://a:b@c",
        "https://x.invalid/%00", "discord://-/x", "mailto:a@b.example", "\\\\host\\share"],
    "SQL": ["' OR 1=1 --", "'; DROP TABLE fact; --", "x' UNION SELECT * FROM revision --", '""', "%_%",
        "?1", ":story", "/*"],
    "full text": ["NEAR(a b, 2)", "statement:", "^a", "a*", '"a', "AND", "OR NOT",
        "{statement context} :", "-a", "+", "a:b"],
    "formats": ["{0}", "{name!r}", "{0.__class__}", "%s", "%(x)s", "%n", "${x}", "$(id)", "`id`", "{{",
        "%%", "\\x00", "\\ud800"],
    "shells and paths": ["; rm -rf /", "| cat", "&& id", "../../etc/passwd", "C:\\con", "~root", "-rf",
        "--help", "\\n"],
    "emoji": ["😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇧🇾", "🇧", "\U0001f3fb", "1️⃣", "©️"],
    "right to left": ["שלום עולם", "مرحبا", "\u0600", "ﷺ", "א1ב2"],
    "other letters": ["Ünïcödé", "ǅ", "ß", "İ", "ı", "ﬁ", "①", "٣", "²", "Лукашенко", "卢卡申科", "ｆｕｌｌ",
        "𝔉",
        "ΐ", "ŉ"],
    "numbers": ["0", "-1", "1e999", "9" * 400, "0x1F", "NaN", "inf", "1_000", "00", "1,2,3", "٣٤", "½",
        "Y1E9999999", "2004-X1"],
    "of this bot": ["/confirm", "/approve D1", "/appoint 66", "/undo", "F1", "S1", "D1", "Q1.00000000",
        ">1", ">o5", "#1.1", "none", "=lubinets", "+person X", "+ X", "who:", "source: S1",
        "material: no", "urgent: yes", "r1", "no", "yes", "1"],
    "words": ["Lukashenko", "lubinets", "did", "who", "when", "children", "2023", "18 July", "lukashenka",
        "Belarus", "denied"],
}  # fmt: skip
# How often a string is as long as a message may be, or longer.
HUGE, MOST = 40, 4200
# What no answer may hold: what steers a terminal or turns a text around, halves of characters.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# What a fault leaves in an answer.
FAULTS = ("went wrong", "cannot be read", "Traceback", "sqlite", "Error:", "object at 0x")


def strings(seed: str, count: int) -> Iterator[str]:
    """Yield hostile strings, each with a mark of its own by which it is found again: `qz` and a number."""
    chance = random.Random(f"hostile strings for {seed}")
    kinds = list(KINDS.values())
    known = (*STRANGE, *FORGED, *EDGES)
    for number in range(count):
        pieces = [chance.choice(chance.choice(kinds)) for _ in range(chance.randint(1, 5))]
        if not chance.randrange(4):
            pieces.append(chance.choice(known))
        if not chance.randrange(HUGE):
            pieces = [piece * chance.randint(1, MOST // len(piece)) for piece in pieces if piece]
        # The mark stands first, last or between, so that each kind also begins and ends a string.
        pieces.insert(chance.randint(0, len(pieces)), mark(number))
        yield chance.choice(("", " ", " ", "\n")).join(pieces)


def mark(number: int) -> str:
    """Return the word by which a string is found again."""
    return f"qz{number}zq"


def share(part: float) -> int:
    """Return how many of all strings a test takes."""
    return max(int(part * HOSTILE), 40)
