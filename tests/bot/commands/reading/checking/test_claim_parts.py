"""Taking a post apart into its claims."""

from __future__ import annotations

import pytest

from bot.commands.reading.checking.claim_parts import LONGEST, MOST, addresses_in, claims_in, is_post


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("The ferry sank. Two people died!", ["The ferry sank.", "Two people died!"]),
        ("The ferry sank\n\nTwo people died", ["The ferry sank", "Two people died"]),
        ("🚨 The ferry sank… No one died.", ["The ferry sank…", "No one died."]),
        ("- The ferry sank\n2) Two people died", ["The ferry sank", "Two people died"]),
        (
            "Dr. Stroud sailed at 4 p.m. on 3.5 knots. J. Velm did not.",
            ["Dr. Stroud sailed at 4 p.m. on 3.5 knots.", "J. Velm did not."],
        ),
        ("The #ferry sank. #breaking #news", ["The ferry sank."]),
        ("See https://example.org/a?b=1 @some_one: the ferry sank", ["See : the ferry sank"]),
        (
            "Stroud said: “It sank. We swam.” Nobody helped.",
            ["Stroud said: “It sank. We swam.”", "Nobody helped."],
        ),
        ('"It sank!" said Stroud. It was late.', ['"It sank!" said Stroud.', "It was late."]),
        (
            '"It sank," Stroud said. "We swam." Nobody helped.',
            ['"It sank," Stroud said. "We swam."', "Nobody helped."],
        ),
        ("«It sank. We swam.» — Stroud", ["«It sank. We swam.» — Stroud"]),
        ("“The ferry sank. Two people died.”", ["The ferry sank.", "Two people died."]),
        ("Пором затонув. Загинули двоє людей.", ["Пором затонув.", "Загинули двоє людей."]),
        ("The ferry sank. The ferry sank.", ["The ferry sank."]),
        ("🚢🚢🚢", []),
        ("https://example.org/ferry", []),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_into_what_it_claims(text, claims):
    assert list(claims_in(text).claims) == claims
    assert not claims_in(text).more


def test_a_long_sentence_is_taken_apart_at_its_joints_and_keeps_who_says_it():
    told = "the crew of the ferry repaired forty per cent of the hull before it left the port of Velm"
    told += " for the islands in March"
    text = f"Stroud said that {told} and that nobody died; the owner denies it"
    assert list(claims_in(text).claims) == [
        f"Stroud said that {told}", "Stroud said … that nobody died", "the owner denies it",
    ]  # fmt: skip


def test_of_a_long_text_the_beginning_is_read():
    many = " ".join(f"Ferry number {n} sank." for n in range(1, 40))
    assert len(claims_in(many).claims) == MOST and claims_in(many).more
    for text in (
        "a b " * LONGEST,
        "." * 100_000,
        "“a. " * 20_000,
        "a.b." * 20_000,
        "# " * 50_000,
        "\n" * 9_000,
        "x" * 99_000,
    ):
        found = claims_in(text)
        assert len(found.claims) <= MOST and addresses_in(text) is not None


def test_the_addresses_in_a_text():
    text = "See example.org/a, (https://www.example.org/b?c=1) and EXAMPLE.COM. Mail me@example.org at 3.5."
    assert addresses_in(text) == ["example.org/a", "https://www.example.org/b?c=1", "EXAMPLE.COM"]
    assert len(addresses_in(" ".join(f"a{n}.org" for n in range(50)))) == 5


def test_a_post_is_told_from_a_question():
    post = (
        "The ferry sank on the way from Velm to the islands. The owner denies that the engine had failed. "
        * 2
    )
    assert is_post(post + "Two people died on the rocks, and the crew swam to the lighthouse in the dark.")
    assert not is_post(post + "Is that true? Who says so? Two people died on the rocks, and the crew swam.")
    assert not is_post("The ferry sank. Two died. Really.")
