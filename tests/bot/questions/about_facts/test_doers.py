"""Whether a fact tells who did what is asked: told in the passive it often does not."""

from __future__ import annotations

from bot.questions import wording
from bot.questions.about_facts.doers import tells_doer
from bot.questions.subject import Subject
from tests.bot.questions.facts import CAPTAIN, GROUP, PORT, fact

NOBODY = Subject((), ())


def test_who_did_it_is_told_or_not(subtests):
    for asked, statement, told in [
        ("who built the pier", "the pier was built in the 1960s", False),
        ("who built the pier?", "the pier had already been built by 1970", False),
        ("who has built the pier", "the pier was built by Corran Works", True),
        ("who built the pier", "Corran Works built the pier, which was opened in 1970", True),
        ("who built the pier", "the pier was designed and built by Corran Works", True),
        ("Who constructed the pier?", "the pier was built in the 1960s", False),
        ("Who constructed the pier?", "the pier was built for the Corran Works", True),
        ("who is repairing the pier", "the pier will be repaired in spring", False),
        # Nobody's deed is asked for, or nothing tells that it is.
        ("who was arrested", "four men were arrested", True),
        ("who got arrested", "four men were arrested", True),
        ("who was the captain", "the captain was arrested", True),
        ("who left the harbour", "the ferry left the harbour", True),
        ("when was the pier built", "the pier was built in the 1960s", True),
        ("Wer hat den Kai gebaut?", "the pier was built in the 1960s", True),
    ]:
        with subtests.test(asked=asked, statement=statement):
            question = wording.read(asked, spoken=wording.spoken_in(asked))
            assert tells_doer(question, NOBODY, fact(1, statement)) is told


def test_who_ordered_it_may_be_its_speaker_or_whom_it_is_about(subtests):
    statement = "the pier was to be closed"
    asked, deed = wording.read("who shut the pier"), wording.read("who closed the pier")
    ordered = fact(1, statement, CAPTAIN)
    said = ordered.attributions[0].model_copy(update={"cue": "closed the harbour, saying that"})
    for what, question, of, told in [
        ("a speaker of another deed", asked, ordered, False),
        ("the speaker's own deed", deed, ordered.model_copy(update={"attributions": (said,)}), True),
        ("people whom it is about", asked, fact(1, statement, about=(GROUP,)), True),
        ("the same deed done to people", deed, fact(1, statement, about=(GROUP,)), False),
        ("a place that it is about", asked, fact(1, statement, about=(PORT,)), False),
    ]:
        with subtests.test(what=what):
            assert tells_doer(question, NOBODY, of) is told
    assert not tells_doer(asked, Subject((), (GROUP,)), fact(1, statement, about=(GROUP,)))
