"""Folding: what readers take for one spelling has one form, and what they tell apart has two."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from storage.domain.folding import digits, fold
from storage.domain.words import indexed, split, whole

ALIKE = (
    ("lech walesa", "Lech Wałęsa", "LECH WAŁĘSA", "Lech\u00a0Walesa", "Ｌｅｃｈ Ｗａｌｅｓａ"),
    ("istanbul", "İstanbul", "İSTANBUL", "ISTANBUL", "ıstanbul", "i\u0307stanbul"),
    ("strasse", "Straße", "STRASSE", "STRAẞE", "ﬆraße"),
    ("soren orsted", "Søren Ørsted", "SØREN ØRSTED"),
    ("dorde dokovic", "Đorđe Đoković"),
    ("thor aegir oeuvre", "Þór Ægir Œuvre"),
    ("nguyen van thang", "Nguyễn Văn Thắng"),
    ("obrien", "O'Brien", "O’Brien", "O‘Brien", "Oʼbrien", "O`Brien", "O´Brien", "O＇Brien", "O′Brien"),
    ("вячеслав", "В'ячеслав", "В’ячеслав", "Вʼячеслав"),
    ("jean luc", "Jean-Luc", "Jean‐Luc", "Jean‑Luc", "Jean–Luc", "Jean−Luc", "Jean－Luc", "Jean_Luc"),
    ("warrant", "war\u00adrant", "war\u200brant", "\ufeffwarrant", "war\u2060rant", "warrant\ufe0f"),
    ("алена елкина", "Алёна Ёлкина", "АЛЕНА ЕЛКИНА", "але\u0301на ёлкина"),
    ("гонгадзе", "Ґонґадзе"),
    ("киів", "Київ", "КИЇВ"),
    ("касым", "Қасым"),
    ("αθηνασ", "Αθήνας", "ΑΘΉΝΑΣ"),
    ("محمد علي", "محمد عليّ", "مُحَمَّد علی", "محمـد على"),
    ("صهل", "صهل"),
    ("צהל", "צה״ל", 'צה"ל', "צה”ל"),
    ("קמץ", "קָמָץ"),
    ("김정은", unicodedata.normalize("NFD", "김정은")),
    ("ガ", "ｶﾞ", "カ\u3099"),
    ("2023 f7", "２０２３ Ｆ７", "٢٠٢٣ F٧", "२०२३ f७"),
    ("a b c", "  A.B.C. ", "a·b·c"),
    ("", "🎉", "\u200b", "’"),
)
APART = (
    ("राम", "रोम"), ("कि", "की"), ("й", "и"), ("мой", "мои"), ("か", "が"), ("ハ", "パ"),
    ("ได้", "ได"), ("김", "긴"), ("கா", "கி"),
)  # fmt: skip
# What is folded in ways of its own, besides anything else.
STRANGE = st.sampled_from(
    "ßẞıİiIŁłæÆŋħſǅŉΐᾳᾼςΣйёўґقىیةﷺｶﾞがख़ไ'’´ ̓״\u00ad\u200d\ufe0f\u0301\u0306\u0308-–_٢²½Ⅷ한"
)


def test_spellings_that_readers_take_for_one(subtests):
    for folded, *spellings in ALIKE:
        for spelling in (folded, *spellings):
            with subtests.test(spelling=spelling):
                assert fold(spelling) == folded


def test_words_that_readers_tell_apart(subtests):
    for one, other in APART:
        with subtests.test(one=one, other=other):
            assert fold(one) != fold(other)


@given(st.text(st.one_of(STRANGE, st.characters(exclude_categories=["Cs"])), max_size=30))
def test_a_text_has_one_form_however_it_is_encoded_and_in_any_case(text):
    folded = fold(text)
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    for same in (folded, *forms, text.upper(), text.lower(), text.title(), text.casefold(), text.swapcase()):
        assert fold(same) == folded


@given(st.text(max_size=40))
def test_the_words_of_an_index_are_those_of_a_query(text):
    assert set(split(text)) | set(whole(text)) == set(indexed(text).split())
    assert split(fold(text)) == fold(text).split()


def test_what_an_apostrophe_parts():
    assert split("Seán O’Brien's don't") == ["sean", "o", "brien", "s", "don", "t"]
    assert whole("Seán O’Brien's don't") == ["sean", "obrien", "s", "don", "t"]
    assert indexed("Seán O’Brien's") == "sean o brien s obrien"
    assert indexed("the ‘bridge’ is “shut”") == "the bridge is shut"


def test_digits_of_any_script_and_nothing_else():
    assert digits("٢٠٢٦-１１-२८ F７ ² ½ é") == "2026-11-28 F7 ² ½ é"
