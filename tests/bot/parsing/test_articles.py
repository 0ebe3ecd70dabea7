"""The article before a name."""

from bot.parsing.articles import bare


def test_a_name_is_told_from_its_article(subtests) -> None:
    for typed, expected in {
        "the harbour master": ("the", "harbour master"),
        "The Institute": ("the", "Institute"),
        "a fisherman": (None, "fisherman"),
        "Theo Hale": (None, "Theo Hale"),
        "the": (None, "the"),
    }.items():
        with subtests.test(typed=typed):
            assert bare(typed) == expected
