"""Times in questions of which no day is known are told to be none."""

from __future__ import annotations

from bot.questions import wording
from bot.questions.open_ends import since_what


def test_since_what_that_is_no_date(subtests):
    for text, since in [
        ("What was said since the invasion?", "since the invasion"),
        ("Since the storm, who was charged?", "Since the storm"),
        ("what's new since then", "since then"),
        ("Was geschah seit dem Krieg?", "seit dem Krieg"),
        ("Що сказали від початку вторгнення?", "від початку вторгнення"),
        ("Что говорили с начала войны?", "с начала войны"),
        ("Што сказалі з пачатку вайны?", "з пачатку вайны"),
        ("Co powiedziano od początku inwazji?", "od początku inwazji"),
        ("Qu'a-t-il dit depuis l'invasion ?", "depuis l'invasion"),
        ("¿Qué se dijo desde la invasión?", "desde la invasión"),
        ("What was said since May 2022?", None),
        ("since when is he the minister", None),
        ("how long has it been since the flood", None),
        ("¿Qué mensaje envió desde Madrid?", None),
        ("who said so", None),
    ]:
        with subtests.test(text=text):
            assert since_what(wording.read(text, spoken=wording.spoken_in(text))) == since
