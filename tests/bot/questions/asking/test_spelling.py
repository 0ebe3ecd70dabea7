"""Chat spellings and numbers written out as articles write them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.questions.asking.spelling import numbers, spelt_out
from bot.questions.wording import read
from storage.domain.language.detection import LANGUAGES


def test_chat_spellings_are_written_out(subtests):
    for text, language, written in [
        ("whats ur source, r u sure ppl left", "en", "what is your source, are you sure people left"),
        ("didnt he know", "en", "did not he know"),
        ("the UR agency and U.S. troops", "en", "the UR agency and U.S. troops"),
        ("скока человек щас там", "ru", "сколько человек сейчас там"),
        ("шо сталося", "uk", "що сталося"),
        ("xq no vino", "es", "por qué no vino"),
        ("pk cb de gens", "fr", "pourquoi combien de gens"),
        ("jmd verletzt, ka", "de", "jemand verletzt, keine Ahnung"),
    ]:
        with subtests.test(text=text):
            assert spelt_out(text, language) == written


def test_numbers_are_written_as_articles_write_them(subtests):
    for text, language, written in [
        ("20k fled, 5.3 thousand stayed, 1.2m paid", "en", "20,000 fled, 5,300 stayed, 1,200,000 paid"),
        ("twenty five thousand three hundred and six", "en", "25,306"),
        ("a hundred boats, two crews, five six", "en", "100 boats, two crews, five six"),
        ("11300 or 11,300 or 2012", "en", "11,300 or 11,300 or 2012"),
        ("in 2010 two dams 20 km", "en", "in 2010 two dams 20 km"),
        ("2024-01-04, 18.07.2023, 20-30, 5:30, F20000", "en", "2024-01-04, 18.07.2023, 20-30, 5:30, F20000"),
        ("двадцять п'ять тисяч і 20 тис", "uk", "25,000 і 20,000"),
        ("1,5 млн и двести человек", "ru", "1,500,000 и 200 человек"),
        ("дваццаць тысяч пяцьсот", "be", "20,500"),
        ("5,3 tys i dwadzieścia jeden", "pl", "5,300 i 21"),
        ("fuenfundzwanzigtausend, 20.000, 1,5 mio", "de", "25,000, 20,000, 1,500,000"),
        ("quatre-vingt-dix mille, soixante et onze", "fr", "90,000, 71"),
        ("treinta y cinco, mil quinientos, dos mil millones", "es", "35, 1,500, 2,000,000,000"),
    ]:
        with subtests.test(text=text):
            assert spelt_out(text, language) == written


def test_the_numbers_of_a_question_are_digits_alone(subtests):
    for text, found in [
        ("did 20k or two thousand flee", ("20000", "2000")),
        ("were two dams built", ("2",)),
        ("is it 2,100", ("2100",)),
        ("who is it", ()),
    ]:
        with subtests.test(text=text):
            assert read(text).numbers == found


@given(st.text(alphabet="0123456789.,' k-mabцдтисü\u00a0", max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_can_be_spelt_out(text, language):
    numbers(spelt_out(text, language), language)
