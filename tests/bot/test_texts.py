"""Texts for users: whole sentences with named placeholders, English where a language has no catalog."""

import contextvars
import gettext

import pytest

from bot import texts
from bot.commands import commands
from bot.texts import N_, _, ngettext, shortened, speak


def test_a_text_without_values_is_shown_as_it_is_braces_and_all():
    assert _("a {name} in braces") == "a {name} in braces"


def test_placeholders_are_filled_by_name():
    assert _("{b} before {a}", a="one", b="two") == "two before one"


def test_what_a_user_typed_is_never_read_as_a_placeholder():
    assert _("“{name}” is not on record.", name="{0} {name!r} %s") == "“{0} {name!r} %s” is not on record."


def test_the_form_fits_the_number(subtests):
    for count, text in [
        (0, "0 facts in x"),
        (1, "1 fact in x"),
        (2, "2 facts in x"),
        (1000, "1000 facts in x"),
    ]:
        with subtests.test(count=count):
            assert ngettext("{count} fact in {name}", "{count} facts in {name}", count, name="x") == text


def test_marking_a_text_leaves_it_alone():
    assert N_("says that") == "says that"


@pytest.mark.parametrize("language", ["en", "xx", "", "../../..", "a\x00b", "pt-BR", "е" * 200])
def test_a_language_without_a_catalog_falls_back_to_english(language):
    def shown() -> str:
        speak(language)
        return _("That is not on record.")

    assert contextvars.copy_context().run(shown) == "That is not on record."


def test_a_catalog_is_used_in_the_context_that_chose_its_language_and_nowhere_else(monkeypatch):
    class Shouting(gettext.NullTranslations):
        def gettext(self, message):
            return message.upper()

    def catalog(language):
        return Shouting() if language == "loud" else gettext.NullTranslations()

    monkeypatch.setattr(texts, "_catalog", catalog)

    def shown() -> str:
        speak("loud")
        return _("quiet")

    assert contextvars.copy_context().run(shown) == "QUIET"
    assert _("quiet") == "quiet"


def test_every_command_has_a_help_line_an_example_and_words_for_its_argument():
    for command in commands:
        assert command.help and command.help == command.help.strip()
        assert not command.help.endswith("."), f"/{command.name}: help adds the full stop itself"
        assert command.example.split(" ")[0] == f"/{command.name}"
        assert command.usage().startswith(f"/{command.name}")
        for argument in command.arguments:
            assert argument.name in command.usage()


def test_what_is_too_long_ends_after_its_last_whole_word(subtests):
    for text, limit, shown in [
        ("two words", 9, "two words"), ("two words more", 9, "two…"), ("two words more", 10, "two words…"),
        ("two words more", 11, "two words…"), ("https://example.org/a/b c", 10, "https://e…"),
        ("a https://example.org/a/b", 10, "a https:/…"), ("", 5, ""),
    ]:  # fmt: skip
        with subtests.test(text=text, limit=limit):
            assert shortened(text, limit) == shown and len(shown) <= limit
