"""Names as people type them: in part, in any case, with or without accents, with small slips."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.matching import Match, match, suggestions
from storage.domain.folding import fold
from storage.domain.names import clean, parts
from storage.reading.entities import Name


def listed(*entities):
    """Return the names of entities, given as (id, name, aliases...), as the record keeps them."""
    names = []
    for entity_id, name, *aliases in entities:
        forms = {fold(name): 0}
        for alias in aliases:
            forms.setdefault(fold(alias), 1)
        for form in (name, *aliases):
            for part in parts(fold(form)):
                forms.setdefault(part, 2)
        names += [Name(folded, entity_id, rank, folded) for folded, rank in forms.items()]
    return names


NAMES = listed(
    (1, "Aleksandra Müller", "the Mayor"),
    (2, "Zoë O'Brien", "Chief Engineer"),
    (3, "Harbour Authority", "HA", "port authority"),
    (4, "Anna Müller"),
    (5, "Łódź Council"),
    (6, "Mayor"),
)
NOBODY = Match((), plain=False)
SPELLINGS = [name.spelling for name in NAMES if name.rank < 2]


def test_a_name_is_found_by_any_of_its_forms(subtests):
    for typed, entity in [
        ("Aleksandra Müller", 1),
        ("ALEKSANDRA MULLER", 1),
        ("aleksandra", 1),
        ("Zoe O’Brien", 2),
        ("obrien", 2),
        ("chief engineer", 2),
        ("ha", 3),
        ("harbour", 3),
        ("harb", 3),
        ("  Zoë -- O'Brien!? ", 2),
    ]:
        with subtests.test(typed=typed):
            assert match(typed, NAMES) == Match((entity,), plain=True)


def test_a_small_slip_is_plain(subtests):
    for typed, entity in [("aleksandre", 1), ("zoe obrein", 2), ("harbor", 3), ("cheif engineer", 2)]:
        with subtests.test(typed=typed):
            assert match(typed, NAMES) == Match((entity,), plain=True)


def test_a_slip_in_an_alias_is_plain_though_another_name_holds_it_as_a_part():
    names = listed((1, "Ada Stroudman", "Stroudman"), (2, "Stroudman's office"))
    assert match("Stroudman", names) == match("Stroudmen", names) == Match((1,), plain=True)
    assert not match("Stroudmen", names[-2:] + listed((3, "Stroudmon"), (4, "Stroudmin"))).plain


def test_a_full_name_outranks_an_alias():
    assert match("mayor", NAMES) == Match((6,), plain=True)


def test_a_name_that_several_bear_is_a_question_that_names_them_all():
    found = match("müller", NAMES)
    assert set(found.entity_ids) == {1, 4}
    assert not found.plain


def test_a_farther_slip_is_worth_asking_about_but_not_plain():
    found = match("aleksnader", NAMES)
    assert found.entity_ids == (1,)
    assert not found.plain


def test_what_resembles_nothing_names_nobody(subtests):
    for typed in ["", " ", "?!", "😀", "xyzzy", "q", "zo", "שלום", "x" * 4000, '" OR *']:
        with subtests.test(typed=typed):
            assert match(typed, NAMES) == NOBODY


def test_short_words_are_never_slips():
    assert match("hb", NAMES) == match("hxa", NAMES) == NOBODY


def test_nobody_is_named_where_nobody_is_on_record():
    assert match("mayor", []) == NOBODY


def test_no_more_than_eight_are_asked_about():
    many = listed(*((number, f"Ann Other{chr(97 + number)}") for number in range(20)))
    found = match("ann", many)
    assert len(found.entity_ids) == 8
    assert not found.plain


@given(spelling=st.sampled_from(SPELLINGS), marks=st.text("́̈̃̌", max_size=6), upper=st.booleans())
def test_case_and_accents_make_no_difference(spelling, marks, upper):
    typed = spelling.upper() if upper else spelling.title()
    accented = (
        "".join(
            letter + mark for letter, mark in zip(typed, marks.ljust(len(typed)), strict=False) if mark != " "
        )
        or typed
    )
    whole = accented + typed[len(marks) :] if marks else typed
    for form in (whole, unicodedata.normalize("NFC", whole)):
        assert match(form, NAMES) == match(spelling, NAMES)


@given(st.text(max_size=200))
def test_any_text_can_be_folded_cleaned_and_matched(text):
    folded = fold(text)
    assert folded == folded.strip()
    assert "  " not in folded
    assert clean(clean(text)) == clean(text)
    found = match(text, NAMES)
    assert len(found.entity_ids) == len(set(found.entity_ids)) <= 8
    assert not (found.plain and len(found.entity_ids) != 1)


@given(st.text(max_size=60))
def test_folding_ignores_case(text):
    plain = "".join(letter for letter in text if letter.isascii())
    assert fold(plain.upper()) == fold(plain.lower()) == fold(plain)


def test_the_nearest_choice_is_suggested(subtests):
    for typed, nearest in [("wen", "when"), ("disputd", "disputed"), ("sorces", "sources"), ("WHO", "who")]:
        with subtests.test(typed=typed):
            assert suggestions(typed, ["who", "when", "where", "sources", "disputed"], 1) == [nearest]


def test_nothing_far_is_suggested():
    assert suggestions("xylophone", ["who", "when"]) == []
    assert suggestions("", ["who", "when"]) == []
    assert suggestions("who", []) == []


def test_suggestions_keep_to_their_limit_and_are_spelt_as_given():
    assert len(suggestions("when", ["When", "wHen", "whem", "whan", "wen"], 3)) == 3
    assert suggestions("when", ["When"]) == ["When"]
