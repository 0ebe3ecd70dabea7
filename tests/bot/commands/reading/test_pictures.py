"""`/when picture` and `/who picture`: how they are asked for, and what is said where none can be drawn."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.commands.core.drawings import AT_ONCE
from bot.errors import UserError
from bot.frontends.telegram.render import CAPTION_LIMIT, render
from bot.pictures import drawing
from bot.pictures.picture import Kind, PicturesUnavailable
from bot.pictures.sending import apart, studio
from bot.pictures.sending.studio import Studio
from bot.replies import Line
from bot.requests import Call
from tests.bot.desk import BOB, EVE, Desk, buttons, said

PNG = b"\x89PNG\r\n\x1a\n"
TITLE = "Belarus and children from Ukraine: who says what"


@pytest.mark.parametrize("text", ["/when picture", "/WHEN  Picture", "/who picture", "/when picture dark"])
async def test_a_picture_has_a_short_caption_and_cites_what_it_shows(desk: Desk, text: str) -> None:
    reply = await desk.person(EVE).says(text)
    assert reply is not None and reply.picture is not None
    assert reply.picture.data.startswith(PNG) and reply.picture.dark == text.endswith("dark")
    assert not any(isinstance(block, Line) for block in reply.blocks)
    assert TITLE in said(reply) and buttons(reply) == ["As text"]
    (piece,) = render(reply)
    assert len(piece.html) <= CAPTION_LIMIT and piece.picture == reply.picture
    cited = reply.cited_revisions
    assert f"{len(cited)} statements as of" in said(reply)
    facts = {fact.id: fact for fact in await desk.record.facts.load(cited)}
    assert cited == {number: facts[number].revision for number in cited} and cited
    for number in cited:
        assert f"F{number}" in reply.picture.text


async def test_given_by_key_it_is_the_same(desk: Desk) -> None:
    eve = desk.person(EVE)
    typed = await eve.says("/who picture")
    assert await eve.says("", given=Call("who", {"name": "picture"})) == typed


async def test_as_text_it_states_the_same_facts(desk: Desk) -> None:
    eve = desk.person(EVE)
    for text in ("/when picture", "/who picture"):
        drawn = await eve.says(text)
        assert drawn is not None and drawn.picture is not None
        shown: set[int] = set()
        reply = await eve.presses("As text")
        while reply is not None:
            shown.update(reply.facts)
            turn = next((each for each in reply.turns if each.turn == "next"), None)
            reply = await eve.says(turn.command) if turn is not None else None
        assert shown >= set(drawn.picture.cited), text


async def test_the_word_itself_is_still_found_in_quotation_marks_or_beside_others(desk: Desk) -> None:
    ann = await desk.moderator()
    await ann.tells(
        "/add a picture shows the bus\nwho: Picture Office\ncue: said that\nsource: S1\nwhen: 2023",
        "[New organisation]",
        "[Confirm]",
    )
    assert "is on record" in ann.seen
    for text in ('/when "picture"', "/when “picture”", "/when picture of the bus"):
        assert "shows the bus" in said(await ann.says(text)), text
    for text in ('/who "Picture"', "/who picture office"):
        reply = await ann.says(text)
        assert reply is not None and reply.picture is None and "Picture Office" in said(reply), text
    assert "March 2023" in said(await ann.says("/when March 2023"))


@pytest.mark.parametrize("command", ["when", "who"])
async def test_it_is_found_by_completion(desk: Desk, command: str) -> None:
    eve = desk.person(EVE)
    for typed in ("pi", "picture d"):
        offered = await desk.dispatcher.complete(f"/{command} {typed}", request(eve))
        assert f"/{command} picture dark" in offered, offered
    assert "picture" in said(await eve.says(f"/help {command}"))


def request(person):
    from bot.requests import Request

    return Request("", person.chat, person.user)


async def test_where_nothing_is_on_record_it_says_so(desk: Desk) -> None:
    owner = desk.person("telegram:1")
    await owner.tells("/newstory bridge The bridge", "/confirm", "/story bridge")
    for text in ("/when picture", "/who picture", "/who picture text"):
        reply = await owner.says(text)
        assert reply is not None and reply.picture is None and "on record" in said(reply), text


async def test_what_is_retracted_or_replaced_is_not_drawn(desk: Desk) -> None:
    ann = await desk.moderator()
    before = (await ann.says("/who picture")).picture
    await ann.tells("/retract F24 read again", "/confirm")
    after = (await ann.says("/who picture")).picture
    assert set(before.cited) - set(after.cited) == {24}
    assert "F24" not in after.text and before.data != after.data


async def test_who_asks_for_many_waits_and_what_is_kept_costs_nothing(desk: Desk) -> None:
    ann, eve = await desk.moderator(), desk.person(EVE)
    for number in range(AT_ONCE):
        await ann.tells(
            f"/correct F24\nstatement: text {number}\nmaterial: yes\nreason: read again", "/confirm"
        )
        for _again in range(3):
            assert (await eve.says("/who picture")).picture is not None
    await ann.tells("/correct F24\nstatement: the last text\nmaterial: yes\nreason: read again", "/confirm")
    assert "revision" in ann.seen
    refused = await eve.says("/who picture")
    assert refused.aside and "wait a minute" in said(refused) and buttons(refused) == ["As text"]
    assert "the last text" in await eve.reads(eve.button("As text"))
    # It is one person's limit, and what others have had drawn is there for all.
    assert (await desk.person(BOB).says("/who picture")).picture is not None
    assert (await eve.says("/who picture")).picture is not None


async def test_without_what_draws_it_is_said_who_can_help(desk: Desk, monkeypatch) -> None:
    async def missing(*_given, **_how):
        raise PicturesUnavailable

    monkeypatch.setattr(apart, "png_of", missing)
    refused = await desk.person(EVE).says("/when picture")
    assert refused.aside and "onrecord[web]" in said(refused)
    assert [action.command for action in refused.actions] == ["/when"]


async def test_drawing_is_bounded_in_time_and_in_number_and_off_the_loop(desk: Desk, monkeypatch) -> None:
    story = (await desk.record.stories.all())[0]
    at_work, most, go_on = [], [], threading.Event()
    draw = drawing.draw

    def slow(*given, **how):
        at_work.append(threading.current_thread())
        most.append(len(at_work))
        go_on.wait(10)
        at_work.pop()
        return draw(*given, **how)

    monkeypatch.setattr(drawing, "draw", slow)
    place = Studio(desk.record, seconds=0.2)
    asked = [place.draw(story, kind, dark=dark) for kind in Kind for dark in (False, True)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in answers] == [UserError] * 4 and max(most) == studio.AT_ONCE
    assert threading.main_thread() not in at_work
    # What nobody waits for any more ends, and then there is room again.
    go_on.set()
    patient = Studio(desk.record, seconds=10)
    assert (await patient.draw(story, Kind.WHO)).data.startswith(PNG)


async def test_what_is_asked_by_several_at_once_is_drawn_once(desk: Desk, monkeypatch) -> None:
    story = (await desk.record.stories.all())[0]
    drawn, draw = [], drawing.draw

    def counting(*given, **how):
        drawn.append(1)
        return draw(*given, **how)

    monkeypatch.setattr(drawing, "draw", counting)
    place = Studio(desk.record)
    shown = await asyncio.gather(*(place.draw(story, Kind.WHO) for _number in range(6)))
    assert len({id(each) for each in shown}) == len(drawn) <= studio.AT_ONCE
