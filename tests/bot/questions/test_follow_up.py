"""Whether a question leans on what was spoken of before, and in what."""

from bot.questions.follow_up import Leaning, leans
from bot.questions.wording import read


def test_a_question_that_leans_on_the_one_before_is_told(subtests):
    for text, language, leaning in [
        ("and when?", "en", Leaning.BARE),
        ("why?", "en", Leaning.BARE),
        ("how many", "en", Leaning.BARE),
        ("how do you know?", "en", Leaning.BARE),
        ("who said that?", "en", Leaning.POINTING),
        ("and when did he say that", "en", Leaning.POINTING),
        ("what did they do", "en", Leaning.POINTING),
        ("is that true", "en", Leaning.POINTING),
        ("and in March?", "en", Leaning.ANOTHER),
        ("what about Putin?", "en", Leaning.ANOTHER),
        ("and the second ferry?", "en", Leaning.ANOTHER),
        ("а коли?", "uk", Leaning.BARE),
        ("а що щодо Путіна?", "uk", Leaning.ANOTHER),
        ("а в березні?", "uk", Leaning.ANOTHER),
        ("що він сказав", "uk", Leaning.POINTING),
        ("а почему?", "ru", Leaning.BARE),
        ("а что насчёт Путина", "ru", Leaning.ANOTHER),
        ("кто это сказал", "ru", Leaning.BARE),
        ("а дзе?", "be", Leaning.BARE),
        ("a kiedy?", "pl", Leaning.BARE),
        ("a co z Putinem?", "pl", Leaning.ANOTHER),
        ("und wann?", "de", Leaning.BARE),
        ("was hat er gesagt", "de", Leaning.POINTING),
        ("was ist mit Putin?", "de", Leaning.ANOTHER),
        ("et quand ?", "fr", Leaning.BARE),
        ("et Poutine ?", "fr", Leaning.ANOTHER),
        ("qu'a-t-il dit", "fr", Leaning.POINTING),
        ("¿y cuándo?", "es", Leaning.BARE),
        ("¿y Putin?", "es", Leaning.ANOTHER),
        ("¿qué dijo?", "es", Leaning.BARE),
    ]:
        with subtests.test(text=text):
            assert leans(read(text, spoken=language)) is leaning


def test_a_question_that_stands_alone_leans_on_nothing(subtests):
    for text, language in [
        ("what happened", "en"),
        ("whats new", "en"),
        ("any corrections?", "en"),
        ("and when was the verdict", "en"),
        ("did the captain say he was there", "en"),
        ("who said that 200 people were aboard", "en"),
        ("were there survivors", "en"),
        ("is it true that the ferry sank", "en"),
        ("ferry captain", "en"),
        ("", "en"),
        ("🤷", "en"),
        ("що сталося", "uk"),
        ("це правда, що пором затонув?", "uk"),
        ("y a-t-il eu un procès", "fr"),
        ("le capitaine a-t-il bu", "fr"),
        ("gibt es Tote", "de"),
        ("quién es el capitán", "es"),
    ]:
        with subtests.test(text=text):
            assert leans(read(text, spoken=language)) is None
