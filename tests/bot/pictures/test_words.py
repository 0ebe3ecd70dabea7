"""What a picture says: each line with its citation, all of it in words too, and nothing that is withdrawn."""

from __future__ import annotations

import re

import pytest

from bot.pictures.drawing import WEB_TALLEST, draw, laid_out
from bot.pictures.palette import DARK, LIGHT, SIGNS, named, titled
from bot.pictures.picture import Kind
from bot.replies import Line
from storage.domain.models import Attribution, Ground, Stance, TakenDown
from tests.bot.pictures.stories import against, fact, facts, source, speaker, story

CITED = re.compile(r"(\[\d+( ¶\d+)?\] )+F\d+$")


def texts(kind, found, **more) -> str:
    """Return all that is written on a picture, in one line."""
    return " ".join(box.text for box in laid_out(kind, story(), found, **more).piece.boxes if box.text)


@pytest.mark.parametrize("kind", Kind)
def test_every_line_has_its_citation_and_is_in_the_alternative_text(kind) -> None:
    found = facts(60)
    made = laid_out(kind, story(), found, tallest=WEB_TALLEST)
    picture = draw(kind, story(), found, tallest=WEB_TALLEST)
    told = picture.alt.splitlines()
    written = texts(kind, found, tallest=WEB_TALLEST)
    lines = [block for block in made.reply.blocks if isinstance(block, Line)]
    assert len({line.fact for line in lines}) == 60 and picture.left == ()
    for line in lines:
        own = f"{made.reply.marks(line)} F{line.fact}"
        assert line.text in written and own in written
        assert any(line.text in each and each.endswith(own) and CITED.search(each) for each in told)
        assert line.mark is None or (line.mark in written and line.mark in picture.alt)
    for cited in made.reply.sources:
        assert f"[{cited.number}] {cited.shown}" in written and f"[{cited.number}] {cited.shown}" in told
    assert picture.cited == {each.id: each.revision for each in found}


@pytest.mark.parametrize("kind", Kind)
def test_what_is_withdrawn_is_not_drawn(kind) -> None:
    down = TakenDown(at="2023-08-01T00:00:00Z", ground=Ground.PRIVACY)
    gone = [
        fact(1, "Retracted words.", retracted="an error", occurred="2023"),
        fact(2, "Superseded words.", superseded_by=4, occurred="2023"),
        fact(3, "Removed words.", retracted="taken down", taken_down=down, occurred="2023"),
    ]
    picture = draw(kind, story(), [*gone, fact(4, "It stands.", occurred="2023", revision=7)])
    assert picture.cited == {4: 7}
    assert "it stands" in picture.svg and "words" not in picture.svg + picture.alt
    assert draw(kind, story(), gone).cited == {}


@pytest.mark.parametrize("kind", Kind)
def test_a_picture_of_nothing_says_so(kind, subtests: pytest.Subtests) -> None:
    picture = draw(kind, story(), [])
    assert re.search("No dates are on record|Nothing is on record", picture.svg)
    assert picture.alt.splitlines()[1] in picture.svg and not picture.left and not picture.cited


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("dark", [False, True])
def test_a_denial_never_looks_like_a_fact(kind, dark) -> None:
    item = Attribution(source=source(1), speaker=speaker(1, "Dee"), stance=Stance.DENIES)
    colours = DARK if dark else LIGHT
    picture = draw(kind, story(), [fact(1, "It sank.", attributions=(item,), occurred="2023")], dark=dark)
    sure = draw(kind, story(), [fact(1, "It sank.", occurred="2023")], dark=dark)
    sign = f">{SIGNS[Stance.DENIES]}<"
    assert sign in picture.svg and sign not in sure.svg
    assert re.search("[Dd]enies that it sank", picture.svg) and re.search("[Dd]enial", picture.svg)
    assert colours.stances[Stance.DENIES] in picture.svg and colours.stances[Stance.DENIES] not in sure.svg


@pytest.mark.parametrize("kind", Kind)
def test_what_is_disputed_says_by_whom(kind) -> None:
    item = Attribution(source=source(2), speaker=speaker(2, "Eli"), stance=Stance.DENIES)
    disputed = fact(1, occurred="2023", relations=(against(2, item),))
    assert "× denied by Eli, F2" in texts(kind, [disputed])
    assert "denied by Eli, F2" in draw(kind, story(), [disputed]).alt
    assert "denied" not in texts(kind, [fact(1, occurred="2023")])


def test_every_stance_has_a_sign_and_a_word_of_its_own() -> None:
    for of_each in (SIGNS.get, named, titled, LIGHT.stances.get, DARK.stances.get):
        assert len({of_each(stance) for stance in Stance}) == len(Stance)
    items = [Attribution(source=source(1), speaker=speaker(1, "Dee"), stance=stance) for stance in Stance]
    found = [fact(number, attributions=(item,), occurred="2023") for number, item in enumerate(items, 1)]
    who, when = texts(Kind.WHO, found), texts(Kind.TIMELINE, found)
    for stance in Stance:
        assert f"{SIGNS[stance]} {titled(stance)}" in who
        assert stance is Stance.ASSERTS or f"{SIGNS[stance]} {named(stance)}" in when


def test_colours_can_be_read() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for palette in (LIGHT, DARK):
        for colour in (palette.ink, palette.faint, palette.time, palette.against, *palette.stances.values()):
            for ground in (palette.paper, palette.panel):
                dim, bright = sorted((light(colour), light(ground)))
                assert (bright + 0.05) / (dim + 0.05) >= 4.5, (colour, ground)


@pytest.mark.parametrize("kind", Kind)
def test_what_has_no_room_is_counted_named_and_follows_in_the_next_picture(kind) -> None:
    found = facts(200)
    by_id = {each.id: each for each in found}
    first = draw(kind, story(), found, more=30, rest="See the page.")
    count = re.search(r"(\d+) more statements? (?:is|are) not in this picture. See the page.", first.alt)
    assert first.left and int(count[1]) >= len(first.left) + 30 and "See the page." in first.svg
    seen, left, pictures = set(first.cited), first.left, 1
    while left:
        following = draw(kind, story(), [by_id[number] for number in left])
        assert len(following.left) < len(left)
        seen |= following.cited.keys()
        left, pictures = following.left, pictures + 1
    assert seen == set(by_id) and pictures < 12
    assert "not in this picture" not in following.alt


def test_no_stance_is_left_out_for_want_of_room() -> None:
    found = facts(200)
    stances = {item.stance for each in found for item in each.attributions}
    alt = draw(Kind.WHO, story(), found, tallest=2_500).alt.splitlines()
    assert stances == set(Stance) and all(titled(stance) in alt for stance in stances)


def test_who_says_what_names_each_speaker_once_under_a_stance() -> None:
    dee, paper = fact(1).attributions[0], Attribution(source=source(3, name="the Post"))
    again = dee.model_copy(update={"source": source(2)})
    found = [
        fact(1, attributions=(dee, again)),
        fact(2, "It sailed."),
        fact(3, "It burnt.", attributions=(paper,)),
    ]
    alt = draw(Kind.WHO, story(), found).alt.splitlines()
    assert alt.count("Dee Ash") == 1 and alt.count("The Post") == 1
    assert "said that the ferry sank [1] [2] F1" in alt and "says: It burnt. [3] F3" in alt
