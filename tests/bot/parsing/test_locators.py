"""Places in a source as people type them."""

from bot.parsing.locators import following, locator, placed


def test_a_paragraph_has_one_form(subtests) -> None:
    for typed in ["5", "para 5", "p5", "¶5", "¶ 5", "Paragraph 5", "par. 5", "٥"]:
        with subtests.test(typed=typed):
            assert locator(typed) == "¶5"
    assert locator("5-6") == "¶5–6"


def test_what_is_no_paragraph_stays(subtests) -> None:
    for typed in ["p. 5", "page 5", "§5", "¶3 and ¶4", "0", "chapter 5", "123456"]:
        with subtests.test(typed=typed):
            assert locator(typed) == typed


def test_a_place_stands_before_or_behind_a_statement() -> None:
    assert placed("¶5 The gate broke") == ("The gate broke", "¶5")
    assert placed("p5: The gate broke") == ("The gate broke", "¶5")
    assert placed("The gate broke (¶7)") == ("The gate broke", "¶7")
    for text in ["5 boats sank", "Para 5 of the law was cut", "P5 countries met"]:
        assert placed(text) == (text, "")
    assert (following("¶5"), following("¶5–6"), following("p. 5")) == ("¶6", "¶7", None)
