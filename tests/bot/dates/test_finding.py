"""The date in a question: found among other words, and not seen where words only look like one."""

from __future__ import annotations

from datetime import date
from time import process_time

from bot.dates.finding import find

TODAY = date(2024, 3, 28)


def test_dates_are_found_in_questions(subtests):
    for text, words, choices in [
        ("What happened on 18 July?", "18 July", ("XXXX-07-18",)),
        ("what happened in 2023?", "2023", ("2023",)),
        ("What did he say yesterday?", "yesterday", ("2024-03-27",)),
        ("What happened last week in Minsk?", "last week", ("2024-03-18/2024-03-24",)),
        ("What happened between 3 and 5 May 2023?", "between 3 and 5 May 2023", ("2023-05-03/2023-05-05",)),
        ("What happened on 3/4/2024 in Minsk?", "3/4/2024", ("2024-04-03", "2024-03-04")),
        ("Who made ABC's 2001-02 identity?", "2001-02", ("2001/2002", "2001-02")),
        ("What has he said since May?", "since May", ("2023-05/..", "2022-05/..")),
        ("Which year was that call from 18 July?", "18 July", ("XXXX-07-18",)),
        ("Що сталося минулого тижня?", "минулого тижня", ("2024-03-18/2024-03-24",)),
        ("Что было в прошлый четверг?", "прошлый четверг", ("2024-03-21",)),
        ("Што было два дні таму?", "два дні таму", ("2024-03-26",)),
        ("Co się stało w zeszły czwartek?", "zeszły czwartek", ("2024-03-21",)),
        ("Was geschah vor zwei Tagen?", "vor zwei Tagen", ("2024-03-26",)),
        ("Qu'a-t-il dit le 5 septembre 2023 ?", "5 septembre 2023", ("2023-09-05",)),
        ("What was known on 20240327?", "20240327", ("2024-03-27",)),
        ("What happened at Christmas 2023?", "Christmas 2023", ("2023-12-25",)),
        ("What happened ’22?", "’22", ("2022",)),
        ("what did he say in '22", "'22", ("2022",)),
        ("¿Qué pasó en marzo de 2023?", "marzo de 2023", ("2023-03",)),
    ]:
        with subtests.test(text=text):
            found = find(text, TODAY)
            assert found is not None
            assert (found.words, found.reading.choices) == (words, choices)


def test_words_are_no_dates(subtests):
    for text in (
        "may they go", "Who sat there?", "Who led the march?", "What happened after the march?",
        "wer war hier?",
        "were there 2100 people?", "Is it 2,100 or 2,400?", "How many children from 6 to 17 years of age?",
        "Who said the first one?", "What does the second witness say?", "how old is he, 5 or 6?",
        "F7", "¶3 in S1", "what did he say in 22", "the 22's driver",
        "hay sesenta personas", "il y a des enfants", "guten Morgen", "Kto i w jakim celu?",
        "Кто эти 5 в Минске?",
        "Were there between 2000 and 2400 children?", "from 2000 to 2400 people",
        "było 5 w domu", "Was he 30 years in prison?",
        "since when?",
        "Were there 20240327 children?", "Who came to the New Year's Eve party?",
        "a Christmas party for children",
    ):  # fmt: skip
        with subtests.test(text=text):
            assert find(text, TODAY) is None


def test_a_question_made_of_the_words_of_dates_costs_little(subtests):
    for text in (
        "do ",
        "1 2 3 4 5 6 7 8 9 ",
        "last 5 do to ",
        "в 5 до с ",
        "from 5 may to ",
        "a ",
        "90-х 1.2.3 ",
    ):
        with subtests.test(text=text):
            begun = process_time()
            find((text * 500)[:1_000], TODAY)
            assert process_time() - begun < 1.0


def test_a_long_run_of_words_of_dates_is_not_tried(monkeypatch):
    read_again = []
    monkeypatch.setattr("bot.dates.finding.read", lambda text, *_rest, **_also: read_again.append(text))
    for text in ("1 ", "on 1 ", "May ", "12:30 "):
        find(text * 300, TODAY)
    assert read_again == []
