"""Words of grammar that are names too, told apart by the grammar of the question's language."""

from bot.questions.letter_case import LetterCase
from bot.questions.name_spotting import misspelt


def test_a_word_of_grammar_is_a_name_only_where_it_is_written_as_one(subtests):
    for text, spoken, word, spelling, is_word in [
        ("who died", "en", "who", "WHO", True),
        ("what is WHO", "en", "who", "WHO", False),
        ("co było po wyborach", "pl", "po", "PO", True),
        ("co zrobiła PO", "pl", "po", "PO", False),
        ("за що він проти", "uk", "за", "ЗА", True),
        ("en qué año fue", "es", "en", "EN", True),
        ("wer ist für die bank", "de", "fur", "FÜR", True),
        ("о чём это", "ru", "о", "О", True),
        ("qui est pour", "fr", "pour", "POUR", True),
        ("пра што гэта", "be", "пра", "ПРА", True),
        ("co zrobiła platforma", "pl", "platforma", "Platforma", False),
    ]:
        with subtests.test(text=text):
            assert LetterCase(text, spoken).is_word([word], [spelling]) is is_word


def test_a_word_behind_one_of_its_language_that_no_name_follows_is_a_thing(subtests):
    for text, spoken, before, word, is_thing in [
        ("did the banks pay", "en", "the", "banks", True),
        ("hat jede merkel recht", "de", "jede", "merkel", True),
        ("was sagt die merkel", "de", "die", "merkel", False),
        ("що зробив цей мороз", "uk", "цей", "мороз", True),
        ("qué hicieron estos reyes", "es", "estos", "reyes", True),
        ("qué hicieron estos Reyes", "es", "estos", "reyes", False),
    ]:
        with subtests.test(text=text):
            assert LetterCase(text, spoken).is_thing(word, before) is is_thing


def test_words_of_grammar_are_no_misspelt_names():
    assert misspelt("warum wurde niemand verhaftet".split(), "de") == ["verhaftet"]
