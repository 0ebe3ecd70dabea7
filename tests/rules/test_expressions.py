"""No regular expression takes much longer for a text than in proportion to its length, whatever the text."""

from __future__ import annotations

import re
import time

import pytest

from tests.rules.expressions import expressions, hostile

# A text that takes too long with one size is not tried with the next: 64 would be for ever, where 22 is slow.
SIZES = (16, 22, 64, 256, 1024, 4096)
# Of a text four times as long, four times the time is expected; what takes less than a flicker is not judged.
TOO_MUCH, FLICKER = 9.0, 0.003
# What seems slow is tried so often: a machine that is busy with other things makes one trial slow, or two.
TRIALS = 5


def seconds(pattern: re.Pattern[str], method: str, text: str) -> float:
    """Return the processor time that a method takes on a text: other processes do not count."""
    began = time.thread_time()
    if method in ("sub", "subn"):
        pattern.sub("", text)
    elif method == "finditer":
        list(pattern.finditer(text))
    else:
        getattr(pattern, method)(text)
    return time.thread_time() - began


def out_of_proportion(pattern: re.Pattern[str], method: str, text: str, shorter: str) -> bool:
    """Tell whether a text takes more time, measured anew, than is in proportion to a shorter one."""
    taken = seconds(pattern, method, text)
    return taken > FLICKER and taken > TOO_MUCH * seconds(pattern, method, shorter)


def slow(pattern: re.Pattern[str], method: str) -> str | None:
    """Return what makes an expression slow, None if nothing that is tried does."""
    for of_all_sizes in zip(*(hostile(pattern, size) for size in SIZES), strict=True):
        before, shorter = 0.0, ""
        for text in of_all_sizes:
            taken = seconds(pattern, method, text)
            suspect = taken > FLICKER and taken > TOO_MUCH * before
            if suspect and all(out_of_proportion(pattern, method, text, shorter) for _ in range(TRIALS)):
                return f"{text[:40]!r}... of {len(text)} characters takes {1000 * taken:.1f} ms"
            before, shorter = taken, text
    return None


def test_the_trial_finds_what_is_slow(subtests: pytest.Subtests) -> None:
    for pattern, method in [
        (r"\s*x", "sub"),
        (r"(a+)+b", "search"),
        (r"[\w-]{9,}\.x", "search"),
        (r"^\s*\[+\s*([\w ]+?)\s*\]+", "match"),
        (r"(?:a|b)*(?:a|c)*d", "match"),
    ]:
        with subtests.test(pattern):
            assert slow(re.compile(pattern), method)


def test_no_expression_is_slow(subtests: pytest.Subtests) -> None:
    assert len(expressions()) > 100
    for expression in expressions():
        for method in sorted(expression.methods):
            with subtests.test(f"{expression.where} {method}"):
                assert slow(expression.pattern, method) is None, expression.pattern.pattern
