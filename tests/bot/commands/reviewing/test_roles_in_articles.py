"""What an article says its speakers are comes on record with them, whichever draft names them first."""

from __future__ import annotations

import pytest

from tests.bot.commands.reviewing.test_intake import paper
from tests.bot.desk import buttons
from tests.bot.intake.wire import page

__all__ = ["paper"]
pytest.importorskip("spacy")
pytest.importorskip("warcio")

PARAGRAPHS = (
    "Jo Lind met Tom Hale at the town hall on Tuesday. He said that the dam would hold for a week.",
    "Tom Hale, the harbour master, said that the gate had been shut at nine.",
    "Jo Lind, head of the rescue service, said that forty boats had been moved up the river.",
    "Dr Ana Reyes said that eight people were being treated at the hospital.",
    "Mayor Ida Holt said that the school would stay shut until Monday.",
    "“The water is still rising in the old town,” Holt told the council on Tuesday evening.",
)
ROLES = {
    "Tom Hale": ("harbour master", "¶2"),
    "Jo Lind": ("head of the rescue service", "¶3"),
    "Ana Reyes": ("Dr", "¶4"),
    "Ida Holt": ("Mayor", "¶5"),
}


async def test_each_speaker_has_the_role_that_the_article_gives_them_somewhere(paper, subtests):
    ann = await paper.desk.moderator()
    paper.pages["/crane"] = page(*PARAGRAPHS)
    await paper.read(ann, f"/intake {paper.url}")
    waiting = await paper.desk.record.articles.waiting(1)
    told = {each["name"]: each for draft in waiting for each in draft.marks["speakers"]}
    for name, (role, place) in ROLES.items():
        with subtests.test(name):
            assert (told[name]["role"], told[name]["locator"]) == (role, place)


async def test_whoever_is_chosen_for_a_pronoun_comes_on_record_with_their_role(paper):
    ann = await paper.desk.moderator()
    paper.pages["/crane"] = page(*PARAGRAPHS)
    await paper.read(ann, f"/intake {paper.url}")
    unsure = next(
        each for each in await paper.desk.record.articles.waiting(1) if each.marks["read_from"] == "He"
    )
    assert {each["name"] for each in unsure.marks["speakers"]} == {"Tom Hale", "Jo Lind"}
    await ann.says(f"/intake A1 next D{unsure.draft.id - 1}")
    for name in ("Tom Hale", "Jo Lind"):
        assert f"New name: {name} {ROLES[name][0]}" in ann.seen
    last = [each for each in buttons(ann.reply) if each.startswith("Approve: ")][-1]
    await ann.presses(last)
    (fact,) = await paper.desk.record.listings.latest(1, limit=1)
    speaker = fact.attributions[0].speaker
    assert last == f"Approve: {speaker.name}" and speaker.role == ROLES[speaker.name][0]
    # Once they are on record they are no new name.
    await ann.says("/intake A1 next")
    assert f"New name: {speaker.name}" not in ann.seen


async def test_words_for_an_office_offer_the_one_who_has_it_first(paper):
    ann = await paper.desk.moderator()
    lone = "“Each letter was answered within ten days,” the mayor said."
    chair = "Its chairman, Piotr Nowak, said that 30 letters had been sent."
    failed = "Jo Lind admitted that the pump had failed at 4 p.m."
    paper.pages["/crane"] = page(*PARAGRAPHS, lone, chair, failed)
    await paper.read(ann, f"/intake {paper.url}")
    waiting = await paper.desk.record.articles.waiting(1)
    (mayor,) = [each for each in waiting if "Each letter" in str(each.draft.change)]
    assert [each["name"] for each in mayor.marks["speakers"]] == ["Ida Holt", "mayor"]
    assert mayor.tier == "check the speaker"
    roles = {each["name"]: each.get("role") for draft in waiting for each in draft.marks["speakers"]}
    assert roles["Piotr Nowak"] == "chairman"
    # A full stop of an abbreviation stays, and a time of day is no figure.
    (pump,) = [each.draft.change["fact"] for each in waiting if "pump" in str(each.draft.change)]
    assert pump["statement"] == "the pump had failed at 4 p.m." and not pump.get("figures")
