"""Whether a fact says what a claim says: names, numbers, negations, words, and what ties them."""

from __future__ import annotations

import pytest

from bot.questions import claims
from bot.questions.subject import Subject
from bot.questions.wording import points
from storage.domain.models import Stance
from tests.bot.questions.facts import CAPTAIN, OWNER, PORT, fact

SAILED = fact(1, "at least 1,200 passengers were taken from Velm to the islands", CAPTAIN, places=(PORT,))
DENIED = fact(2, "the engine had failed before", OWNER, Stance.DENIES)
PAID = fact(3, "the crew, who had not slept, repaired 40% of the hull", CAPTAIN)
WARNED = fact(4, "the ferry might sail again", OWNER)
CALLED = fact(5, "an inquiry into the captain", OWNER, Stance.CALLS_FOR)
DATED = fact(6, "the lighthouse was closed", OWNER, occurred="2024-02")
LAMP = fact(7, "a lamp of the 1940s (gas-lit) was sold", OWNER)
DARK = fact(8, "in Velm there was no lamp (it is left open which)", CAPTAIN, cue="told a crowd that")
NAMES = {"velm": PORT, "stroud": CAPTAIN, "blue line": OWNER}


def says(text, item):
    claim = claims.read(text)
    named = tuple(entity for name, entity in NAMES.items() if name in text.casefold())
    taken = {part for name in NAMES if name in text.casefold() for part in name.split()} | {"ada"}
    subject = Subject(tuple(word for word in claim.subject if word not in taken), named)
    return claims.says(claim, subject, item)


def test_a_claim_that_the_fact_holds(subtests):
    for text, item in [
        ("At least 1200 passengers were taken from Velm to the islands", SAILED),
        ("BREAKING: at least 1,200 passengers were taken from Velm!", SAILED),
        ("Blue Line denies that the engine failed before", DENIED),
        ("The crew repaired 40% of the hull", PAID),
        ("Ada Stroud: the crew repaired 40 percent of the hull", PAID),
        ("The ferry might sail again", WARNED),
        ("Blue Line calls for an inquiry into the captain", CALLED),
        ("The lighthouse was closed in February 2024", DATED),
        ("In 2024 the lighthouse was closed", DATED),
        ("A lamp of the 1940s (gas-lit) was sold", LAMP),
        ("Stroud said there is no lamp in Velm", DARK),
        ("Ada Stroud has stated that there was no lamp in Velm.", DARK),
    ]:
        with subtests.test(text=text):
            assert says(text, item)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("1,200 passengers were taken from Velm to the islands", SAILED),
        ("Over 1,200 passengers were taken from Velm to the islands", SAILED),
        ("At least 1,300 passengers were taken from Velm to the islands", SAILED),
        ("At least 1,200 passengers were not taken from Velm to the islands", SAILED),
        ("At least 1,200 passengers were taken from the islands to Velm", SAILED),
        ("At least 1,200 passengers were taken hostage", SAILED),
        ("At least 1,200 passengers were taken from Kessel to the islands", SAILED),
        ("The engine had failed before", DENIED),
        ("Blue Line never denied that the engine had failed before", DENIED),
        ("Stroud denies that the engine had failed before", DENIED),
        ("The crew repaired 40 of the hull", PAID),
        ("The crew had slept", PAID),
        ("The crew repairs 40% of the hull", PAID),
        ("The ferry sails again", WARNED),
        ("An inquiry into the captain", CALLED),
        ("The lighthouse was closed in March 2024", DATED),
        ("The lighthouse was closed on 3 February 2024", DATED),
        ("The lighthouse was closing", DATED),
        ("All lighthouses were closed", DATED),
        ("A lamp was not sold", LAMP),
        ("A lamp of the 1950s was sold", LAMP),
        ("Stroud said there is a lamp in Velm", DARK),
        ("Blue Line said there is no lamp in Velm", DARK),
        ("Stroud said there will be no lamp in Velm", DARK),
        ("Stroud now has no lamp in Velm", DARK),
        ("Blue Line said that the engine had failed before", DENIED),
        ("Blue Line said an inquiry into the captain was held", CALLED),
        ("Die Fähre sinkt nicht", WARNED),
    ],
)
def test_a_near_miss(text, item):
    assert not says(text, item)


def test_what_is_shown_of_a_claim_names_nobodys_account_and_is_short():
    text = "See https://example.org/x and t.me/abc: @some_one (me@example.org, +49 170 1234567) in 2023 2,100"
    assert claims.shown(text) == "See and ( , ) in 2023 2,100"
    assert len(claims.shown("word " * 900)) <= 160
    assert claims.shown("<@123456> <#99>") == ""


def test_who_and_when_make_a_question_only_where_it_is_asked():
    assert claims.read("The man who came when it rained").kind.value == "what"
    assert claims.read("Who came?").kind.value == "who"


@pytest.mark.parametrize(
    "text",
    [
        "is this true?", "Really?!", "fact check", "Fact-check please", "is that so", "source?", "any proof?",
        "/ask is this true?", "is it fake news?", "isn't this a lie?", "did this really happen?", "???",
        "What about this?",
        "Це правда?", "чи це правда", "правда ли это?", "Это фейк?", "Откуда это?",
        "czy to prawda?", "na serio?",
        "Stimmt das?", "Ist das wahr?", "C'est vrai ?", "Est-ce vrai?", "¿Es verdad?", "¿En serio?", "📷",
    ],
)  # fmt: skip
def test_a_text_that_asks_about_another(text):
    assert points(text)


@pytest.mark.parametrize("text", ["Did he deny it?", "Putin?", "18 July?", "hello", "thanks", "help"])
def test_a_text_that_asks_something_of_its_own(text):
    assert not points(text)
