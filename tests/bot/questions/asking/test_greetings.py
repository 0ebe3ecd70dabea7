"""Greetings in front of a question are left out, and words that only begin like one are not."""

from __future__ import annotations

from bot.questions.asking.greetings import without


def test_greetings_are_left_out(subtests):
    for text, rest in [
        ("hey, who is Lubinets?", "who is Lubinets?"),
        ("hello! Did he deny it?", "Did he deny it?"),
        ("thanks, and when?", "and when?"),
        ("Hi there, good morning! What is new?", "What is new?"),
        ("Добрий день! Хто це?", "Хто це?"),
        ("Hola, ¿quién es?", "¿quién es?"),
        ("hello!", "hello!"),
        ("hi hi hi", "hi"),
    ]:
        with subtests.test(text=text):
            assert without(text) == rest


def test_words_that_begin_like_a_greeting_stay(subtests):
    for text in ("Thanks to whom did they come?", "hi-tech exports", "history of it", "Heyday of what?",
                 "gracias a quién", "Salutations were sent", "okay who"):  # fmt: skip
        with subtests.test(text=text):
            assert without(text) == text
